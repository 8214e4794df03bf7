"""Publishing while the town goes on: people withdraw and take other duties, and the waitlist moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

from sqlalchemy import select

from service import outbox
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.db import transaction
from service.matching import actions, record
from service.matching.models import MatchRun
from service.outbox import OutboxReaction
from service.reactions import NAMES, react
from service.roster.models import HOLDING, Assignment
from service.settings import Settings
from service.signups import actions as signups
from service.signups.models import SignUp
from service.terms import MatchRunState, Mode, SignUpState
from service.volunteers.models import Volunteer
from tests import factories, invariants
from tests.service.matching.test_building import ask

PLACES, ASKED = 12, 24


def test_publishing_amid_withdrawals_and_other_sign_ups(database: Settings, now: datetime) -> None:
    role, other, people = two_activities_at_once(now)
    with transaction() as session:
        asked = [ask(session, person, role, now=now) for person in people]
    run = solved(role, now)
    deeds = [partial(publish, run, now)] * 2
    deeds += [partial(withdraw, signup, now) for signup in asked[:6]]
    deeds += [partial(take, person, other, now) for person in people[6:14]]
    all_at_once(deeds)
    react_to_all(now)

    with transaction() as session:
        assert invariants.check(session, now=now) == []
        published = session.get_one(MatchRun, run.id)
        outcome = record.outcome_of(published)
        held = select(Assignment.volunteer_id).where(Assignment.shift_role_id == role.id, Assignment.state.in_(HOLDING))
        holders = session.scalars(held).all()
        withdrawn = session.scalars(select(SignUp.volunteer_id).where(SignUp.state == SignUpState.WITHDRAWN)).all()
    assert published.state == MatchRunState.PUBLISHED
    assert outcome.offered + len(outcome.skipped) == PLACES
    assert len(holders) == len(set(holders)) <= PLACES
    assert sorted(withdrawn) == [person.id for person in people[:6]]


def two_activities_at_once(now: datetime) -> tuple[ShiftRole, ShiftRole, list[Volunteer]]:
    """A matched and an instant activity on the same morning, and people for them."""
    roles = [RolePlan(name="引导员", min_needed=4, max_needed=PLACES)]
    with transaction() as session:
        area = factories.community(session)
        made = [factories.activity(session, area, mode=mode, roles=roles) for mode in (Mode.MATCHED, Mode.INSTANT)]
        first, second = (factories.only_role(session, factories.shifts(session, one)[0]) for one in made)
        return first, second, [factories.volunteer(session, area, f"志愿者{n}") for n in range(ASKED)]


def solved(role: ShiftRole, now: datetime) -> MatchRun:
    until_at = now + timedelta(days=20)
    with transaction() as session:
        activity_id = session.get_one(ShiftRole, role.id).shift.activity_id
        run = actions.request(
            session, activity_ids=[activity_id], from_at=now, until_at=until_at, account_id=1, now=now
        )
        actions.solve(session, match_run_id=run.id, now=now)
        return run


def publish(run: MatchRun, now: datetime) -> None:
    with transaction() as session:
        actions.publish(session, match_run_id=run.id, account_id=1, now=now)


def withdraw(signup: SignUp, now: datetime) -> None:
    with transaction() as session:
        signups.withdraw(session, signup_id=signup.id, now=now)


def take(person: Volunteer, role: ShiftRole, now: datetime) -> None:
    """Ask for a place in the other activity, which may come too late."""
    try:
        with transaction() as session:
            ask(session, person, role, now=now)
    except signups.SignUpRefused:
        pass


def all_at_once(deeds: Sequence[Callable[[], None]]) -> None:
    ready = Barrier(len(deeds))

    def go(deed: Callable[[], None]) -> None:
        ready.wait()
        deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        list(pool.map(go, deeds))


def react_to_all(now: datetime) -> None:
    """Run reactions until nothing is left to react to."""
    while True:
        with transaction() as session:
            new = outbox.fan_out(session, reactions=NAMES)
            session.flush()
            waiting = session.scalars(select(OutboxReaction.id).where(OutboxReaction.done_at.is_(None))).all()
        for reaction_id in waiting:
            with transaction() as session:
                [reaction] = outbox.take(session, [reaction_id])
                react(session, reaction.reaction, [reaction.fact()], now=now)
        if not new and not waiting:
            return
