"""The way back is open: the last ten migrations undone and done again on a database with rows.

Whoever writes a migration adds rows to `lived_in` for what it touches; a test says so when they are missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import db
from service.activities import reviewing
from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan
from service.brands.models import Brand
from service.calendars import actions as calendars
from service.calendars.rules import local
from service.company import actions as company
from service.matching import refusals
from service.matching.models import MatchRun, Refusals, WishWeights
from service.migrations import config, upgrade
from service.places.models import Area
from service.settings import Settings, settings
from service.sheets.models import Export
from service.signups.rules import Party
from service.terms import ExportState, HeatLevel, MatchRunState, Mode, SheetKind
from tests import factories, invariants
from tests.factories import NOW

#: So many migrations are undone and done again.
BACK = 10
OUTING = "踏青"

#: By sign-up. Sorted by person they lie the other way round.
REFUSED = [
    {"person_id": 999 - n, "opening_id": 1, "signup_id": n, "blockers": [{"code": "full", "person_id": n % 7}]}
    for n in range(1, 302)
]

#: Table → what is known of it, by name: its columns, constraints and indexes.
Shape = dict[str, dict[str, tuple[Any, ...]]]

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid
         AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


@pytest.fixture
def own_database(servers: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database beside that of the other tests, and the settings that point at it; its plain address."""
    server = servers.database_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE older")
        address, _, _ = server.rpartition("/")
        monkeypatch.setenv("DATABASE_URL", f"{address}/older")
        _read_settings_anew()
        yield f"{address}/older"
        monkeypatch.undo()
        _read_settings_anew()
        admin.execute("DROP DATABASE older")


def _read_settings_anew() -> None:
    settings.cache_clear()
    db.forget_engine()


def test_the_last_migrations_undone_and_done_again_lose_only_what_was_new(own_database: str) -> None:
    older = _revision(BACK)
    upgrade(older)
    shape_then = _shape(own_database)
    upgrade()
    shape_now = _shape(own_database)
    with db.transaction() as session:
        lived_in(session)
        assert invariants.check(session, now=NOW) == []
    before = _rows(own_database, shape_then)
    touched = {table for table in shape_now if shape_now[table] != shape_then.get(table)}
    assert touched <= _filled(own_database, shape_now), "add rows to `lived_in` for what the migration touches"

    command.downgrade(config(), older)
    assert _shape(own_database) == shape_then
    upgrade()

    assert _shape(own_database) == shape_now
    after = _rows(own_database, shape_then)
    changed = {table for table in shape_then if after[table] != before[table]}
    assert changed == {"match_run", "outbox_event", "shift_role"}
    with db.transaction() as session:
        assert invariants.check(session, now=NOW) == []
        _see_what_the_older_form_could_not_say(session)


def _see_what_the_older_form_could_not_say(session: Session) -> None:
    """A family has become the one who signed it up (0069), runs of several those of the first activity (0073)."""
    outing = session.scalars(select(Shift).join(Shift.activity).where(Activity.title == OUTING)).one()
    assert [role.taken for role in outing.roles] == [1]

    drafted, waiting, joined = session.scalars(select(MatchRun).order_by(MatchRun.id))
    assert drafted.activity_ids == waiting.activity_ids == joined.activity_ids
    assert [waiting.state, joined.state] == [MatchRunState.REQUESTED, MatchRunState.DISCARDED]
    assert (waiting.from_at, waiting.until_at) == (drafted.from_at, joined.until_at)

    assert drafted.solution == {"version": 1, "unplaced": []}
    rows = session.scalars(select(Refusals).order_by(Refusals.first_signup_id)).all()
    assert [(row.match_run_id, row.first_signup_id) for row in rows] == [(drafted.id, 1), (drafted.id, 201)]
    assert [one for row in rows for one in row.refusals] == REFUSED


@pytest.mark.parametrize("form", ["one by one", "as columns"])
def test_whom_older_plans_refused_is_found(own_database: str, form: str) -> None:
    """0075: whichever form they were stored in."""
    told: dict[str, Any] = {"version": 1, "unplaced": REFUSED}
    if form == "as columns":
        columns = {name: [one[name] for one in REFUSED] for name in ("person_id", "opening_id", "signup_id")}
        reasons = [[{"code": "full", "person_id": n}] for n in range(7)]
        told |= {"unplaced": {**columns, "reasons": [n % 7 for n in range(1, 302)]}, "reasons": reasons}
    upgrade("0074")
    with psycopg.connect(own_database) as connection:
        connection.execute(
            "INSERT INTO match_run (area_id, activity_ids, from_at, until_at, state, requested_at, version, solution)"
            " VALUES (1, '{1}', now(), now(), 'published', now(), 1, %s),"
            " (1, '{1}', now(), now(), 'requested', now(), 1, NULL)",
            [Jsonb(told)],
        )
    upgrade()
    with db.transaction() as session:
        solved, waiting = session.scalars(select(MatchRun).order_by(MatchRun.id))
        assert (solved.solution, waiting.solution) == ({"version": 1, "unplaced": []}, None)
        found = [one.to_json() for one in refusals.read(session, solved.id)]
    assert found == REFUSED


