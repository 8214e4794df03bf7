"""候备: she comes if somebody drops out. Her time is taken, and called in she is in one place all the while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.backfill import answering
from service.backfill.queries import need
from service.notifications.models import Notification
from service.reminders.models import Reminder
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment, ForbiddenMove
from service.roster.queries import coverage, of_signup
from service.signups.actions import SignUpRefused
from service.signups.second_thoughts import say
from service.signups.standing_by import offer_to_stand_by, stand_by
from service.swaps import actions as swaps
from service.terms import (
    AssignmentState,
    BackfillState,
    InvitationState,
    NotificationKind,
    Refusal,
    ReleaseReason,
    Rung,
    RungOutcome,
)
from service.volunteers.models import Volunteer
from tests import factories, invariants
from tests.factories import NOW
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)
A = AssignmentState
ONE = RolePlan(name="引导员", min_needed=1, max_needed=1, stand_bys=1)


@pytest.fixture
def lane(session: Session) -> Lane:
    return Lane(session, TOMORROW, roles=(ONE,))


def stands(lane: Lane, person: Volunteer, role: ShiftRole | None = None) -> Assignment:
    role = role or lane.role
    made = stand_by(lane.session, volunteer_id=person.id, shift_id=role.shift_id, shift_role_id=role.id, now=lane.now)
    lane.follow()
    return made


def counts(lane: Lane) -> tuple[int, int]:
    lane.session.refresh(lane.role)
    return lane.role.taken, lane.role.standing_by


def test_her_place_is_beside_those_of_the_role(lane: Lane) -> None:
    made = stands(lane, lane.member("李候备"))
    assert (made.state, made.is_stand_by, counts(lane)) == (A.CONFIRMED, True, (0, 1))
    assert stands(lane, lane.session.get_one(Volunteer, made.volunteer_id)) is made
    [role] = coverage(lane.session, scope_ids=[lane.area.id], from_at=NOW, until_at=TOMORROW + timedelta(days=1))
    assert (role.confirmed, role.gap, need(lane.session, lane.role).missing) == (0, 1, 1)
    lane.filled(lane.member("王小满"))
    assert counts(lane) == (1, 1)
    assert invariants.check(lane.session, now=lane.now) == []


def test_who_says_that_she_stands_by_is_told_so_once(lane: Lane) -> None:
    person = lane.member("李候备")
    for _ in range(2):
        stand_by(lane.session, volunteer_id=person.id, shift_id=lane.shift.id, shift_role_id=lane.role.id, now=lane.now)
        lane.follow()
    told = lane.session.scalars(select(Notification).where(Notification.volunteer_id == person.id)).all()
    assert [one.kind for one in told] == [NotificationKind.STANDING_BY]


def test_no_more_stand_by_than_the_role_wishes(lane: Lane) -> None:
    stands(lane, lane.member("李候备"))
    with pytest.raises(SignUpRefused) as refused:
        stands(lane, lane.member("钱候备"))
    assert [one.reason for one in refused.value.reasons] == [Refusal.FULL]
    assert counts(lane) == (0, 1)


def test_who_stands_by_is_not_to_be_elsewhere_and_the_other_way_round(lane: Lane) -> None:
    beside = factories.further_shift(lane.session, lane.shift, TOMORROW).roles[0]
    first, second = lane.member("李候备"), lane.member("钱在班")
    stands(lane, first)
    with pytest.raises(SignUpRefused):
        factories.sign_up(lane.session, first, beside, now=lane.now)
    factories.sign_up(lane.session, second, beside, now=lane.now)
    lane.session.get_one(ShiftRole, lane.role.id).stand_bys = 2
    with pytest.raises(SignUpRefused) as refused:
        stands(lane, second)
    assert [one.reason for one in refused.value.reasons] == [Refusal.OVERLAP]
    with pytest.raises(SignUpRefused):
        factories.sign_up(lane.session, first, lane.role, now=lane.now)


def test_she_may_be_asked_to_and_answers_like_any_offer(lane: Lane) -> None:
    her = lane.member("李候备")
    wanted: dict[str, Any] = {
        "volunteer_id": her.id,
        "shift_id": lane.shift.id,
        "shift_role_id": lane.role.id,
        "now": lane.now,
    }
    offer = offer_to_stand_by(lane.session, **wanted)
    assert (offer.state, offer.is_stand_by, counts(lane)) == (A.OFFERED, True, (0, 1))
    say(lane.session, assignment_id=offer.id, is_yes=False, now=lane.now)
    assert counts(lane) == (0, 0)
    again = say(lane.session, assignment_id=offer.id, is_yes=True, now=lane.now)
    assert (again.state, again.is_stand_by, counts(lane)) == (A.CONFIRMED, True, (0, 1))
    roster.release(lane.session, again, reason=ReleaseReason.COORDINATOR)
    lane.follow()
    assert counts(lane) == (0, 0)
    silent = offer_to_stand_by(lane.session, **wanted)
    overdue.expire_offers(lane.session, now=silent.answer_by or lane.now)
    assert counts(lane) == (0, 0)
    lane.follow()
    assert invariants.check(lane.session, now=lane.now) == []


def test_she_is_reminded_as_a_stand_by_and_given_up_with_the_shift(lane: Lane) -> None:
    made = stands(lane, lane.member("李候备"))
    assert lane.session.scalars(select(Reminder).where(Reminder.assignment_id == made.id)).all()
    activities.cancel_shift(lane.session, lane.shift.id, reason="下雪", now=lane.now, account_id=None)
    lane.follow()
    lane.session.refresh(made)
    assert (made.state, counts(lane)) == (A.RELEASED, (0, 0))
    told = select(Notification.kind).where(Notification.volunteer_id == made.volunteer_id)
    assert "shift_cancelled" in lane.session.scalars(told).all()


def test_the_search_asks_her_before_substitutes_and_her_yes_makes_the_place_hers(lane: Lane) -> None:
    her = lane.member("李候备")
    lane.substitute("钱候补")
    made = stands(lane, her)
    [signup] = lane.filled(lane.member("陈退出"))
    lane.drop_out(signup)
    lane.pass_time(minutes=2)
    assert lane.rungs() == [(Rung.WAITLIST, RungOutcome.EMPTY), (Rung.STAND_BY, RungOutcome.CLIMBED)]
    assert list(lane.asked()) == ["李候备"]
    answering.accept(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    lane.follow()
    lane.session.refresh(made)
    assert (made.state, made.is_stand_by, counts(lane)) == (A.CONFIRMED, False, (1, 0)), "the same place, another kind"
    assert lane.state() == BackfillState.FILLED
    assert stands(lane, lane.member("孙候备")).is_stand_by, "her place as a stand-by is free for another"
    assert invariants.check(lane.session, now=lane.now) == []


def test_she_says_no_and_still_stands_by_and_the_search_goes_on_at_once(lane: Lane) -> None:
    her = lane.member("李候备")
    lane.substitute("钱候补")
    made = stands(lane, her)
    [signup] = lane.filled(lane.member("陈退出"))
    lane.drop_out(signup)
    lane.pass_time(minutes=2)
    answering.decline(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    lane.follow()
    assert list(lane.asked()) == ["李候备", "钱候补"]
    lane.session.refresh(made)
    assert (made.state, made.is_stand_by) == (A.CONFIRMED, True)


def test_her_hours_are_not_counted_twice_when_she_is_called_in(lane: Lane) -> None:
    her = lane.member("李候备")
    her.weekly_hours = round((lane.shift.ends_at - lane.shift.starts_at).total_seconds() / 3600) + 1
    stands(lane, her)
    [signup] = lane.filled(lane.member("陈退出"))
    lane.drop_out(signup)
    lane.pass_time(minutes=2)
    invitation = answering.accept(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    assert invitation.state == InvitationState.ACCEPTED


def test_who_only_stands_by_is_neither_missed_nor_swaps(lane: Lane) -> None:
    made = stands(lane, lane.member("李候备"))
    with pytest.raises(swaps.NothingToGive):
        swaps.ask(lane.session, assignment_id=made.id, now=lane.now)
    with pytest.raises(ForbiddenMove):
        roster.mark_no_show(lane.session, assignment_id=made.id, now=TOMORROW)


def test_after_the_start_she_is_called_in_for_who_did_not_come(lane: Lane) -> None:
    her = lane.member("李候备")
    stands(lane, her)
    [signup] = lane.filled(lane.member("陈没来"))
    place = of_signup(lane.session, signup.id)
    assert place is not None
    lane.now = TOMORROW + timedelta(minutes=5)
    roster.mark_no_show(lane.session, assignment_id=place.id, now=lane.now)
    lane.follow()
    lane.pass_time(minutes=0)
    assert list(lane.asked()) == ["李候备"]
    answering.accept(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    assert counts(lane) == (1, 0)


def test_a_role_without_stand_bys_has_no_such_rung(session: Session) -> None:
    lane = Lane(session, TOMORROW)
    [signup] = lane.filled(lane.member("陈退出"))
    lane.drop_out(signup)
    assert Rung.STAND_BY not in [plan.rung for plan in lane.search().plans]
