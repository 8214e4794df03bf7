"""After a shift was moved, its people's time follows; who cannot come then is let go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Shift, ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster import overdue, refitting
from service.roster.models import Assignment
from service.settings import Settings
from service.signups import actions as signups
from service.signups import following
from service.signups.models import SignUp
from service.terms import AssignmentState, ReleaseReason, SignUpState
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.invariants import check
from tests.ledger import facts

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def duties(session: Session) -> tuple[Shift, Shift, Volunteer, Volunteer]:
    """A morning shift with two people, and an afternoon shift the second of them has too."""
    area = factories.community(session)
    morning = factories.shift_on(session, area, START, title="义诊")
    afternoon = factories.shift_on(session, area, START + 5 * HOUR, title="巡逻")
    free, busy = (factories.volunteer(session, area, name) for name in "甲乙")
    for person in (free, busy):
        factories.sign_up(session, person, factories.only_role(session, morning))
    factories.sign_up(session, busy, factories.only_role(session, afternoon))
    return morning, afternoon, free, busy


def move(session: Session, shift: Shift, by: timedelta, now: datetime) -> None:
    starts_at, ends_at = shift.starts_at + by, shift.ends_at + by
    activities.move_shift(session, shift, starts_at=starts_at, ends_at=ends_at, now=now, account_id=None)


def of(session: Session, shift: Shift, person: Volunteer) -> Assignment:
    return session.query(Assignment).filter_by(shift_id=shift.id, volunteer_id=person.id).populate_existing().one()


def test_those_who_can_come_come_at_the_new_time(
    session: Session, duties: tuple[Shift, Shift, Volunteer, Volunteer], now: datetime
) -> None:
    morning, _, free, busy = duties
    move(session, morning, HOUR, now)

    assert refitting.refit(session, shift_id=morning.id) == []
    assert refitting.refit(session, shift_id=morning.id) == []
    assert {of(session, morning, person).occupies for person in (free, busy)} == {roster.occupied(morning)}


def test_who_has_another_duty_then_is_let_go_and_nobody_else(
    session: Session, duties: tuple[Shift, Shift, Volunteer, Volunteer], now: datetime
) -> None:
    morning, afternoon, free, busy = duties
    move(session, morning, 4 * HOUR, now)
    lost = of(session, morning, busy)

    assert refitting.refit(session, shift_id=morning.id) == [lost.id]
    assert (lost.state, lost.release_reason) == (AssignmentState.RELEASED, ReleaseReason.REPLANNED)
    assert of(session, morning, free).state == AssignmentState.CONFIRMED
    assert of(session, afternoon, busy).state == AssignmentState.CONFIRMED
    assert session.get_one(ShiftRole, lost.shift_role_id, populate_existing=True).taken == 1
    assert facts(session, "AssignmentReleased") == [("AssignmentReleased", lost.id)]

    following.settle(session, assignment_ids=[lost.id])
    assert session.get_one(SignUp, lost.signup_id).state == SignUpState.DECLINED


def test_rest_owed_counts_as_another_duty(
    session: Session, duties: tuple[Shift, Shift, Volunteer, Volunteer], now: datetime
) -> None:
    """Moved to end as the afternoon begins: no overlap, and half an hour of way too little."""
    morning, _, _, busy = duties
    move(session, morning, 3 * HOUR, now)

    assert refitting.refit(session, shift_id=morning.id) == [of(session, morning, busy).id]


def test_an_open_offer_is_answered_before_the_new_start(session: Session, now: datetime) -> None:
    area = factories.community(session)
    roles = [RolePlan(name="引导员", min_needed=1, max_needed=1)]
    role = factories.only_role(session, factories.shift_on(session, area, START, roles=roles))
    first = factories.sign_up(session, factories.volunteer(session, area, "甲"), role)
    waiting = factories.sign_up(session, factories.volunteer(session, area, "乙"), role)
    signups.withdraw(session, signup_id=first.id, now=now)
    overdue.hand_on_places(session, now=now + HOUR)
    following.promote(session, shift_role_id=role.id, now=now + HOUR)
    shift = session.get_one(Shift, role.shift_id)
    offer = of(session, shift, session.get_one(Volunteer, waiting.volunteer_id))
    move(session, shift, -4 * timedelta(days=1), now)  # to tomorrow at nine

    refitting.refit(session, shift_id=shift.id)
    assert offer.answer_by == shift.starts_at
    assert offer.state == AssignmentState.OFFERED


def test_withdrawing_while_the_roster_is_refitted_blocks_nobody_for_good(database: Settings, now: datetime) -> None:
    """One lets go of people while others let go of themselves: whoever comes first, all ends well."""

    def prepare(session: Session) -> tuple[int, list[int]]:
        area = factories.community(session)
        roles = [RolePlan(name="引导员", min_needed=1, max_needed=9)]
        shift = factories.shift_on(session, area, now + 3 * HOUR, roles=roles, withdraw_before=0)
        elsewhere = factories.shift_on(session, area, now + 9 * HOUR, roles=roles)
        signed_up = []
        for name in "甲乙丙丁":
            person = factories.volunteer(session, area, name)
            signed_up.append(factories.sign_up(session, person, factories.only_role(session, shift)).id)
            factories.sign_up(session, person, factories.only_role(session, elsewhere))
        move(session, shift, 6 * HOUR, now)
        return shift.id, signed_up

    shift_id, signed_up = committed(prepare)
    late = now + 8 * HOUR  # close to the start: places are handed on at once
    outcomes = together(
        lambda s: len(refitting.refit(s, shift_id=shift_id)),
        *(lambda s, i=i: signups.withdraw(s, signup_id=i, now=late).id for i in signed_up),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert [line for line in committed(lambda s: check(s, now=now)) if "taken" in line or "places" in line] == []
