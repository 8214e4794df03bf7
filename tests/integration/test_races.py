"""Many people at once, through the JSON interface, with real threads on real PostgreSQL.

Every pair of requests leaves together (a barrier holds the first until the second is there); pairs overlap each other
as the machine likes. Afterwards the database is read, not only the answers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.accounts import actions as accounts
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.db import transaction
from service.outbox import OutboxEvent
from service.roster.models import HOLDING, Assignment
from service.settings import Settings
from service.signups.models import STANDING, SignUp
from service.web import create_app
from tests import factories

PEOPLE = 200
PLACES = 20
THREADS = 16
START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    is_replayed: bool

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Rush:
    """An application, tokens of people, and two shifts that overlap."""

    app: Flask
    tokens: Sequence[str]
    role_ids: Sequence[int]
    shift_ids: Sequence[int]

    def ask(self, person: int, shift: int = 0, *, key: str | None = None) -> Answer:
        """One sign-up."""
        headers = {"Authorization": f"Bearer {self.tokens[person]}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        address = f"/api/v1/shifts/{self.shift_ids[shift]}/signups"
        got = self.app.test_client().post(address, json={"shift_role_id": self.role_ids[shift]}, headers=headers)
        return Answer(got.status_code, got.text, "Idempotency-Replayed" in got.headers)

    def in_pairs(self, first: Callable[[int], Answer], second: Callable[[int], Answer]) -> list[tuple[Answer, Answer]]:
        """Both of each person's requests at the same moment."""
        barriers = [Barrier(2) for _ in self.tokens]

        def run(person: int, send: Callable[[int], Answer]) -> Answer:
            barriers[person].wait(timeout=60)
            return send(person)

        with ThreadPoolExecutor(THREADS) as pool:
            pairs = [(pool.submit(run, p, first), pool.submit(run, p, second)) for p in range(len(self.tokens))]
            return [(one.result(), other.result()) for one, other in pairs]


@pytest.fixture
def rush(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Rush:
    """Two hundred people and room for all of them in the first two shifts; a third one with PLACES."""
    monkeypatch.setattr("service.clock.now", lambda _session: factories.NOW)
    with transaction() as session:
        area = factories.community(session)
        shifts = [
            factories.shift_on(
                session, area, START + late, title=title, roles=[RolePlan(name="值守", min_needed=1, max_needed=most)]
            )
            for title, late, most in (
                ("巡逻", timedelta(), PEOPLE),
                ("送餐", timedelta(hours=1), PEOPLE),
                ("讲座", timedelta(days=1), PLACES),
            )
        ]
        tokens = []
        for number in range(PEOPLE):
            person = factories.volunteer(session, area, "王小满")
            account = accounts.open_account(session, phone=factories.phone(), name=f"{number}", volunteer_id=person.id)
            tokens.append(accounts.issue_token(session, account, label="rush", now=factories.NOW))
        role_ids = [factories.only_role(session, shift).id for shift in shifts]
        return Rush(create_app(database), tokens, role_ids, [shift.id for shift in shifts])


def count(statement: Any) -> Any:
    with transaction() as session:
        return session.execute(statement).all()


def test_nobody_gets_two_places_at_the_same_time(rush: Rush) -> None:
    pairs = rush.in_pairs(lambda person: rush.ask(person, 0), lambda person: rush.ask(person, 1))

    assert Counter(tuple(sorted(answer.status for answer in pair)) for pair in pairs) == {(201, 409): PEOPLE}
    refused = [answer.json for pair in pairs for answer in pair if answer.status == 409]
    assert {reason["code"] for problem in refused for reason in problem["reasons"]} == {"overlap"}
    held = select(Assignment.volunteer_id, func.count()).where(Assignment.state.in_(HOLDING))
    assert {row.count for row in count(held.group_by(Assignment.volunteer_id))} == {1}
    by_role = select(ShiftRole.id, ShiftRole.taken).where(ShiftRole.id.in_(rush.role_ids[:2]))
    assert sum(row.taken for row in count(by_role)) == PEOPLE


@pytest.mark.parametrize("key", [None, "the-same-request"])
def test_the_same_sign_up_twice_is_one_with_one_answer(rush: Rush, key: str | None) -> None:
    pairs = rush.in_pairs(*[lambda person: rush.ask(person, key=key)] * 2)

    assert {answer.status for pair in pairs for answer in pair} == {201}
    assert [one.text for one, _other in pairs] == [other.text for _one, other in pairs]
    assert Counter(sum(answer.is_replayed for answer in pair) for pair in pairs) == {0 if key is None else 1: PEOPLE}
    rows = select(func.count()).select_from(SignUp).where(SignUp.state.in_(STANDING))
    events = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.kind == "SignedUp")
    assert (count(rows), count(events)) == ([(PEOPLE,)], [(PEOPLE,)])


def test_the_last_places_are_given_once_and_the_queue_has_no_hole_and_no_tie(rush: Rush) -> None:
    pairs = rush.in_pairs(*[lambda person: rush.ask(person, 2)] * 2)

    assert Counter(one.json["state"] for one, _other in pairs) == {"confirmed": PLACES, "waitlisted": PEOPLE - PLACES}
    assert count(select(ShiftRole.taken).where(ShiftRole.id == rush.role_ids[2])) == [(PLACES,)]
    positions = []
    for person, (one, _other) in enumerate(pairs):
        headers = {"Authorization": f"Bearer {rush.tokens[person]}"}
        row = rush.app.test_client().get(f"/api/v1/signups/{one.json['id']}", headers=headers).get_json()
        positions.append(row["waitlist_position"])
    assert sorted(filter(None, positions)) == list(range(1, PEOPLE - PLACES + 1))
