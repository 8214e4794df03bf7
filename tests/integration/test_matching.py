"""From sign-ups to the next person asked, through the real programs: web, worker, relay, beat, PostgreSQL, Redis."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import time, timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from bench import crowd
from service import clock
from service.accounts import actions as accounts
from service.activities.models import Activity, ShiftRole
from service.activities.rules import RolePlan, once
from service.calendars.rules import instant, local
from service.db import transaction
from service.matching.models import MatchRun
from service.roster.models import Assignment
from service.settings import settings
from service.signups.models import SignUp
from service.terms import AssignmentState, Mode, SignUpState, SignUpVia
from tests import factories, invariants
from tests.house import House, wait_until

#: Seconds, before a test that waits in vain says so.
PATIENCE = 90
HELPERS = RolePlan(name="志愿者", min_needed=2, max_needed=2)


@dataclass
class Town:
    """A neighbourhood with its programs running, its coordinator, and people who hold a token each."""

    house: House
    area_id: int
    coordinator: str
    people: list[tuple[int, str]]

    def ask(self, token: str, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """What the interface answers. Asserts the status."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        with closing(HTTPConnection(*self.house.address, timeout=60)) as connection:
            connection.request(
                method, f"/api/v1{path}", body=None if body is None else json.dumps(body), headers=headers
            )
            answer = connection.getresponse()
            said = answer.read()
        assert answer.status == expect, said
        return json.loads(said) if said else None

    def run(self, run_id: int) -> Any:
        """A match run as the interface shows it."""
        return self.ask(self.coordinator, "GET", f"/match-runs/{run_id}")

    def offers(self, token: str) -> list[Any]:
        """What one person is asked."""
        return [one for one in self.ask(token, "GET", "/assignments")["items"] if one["state"] == "offered"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """At ten in the morning by the house's virtual clock, whatever the hour of the test."""
    home = tmp_path_factory.mktemp("house")
    home.chmod(0o711)
    with House(home, overrides={"VIRTUAL_CLOCK": "1", "DEFAULT_CHANNEL": "file"}) as house:
        with transaction() as session:
            now = instant(local(clock.now(session)).date() + timedelta(days=1), time(10))
            clock.turn_to(session, instant=now)
            area = factories.community(session)
            desk = factories.coordinator(session, area)
            token = accounts.issue_token(session, desk, label="her program", now=now)
            people = crowd.register(session, area_id=area.id, n=260)
        house.start("web", "worker", "relay", "beat")
        yield Town(house, area.id, token, people)


def planned(town: Town, *, shifts: int, role: RolePlan = HELPERS, title: str = "社区义诊") -> list[ShiftRole]:
    """A planned activity of some mornings, beginning in three days; the only role of each."""
    with transaction() as session:
        now = clock.now(session)
        first = local(now).date() + timedelta(days=3)
        plans = [once(first + timedelta(days=n), starts=time(9), ends=time(11)) for n in range(shifts)]
        area = factories.community(session)
        made = factories.activity(session, area, title=title, mode=Mode.MATCHED, roles=[role], plans=plans, now=now)
        return [factories.only_role(session, shift) for shift in factories.shifts(session, made)]


def activity_of(role: ShiftRole) -> int:
    with transaction() as session:
        return session.get_one(ShiftRole, role.id).shift.activity_id


def requested(town: Town, activity_id: int) -> int:
    """Ask for a plan of the coming weeks; the run's id."""
    with transaction() as session:
        until_at = clock.now(session) + timedelta(days=40)
    asked = town.ask(
        town.coordinator,
        "POST",
        f"/activities/{activity_id}/match-runs",
        {"until_at": until_at.isoformat()},
        expect=202,
    )
    return int(asked["id"])


def eventually(is_true: Callable[[], bool], what: str) -> None:
    wait_until(is_true, seconds=PATIENCE, what=what)


def letters(words: str) -> int:
    """How many messages with these words have gone out."""
    return sum(words in one.read_text() for one in settings().message_dir.rglob("*.txt"))


def test_sign_ups_become_a_plan_offers_a_no_and_the_next_one_asked(town: Town) -> None:
    [role] = planned(town, shifts=1)
    four = town.people[:4]
    for rank, (_, token) in enumerate(four, start=1):
        body = {"shift_role_id": role.id, "rank": min(rank, 3)}
        signed = town.ask(token, "POST", f"/shifts/{role.shift_id}/signups", body, expect=201)
        assert signed["state"] == "pending"

    activity_id = activity_of(role)
    runs = {requested(town, activity_id) for _ in range(3)}
    eventually(lambda: town.run(max(runs))["state"] == "drafted", "the plan")
    assert [town.offers(token) for _, token in four] == [[]] * 4, "nobody hears of a draft"
    run = town.run(max(runs))
    placed = {placement["person_id"] for placement in run["solution"]["placements"]}
    assert placed == {volunteer_id for volunteer_id, _ in four[:2]}
    assert len(run["solution"]["unplaced"]) == 2

    town.ask(town.coordinator, "POST", f"/match-runs/{run['id']}/publications", {}, expect=201)
    assert [len(town.offers(token)) for _, token in four] == [1, 1, 0, 0]
    eventually(lambda: letters("候补") == 2, "word to those who wait")

    [declined] = town.offers(four[0][1])
    town.ask(four[0][1], "POST", f"/assignments/{declined['id']}/answers", {"reply": "decline"}, expect=201)
    eventually(lambda: len(town.offers(four[2][1])) == 1, "the next in line to be asked")
    assert town.offers(four[3][1]) == []

    for _, token in (four[1], four[2]):
        [offer] = town.offers(token)
        town.ask(token, "POST", f"/assignments/{offer['id']}/answers", {"reply": "accept"}, expect=201)
    eventually(crowd.reactions_are_done, "every reaction")
    # Runs asked for before it, where they were not one and the same: their drafts are rubbed out, nobody heard of them.
    is_of_it = (Assignment.match_run_id == run["id"]) | Assignment.match_run_id.is_(None)
    with transaction() as session:
        states = session.execute(
            select(Assignment.volunteer_id, Assignment.state)
            .where(Assignment.shift_role_id == role.id, is_of_it)
            .order_by(Assignment.id)
        ).all()
        assert [(volunteer_id, state) for volunteer_id, state in states] == [
            (four[0][0], AssignmentState.DECLINED),
            (four[1][0], AssignmentState.CONFIRMED),
            (four[2][0], AssignmentState.CONFIRMED),
        ]
        assert invariants.check(session) == []


def test_killed_in_the_middle_it_begins_anew_and_leaves_no_half_of_a_plan(town: Town) -> None:
    roles = planned(town, shifts=24, role=RolePlan(name="志愿者", min_needed=3, max_needed=4), title="清洁楼道")
    everybody_signs_up(town, roles)
    run_id = requested(town, activity_of(roles[0]))
    eventually(lambda: town.run(run_id)["state"] == "solving", "the solving to begin")
    town.house.kill("worker", signal.SIGKILL)

    killed = town.run(run_id)
    assert (killed["state"], killed["solution"]) == ("solving", None), "it was in the middle"
    assert killed["stage"] in ("gathering", "placing")
    assert drafts_of(run_id) == 0

    town.house.start("worker")
    eventually(lambda: town.run(run_id)["state"] == "drafted", "the plan, made from its beginning")
    made = town.run(run_id)
    assert drafts_of(run_id) == len(made["solution"]["placements"]) == 24 * 4
    assert made["stage"] is None


def everybody_signs_up(town: Town, roles: list[ShiftRole]) -> None:
    """Written straight into the table: 260 people with nine wishes each, staggered over the shifts."""
    with transaction() as session:
        now = clock.now(session)
        rows = [
            {
                "area_id": town.area_id,
                "shift_id": role.shift_id,
                "shift_role_id": role.id,
                "volunteer_id": volunteer_id,
                "state": SignUpState.PENDING,
                "rank": rank,
                "via": SignUpVia.API,
                "signed_up_at": now,
            }
            for number, (volunteer_id, _) in enumerate(town.people)
            for rank, role in enumerate((roles[(number * 5 + 7 * step) % len(roles)] for step in range(9)), start=1)
        ]
        session.execute(insert(SignUp), rows)


def drafts_of(run_id: int) -> int:
    with transaction() as session:
        count = select(func.count()).where(Assignment.match_run_id == run_id)
        return int(session.scalar(count) or 0)


def test_a_run_can_be_stopped_while_it_is_solved(town: Town) -> None:
    """The one before has left its people and its shifts: the same plan is asked for anew, and nobody wants it."""
    with transaction() as session:
        activity_id = session.scalars(select(Activity.id).where(Activity.title == "清洁楼道")).one()
    run_id = requested(town, activity_id)
    eventually(lambda: town.run(run_id)["state"] == "solving", "the solving to begin")
    town.ask(town.coordinator, "DELETE", f"/match-runs/{run_id}", expect=204)
    eventually(crowd.reactions_are_done, "the worker to let go of it")
    with transaction() as session:
        stopped = session.get_one(MatchRun, run_id)
        assert (stopped.state, stopped.solution) == ("discarded", None)
    assert drafts_of(run_id) == 0