def test_models_and_migrations_agree(servers: Settings) -> None:
    command.check(config())


def lived_in(session: Session) -> None:
    """Rows in all that the last migrations touch."""
    area = factories.community(session)
    coordinator = factories.coordinator(session, area)
    outing, doctors, kitchen = _activities(session, area)
    children = Party(with_adults=1, with_children=1, guardian_consents=True)
    role = factories.only_role(session, factories.shifts(session, outing)[0])
    factories.sign_up(session, factories.volunteer(session, area, "王小满"), role, party=children)
    consulted = factories.shifts(session, doctors)[0]
    factories.consulting(session, consulted, factories.volunteer(session, area, "谷雨"))
    factories.appointment(session, consulted.roles[0].id)
    area.needs_review, area.landline_hours = True, "8:00—18:00"
    factories.team(session, area).needs_review = True
    draft = factories.activity(session, area, title="植树", is_published=False)
    reviewing.ask(session, draft, account_id=coordinator.id, now=NOW)
    calendars.warn_of_heat(
        session,
        area_id=area.id,
        level=HeatLevel.ORANGE,
        from_on=local(NOW).date(),
        until_on=local(NOW).date(),
        now=NOW,
        account_id=coordinator.id,
    )
    company.hold_together(session, doctors, others=[kitchen], account_id=coordinator.id, now=NOW)
    _of_the_desk(session, area, account_id=coordinator.id)
    _runs(session, area, doctors.id, kitchen.id)


def _activities(session: Session, area: Area) -> tuple[Activity, Activity, Activity]:
    plain = RolePlan(name="志愿者", min_needed=1, max_needed=4)
    return (
        factories.activity(session, area, title=OUTING, roles=[replace(plain, most_together=4)], is_outdoors=True),
        factories.activity(session, area, title="义诊", mode=Mode.MATCHED, roles=[plain]),
        factories.activity(session, area, title="茶水", mode=Mode.MATCHED, roles=[plain]),
    )


def _of_the_desk(session: Session, area: Area, *, account_id: int) -> None:
    """What coordinators ask for and choose."""
    session.add_all(
        [
            Brand(area_id=area.id, name="人民路", accent="#0b6e4f", changed_at=NOW, changed_by=account_id),
            WishWeights(area_id=area.id, dearest=90, step=20, least=5, chosen_by=account_id, chosen_at=NOW),
            Export(
                area_id=area.id,
                account_id=account_id,
                scope_ids=[area.id],
                kind=SheetKind.PEOPLE,
                reason="年检",
                state=ExportState.ASKED,
                asked_at=NOW,
            ),
        ]
    )


def _runs(session: Session, area: Area, *activity_ids: int) -> None:
    """A finished plan with whom it refused, one of all that waits, and of a later week one of the first alone."""
    week = timedelta(days=7)
    session.add_all(
        MatchRun(
            area_id=area.id,
            activity_ids=list(ids),
            from_at=NOW + after * week,
            until_at=NOW + (after + 1) * week,
            state=state,
            requested_at=NOW,
        )
        for ids, after, state in (
            (activity_ids, 0, MatchRunState.DRAFTED),
            (activity_ids, 0, MatchRunState.REQUESTED),
            (activity_ids[:1], 1, MatchRunState.REQUESTED),
        )
    )
    session.flush()
    drafted = session.scalars(select(MatchRun).where(MatchRun.state == MatchRunState.DRAFTED)).one()
    drafted.solution = {"version": 1, "unplaced": []}
    session.add_all(
        Refusals(match_run_id=drafted.id, first_signup_id=some[0]["signup_id"], refusals=some)
        for some in (REFUSED[:200], REFUSED[200:])
    )


def _revision(back: int) -> str:
    """The revision so many migrations before the newest."""
    script = ScriptDirectory.from_config(config())
    return [one.revision for one in script.walk_revisions()][back]


def _shape(address: str) -> Shape:
    found: Shape = defaultdict(dict)
    with psycopg.connect(address) as connection:
        for question in (COLUMNS, CONSTRAINTS, INDEXES):
            for table, name, *rest in connection.execute(question):
                found[table][name] = tuple(rest)
    return found


def _rows(address: str, shape: Shape) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, as far as this shape knows their columns."""
    with psycopg.connect(address, row_factory=dict_row) as connection:
        columns = connection.execute("SELECT table_name, column_name FROM information_schema.columns").fetchall()
        known = {(one["table_name"], one["column_name"]) for one in columns}
        return {
            table: sorted(
                (
                    {name: value for name, value in row.items() if name in names and (table, name) in known}
                    for row in connection.execute(f'SELECT * FROM "{table}"').fetchall()
                ),
                key=repr,
            )
            for table, names in shape.items()
        }


def _filled(address: str, shape: Shape) -> set[str]:
    """The tables that have rows."""
    with psycopg.connect(address) as connection:
        return {
            table for table in shape if connection.execute(f'SELECT EXISTS (SELECT FROM "{table}")').fetchall()[0][0]
        }
