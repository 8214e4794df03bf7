"""The same request twice has one effect and one answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service import db, idempotency
from service.idempotency import KEPT_FOR
from service.settings import Settings
from tests.at_once import committed, threads, until_it_waits

BODY = b'{"shift": 1}'


def claim(session: Session, now: datetime, **details: Any) -> idempotency.IdempotencyKey | None:
    return idempotency.claim(session, **{"account_id": 1, "key": "k1", "request": BODY, "now": now, **details})


def answer(session: Session, body: bytes = b"made") -> None:
    idempotency.answer(session, account_id=1, key="k1", status=201, headers={"Location": "/x"}, body=body)


def test_a_new_request_is_ours_to_do(session: Session, now: datetime) -> None:
    assert claim(session, now) is None


def test_the_same_request_gets_the_same_answer(session: Session, now: datetime) -> None:
    claim(session, now)
    answer(session)
    before = claim(session, now)

    assert before is not None
    assert (before.status, before.headers, before.body) == (201, {"Location": "/x"}, b"made")


def test_another_request_under_the_same_key_is_an_error(session: Session, now: datetime) -> None:
    claim(session, now)

    with pytest.raises(idempotency.KeyReused):
        claim(session, now, request=b'{"shift": 2}')


@pytest.mark.parametrize("other", [{"account_id": 2}, {"key": "k2"}, {"key": "K1"}])
def test_a_key_belongs_to_its_account(session: Session, now: datetime, other: dict[str, Any]) -> None:
    claim(session, now)

    assert claim(session, now, request=b"something else", **other) is None


def test_keys_are_forgotten_after_their_time(session: Session, now: datetime) -> None:
    claim(session, now)
    assert idempotency.forget(session, now=now + KEPT_FOR) == 0

    assert idempotency.forget(session, now=now + KEPT_FOR + timedelta(microseconds=1)) == 1
    assert claim(session, now, request=b"something else") is None


def test_work_that_fails_gives_its_key_back(database: Settings, now: datetime) -> None:
    def fail(session: Session) -> None:
        claim(session, now)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        committed(fail)
    assert committed(lambda s: claim(s, now, request=b"mended")) is None


def test_a_twin_waits_and_gets_the_answer(database: Settings, now: datetime) -> None:
    with threads() as pool:
        with db.transaction() as session:
            assert claim(session, now) is None
            twin = pool.submit(committed, lambda s: claim(s, now))
            until_it_waits(twin)
            answer(session)
        found = twin.result(10)
    assert found is not None
    assert (found.status, found.body) == (201, b"made")


def test_a_twin_of_work_that_failed_does_it(database: Settings, now: datetime) -> None:
    with threads() as pool:
        with db.transaction() as session:
            assert claim(session, now) is None
            twin = pool.submit(committed, lambda s: claim(s, now))
            until_it_waits(twin)
            session.rollback()
        assert twin.result(10) is None
