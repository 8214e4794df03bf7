"""A course's last places, asked for by many at once through the JSON interface, on real PostgreSQL.

The clock stands still, so that everybody asks in the same instant: the order is that of the database, or there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.accounts import actions as accounts
from service.activities.models import Activity
from service.courses import actions as courses
from service.courses import queries
from service.courses.models import Enrolment
from service.db import transaction
from service.outbox import OutboxEvent
from service.settings import Settings
from service.terms import EnrolmentState, QualificationKind
from service.web import create_app
from tests import factories

PEOPLE, PLACES, THREADS = 60, 12, 16
E = EnrolmentState


@dataclass(frozen=True)
class Rush:
    """An application, a course with PLACES places, and people with their tokens."""

    app: Flask
    activity_id: int
    tokens: Sequence[str]
    people: Sequence[int]

    def enrol(self, person: int) -> Any:
        """What she was answered."""
        return self._ask("POST", person, f"/api/v1/activities/{self.activity_id}/enrolments", 201)

    def leave(self, person: int) -> Any:
        """She does not come any more."""
        return self._ask(
            "DELETE", person, f"/api/v1/activities/{self.activity_id}/enrolments/{self.people[person]}", 204
        )

    def at_once(self, *pairs: tuple[Callable[[], Any], Callable[[], Any]]) -> list[tuple[Any, Any]]:
        """Both of each pair leave together; the pairs overlap as the machine likes."""

        def run(barrier: Barrier, send: Callable[[], Any]) -> Any:
            barrier.wait(timeout=60)
            return send()

        with ThreadPoolExecutor(THREADS) as pool:
            going = []
            for one, other in pairs:
                barrier = Barrier(2)
                going.append((pool.submit(run, barrier, one), pool.submit(run, barrier, other)))
            return [(one.result(), other.result()) for one, other in going]

    def rows(self) -> list[Enrolment]:
        """Everybody's, in the order of asking."""
        with transaction() as session:
            statement = select(Enrolment).where(Enrolment.activity_id == self.activity_id).order_by(Enrolment.number)
            return list(session.scalars(statement))

    def _ask(self, method: str, person: int, path: str, expect: int) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[person]}"}
        got = self.app.test_client().open(path, method=method, json={}, headers=headers)
        assert got.status_code == expect, got.text
        return got.get_json(silent=True)


@pytest.fixture
def rush(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Rush:
    monkeypatch.setattr("service.clock.now", lambda _session: factories.NOW)
    with transaction() as session:
        area = factories.community(session)
        activity = factories.activity(session, area, title="中式烹饪")
        given = {"capacity": PLACES, "gives": QualificationKind.COOK}
        courses.set_course(session, session.get_one(Activity, activity.id), account_id=1, now=factories.NOW, **given)
        people, tokens = [], []
        for number in range(PEOPLE):
            person = factories.volunteer(session, area, "王小满")
            account = accounts.open_account(session, phone=factories.phone(), name=f"{number}", volunteer_id=person.id)
            tokens.append(accounts.issue_token(session, account, label="rush", now=factories.NOW))
            people.append(person.id)
        return Rush(create_app(database), activity.id, tokens, people)


def test_the_last_places_are_given_once_and_who_waits_has_a_place_in_the_queue_of_her_own(rush: Rush) -> None:
    twice = [(lambda p=p: rush.enrol(p), lambda p=p: rush.enrol(p)) for p in range(PEOPLE)]
    for one, other in rush.at_once(*twice):
        assert one["volunteer_id"] == other["volunteer_id"]

    rows = rush.rows()
    assert [row.number for row in rows] == list(range(1, PEOPLE + 1)), "asked twice is asked once; no tie, no hole"
    assert [row.state for row in rows] == [E.ENROLLED] * PLACES + [E.WAITLISTED] * (PEOPLE - PLACES)
    with transaction() as session:
        queue = [one.position for one in queries.learners(session, rush.activity_id) if one.position]
    assert queue == list(range(1, PEOPLE - PLACES + 1))


def test_who_leaves_while_others_enrol_makes_room_for_the_first_in_the_queue_and_for_nobody_twice(rush: Rush) -> None:
    for person in range(PLACES):
        rush.enrol(person)
    others = range(PLACES, PEOPLE)
    pairs = [(lambda p=p: rush.enrol(p), lambda p=p: rush.leave(p % PLACES)) for p in others]
    rush.at_once(*pairs)

    states = Counter(row.state for row in rush.rows())
    waiting = len(others) - PLACES
    assert states == {E.WITHDRAWN: PLACES, E.ENROLLED: PLACES, E.WAITLISTED: waiting}, "neither oversold nor left empty"
    standing = [row for row in rush.rows() if row.state != E.WITHDRAWN]
    assert [row.state for row in standing] == [E.ENROLLED] * PLACES + [E.WAITLISTED] * waiting, "nobody is overtaken"
    with transaction() as session:
        moved = session.scalars(
            select(OutboxEvent.payload["volunteer_id"].as_integer()).where(OutboxEvent.kind == "LearnerMovedUp")
        ).all()
        taken = session.scalar(select(func.count()).where(Enrolment.state == E.ENROLLED))
    assert len(moved) == len(set(moved)), "told once"
    assert set(moved) <= {row.volunteer_id for row in standing[:PLACES]}
    assert taken == PLACES
