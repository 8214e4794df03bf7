"""The one place that commits: all or nothing, hints only after it, instants aware."""

from __future__ import annotations

import logging
import os
import socket
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from service import db
from service.audit import AuditEntry
from service.places import actions as places
from service.places.models import Area
from service.settings import Settings
from service.terms import AreaKind
from tests.at_once import committed


def add_city(session: Session, name: str) -> None:
    places.add_area(session, parent=None, kind=AreaKind.CITY, name=name)


def cities(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Area)).one()


def fail(session: Session) -> None:
    add_city(session, "甲")
    db.after_commit(session, _never)
    raise RuntimeError


def _never() -> None:
    raise AssertionError("a hint was given for work that was undone")


def test_a_block_that_raises_leaves_nothing_and_gives_no_hint(database: Settings) -> None:
    with pytest.raises(RuntimeError):
        committed(fail)

    assert committed(cities) == 0


def test_hints_come_once_each_in_order_after_the_commit(database: Settings) -> None:
    seen: list[tuple[str, int]] = []

    def first() -> None:
        seen.append(("first", committed(cities)))

    def second() -> None:
        seen.append(("second", committed(cities)))

    def work(session: Session) -> None:
        for hint in (first, second, first):
            db.after_commit(session, hint)
        add_city(session, "甲")
        assert seen == []

    committed(work)
    assert seen == [("first", 1), ("second", 1)]


def test_a_hint_that_fails_spoils_neither_the_work_nor_the_next_hint(
    database: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def break_down() -> None:
        raise ConnectionError("no bell")

    def work(session: Session) -> None:
        add_city(session, "甲")
        db.after_commit(session, break_down)
        db.after_commit(session, lambda: seen.append("next"))

    with caplog.at_level(logging.WARNING):
        committed(work)
    assert (committed(cities), seen) == (1, ["next"])
    assert "after-commit call failed" in caplog.text


def test_hints_of_one_transaction_are_not_given_by_the_next(database: Settings) -> None:
    seen: list[str] = []
    committed(lambda s: db.after_commit(s, lambda: seen.append("mine")))
    committed(cities)

    assert seen == ["mine"]


def test_what_was_read_stays_readable_after_the_commit(database: Settings) -> None:
    with db.transaction() as session:
        area = places.add_area(session, parent=None, kind=AreaKind.CITY, name="巩义市")

    assert (area.name, area.lineage) == ("巩义市", [area.id])


def entry(at: datetime) -> AuditEntry:
    return AuditEntry(at=at, verb="looked", subject_kind="volunteer", details={})


def test_a_naive_instant_is_refused(session: Session) -> None:
    session.add(entry(datetime(2026, 11, 28, 9)))  # noqa: DTZ001 (the fault itself)

    with pytest.raises(StatementError, match="every instant carries its zone"):
        session.flush()


@pytest.mark.parametrize("hours", [-11, 0, 8, 14])
def test_an_instant_comes_back_in_utc(session: Session, hours: int) -> None:
    moment = datetime(2026, 11, 28, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=hours)))
    row = entry(moment)
    session.add(row)
    session.flush()
    session.expire(row)

    assert (row.at, row.at.tzinfo) == (moment, UTC)


def test_the_connection_speaks_utc_and_gives_up_in_time(session: Session) -> None:
    shown = {name: session.scalar(text(f"SHOW {name}")) for name in ("timezone", "statement_timeout")}

    assert shown == {"timezone": "UTC", "statement_timeout": "30s"}


def test_every_constraint_and_index_has_a_name_of_the_house(session: Session) -> None:
    unnamed = [
        f"{table.name}: {thing!r}"
        for table in db.Base.metadata.sorted_tables
        for thing in (*table.constraints, *table.indexes)
        if not str(getattr(thing, "name", None)).startswith(("pk_", "fk_", "uq_", "ck_", "ix_", "ex_"))
    ]

    assert unnamed == []


def test_a_connection_that_died_while_idle_is_replaced(servers: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "FRESH", 0.0)
    db.engine().dispose()  # one connection in the pool, so that it is the dead one that is met
    with db.transaction() as session:
        own = session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(servers.database_url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [own])

    with db.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != own


def test_fetch_gives_the_first_row_by_name_within_the_transaction(session: Session) -> None:
    add_city(session, "甲")

    row = db.fetch(session, "SELECT name, kind FROM area WHERE name = %(name)s", {"name": "甲"})

    assert row is not None
    assert (row.name, row.kind) == ("甲", AreaKind.CITY)


def test_fetch_gives_none_where_there_is_no_row(session: Session) -> None:
    assert db.fetch(session, "SELECT id FROM area WHERE id = %(id)s", {"id": 0}) is None


def test_fetch_raises_what_sqlalchemy_raises_and_keeps_values_out_of_it(session: Session) -> None:
    insert = "INSERT INTO clock_shift (id, ahead) VALUES (%(id)s, %(ahead)s) RETURNING id"

    with pytest.raises(IntegrityError, match="ck_clock_shift_one_row") as raised:
        db.fetch(session, insert, {"id": 2, "ahead": timedelta(days=12345)})

    assert isinstance(raised.value.orig, psycopg.errors.CheckViolation)
    assert "[parameters" not in str(raised.value)


def test_fetch_gives_up_a_connection_that_died(database: Settings) -> None:
    with pytest.raises(OperationalError) as raised, db.transaction() as session:
        db.fetch(session, "SELECT pg_terminate_backend(pg_backend_pid()) AS ended", {})

    assert raised.value.connection_invalidated
    with db.transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


WANTED = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}


def test_the_kernel_is_told_to_notice_a_database_that_vanished(database: Settings) -> None:
    known = {name: getattr(socket, name) for name in WANTED if hasattr(socket, name)}  # Linux knows all of them
    with db.engine().connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=os.dup(driver.fileno())) as wire:
            told = {name: wire.getsockopt(socket.IPPROTO_TCP, option) for name, option in known.items()}

    assert told == {name: WANTED[name] for name in known}
    assert told
