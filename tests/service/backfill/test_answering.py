"""Yes, no, and yes too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.rules import RolePlan
from service.backfill import actions as backfill
from service.backfill import answering
from service.backfill.answering import InvitationClosed
from service.backfill.models import ForbiddenMove, Invitation
from service.notifications.models import Notification
from service.roster import actions as roster
from service.roster.models import Assignment
from service.roster.queries import of_signup
from service.signups.actions import SignUpRefused
from service.terms import (
    AssignmentState,
    BackfillState,
    InvitationState,
    NotificationKind,
    Refusal,
    SignUpState,
)
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.ledger import facts
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def lane(session: Session) -> Lane:
    return Lane(session, TOMORROW)


@pytest.fixture
def asked(lane: Lane) -> list[Volunteer]:
    """Three substitutes, all asked."""
    people = [lane.substitute(f"候补{number}") for number in range(3)]
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈退出"))
    lane.drop_out(signup)
    lane.pass_time(minutes=2)
    return people


def yes(lane: Lane, person: Volunteer) -> Invitation:
    made = answering.accept(lane.session, invitation_id=lane.invitation(person).id, now=lane.now)
    lane.follow()
    return made


def no(lane: Lane, person: Volunteer) -> Invitation:
    made = answering.decline(lane.session, invitation_id=lane.invitation(person).id, now=lane.now)
    lane.follow()
    return made


def test_the_first_yes_has_the_place_and_the_search_is_over(lane: Lane, asked: list[Volunteer]) -> None:
    answered = yes(lane, asked[1])
    place = lane.session.get_one(Assignment, answered.assignment_id)
    assert (answered.state, place.state, place.volunteer_id) == (
        InvitationState.ACCEPTED,
        AssignmentState.CONFIRMED,
        asked[1].id,
    )
    assert lane.state() == BackfillState.FILLED


def test_a_second_yes_is_thanked_and_takes_nothing(lane: Lane, asked: list[Volunteer]) -> None:
    yes(lane, asked[1])
    assert yes(lane, asked[0]).state == InvitationState.THANKED
    lane.session.refresh(lane.role)
    assert lane.role.taken == 1


def test_who_was_too_late_is_asked_first_the_next_time(lane: Lane, asked: list[Volunteer]) -> None:
    first = yes(lane, asked[0])
    yes(lane, asked[2])
    assert first.assignment_id is not None
    roster.decline(lane.session, assignment_id=first.assignment_id, now=lane.now)
    lane.follow()
    lane.pass_time(minutes=2)
    assert list(lane.asked()) == ["候补2", "候补1"], "and who gave the place up is not asked again"


def test_who_was_too_late_may_say_yes_again_when_it_is_free_again(lane: Lane, asked: list[Volunteer]) -> None:
    first = yes(lane, asked[0])
    late = yes(lane, asked[2])
    assert first.assignment_id is not None
    roster.decline(lane.session, assignment_id=first.assignment_id, now=lane.now)
    answering.accept(lane.session, invitation_id=late.id, now=lane.now)
    assert late.state == InvitationState.ACCEPTED


def test_saying_it_twice_is_harmless(lane: Lane, asked: list[Volunteer]) -> None:
    assert yes(lane, asked[0]).assignment_id == yes(lane, asked[0]).assignment_id
    no(lane, asked[1])
    no(lane, asked[1])
    answers = [row for kind, row in facts(lane.session, "InvitationAnswered") if kind]
    assert answers == [lane.invitation(asked[0]).id, lane.invitation(asked[1]).id]


def test_a_no_may_be_thought_over(lane: Lane, asked: list[Volunteer]) -> None:
    no(lane, asked[0])
    assert yes(lane, asked[0]).state == InvitationState.ACCEPTED


def test_a_place_that_was_taken_is_given_up_as_any_other(lane: Lane, asked: list[Volunteer]) -> None:
    yes(lane, asked[0])
    with pytest.raises(ForbiddenMove):
        no(lane, asked[0])


def test_a_yes_counts_although_the_coordinator_stopped_the_search(lane: Lane, asked: list[Volunteer]) -> None:
    backfill.stop(lane.session, backfill_id=lane.search().id, account_id=1, now=lane.now)
    assert yes(lane, asked[0]).state == InvitationState.ACCEPTED
    assert lane.state() == BackfillState.STOPPED


def test_a_yes_counts_while_the_shift_runs_and_not_after_it(lane: Lane, asked: list[Volunteer]) -> None:
    lane.now = TOMORROW + timedelta(minutes=10)
    assert yes(lane, asked[0]).state == InvitationState.ACCEPTED
    lane.now = lane.shift.ends_at
    with pytest.raises(InvitationClosed):
        yes(lane, asked[1])


def test_nothing_is_taken_in_a_shift_that_was_called_off(lane: Lane, asked: list[Volunteer]) -> None:
    activities.cancel_shift(lane.session, lane.shift.id, reason="下大雪", now=lane.now, account_id=None)
    with pytest.raises(InvitationClosed):
        yes(lane, asked[0])


def test_who_has_another_duty_by_now_is_told_why_not(lane: Lane, asked: list[Volunteer]) -> None:
    other = factories.shift_on(lane.session, lane.area, TOMORROW, title="另一处")
    factories.sign_up(lane.session, asked[0], factories.only_role(lane.session, other))
    with pytest.raises(SignUpRefused) as refused:
        yes(lane, asked[0])
    assert [reason.reason for reason in refused.value.reasons] == [Refusal.OVERLAP]
    assert lane.invitation(asked[0]).state == InvitationState.ASKED


def test_who_queued_meanwhile_has_her_sign_up_confirmed(lane: Lane, asked: list[Volunteer]) -> None:
    first = yes(lane, asked[0])
    queued = factories.sign_up(lane.session, asked[1], lane.role, now=lane.now)
    assert queued.state == SignUpState.WAITLISTED
    assert first.assignment_id is not None
    roster.decline(lane.session, assignment_id=first.assignment_id, now=lane.now)
    answered = yes(lane, asked[1])
    assert (answered.state, queued.state) == (InvitationState.ACCEPTED, SignUpState.CONFIRMED)
    place = of_signup(lane.session, queued.id)
    assert place is not None
    assert place.id == answered.assignment_id


def test_who_was_offered_the_place_meanwhile_accepts_that_offer(lane: Lane, asked: list[Volunteer]) -> None:
    offered = roster.offer(lane.session, row=lane.row(), volunteer_id=asked[0].id, now=lane.now)
    assert offered is not None
    assert yes(lane, asked[0]).assignment_id == offered.id
    assert offered.state == AssignmentState.CONFIRMED


def test_a_place_offered_to_somebody_else_is_not_taken_from_her(lane: Lane, asked: list[Volunteer]) -> None:
    waiting = factories.volunteer(lane.session, lane.area, "钱等待")
    roster.offer(lane.session, row=lane.row(), volunteer_id=waiting.id, now=lane.now)
    assert yes(lane, asked[0]).state == InvitationState.THANKED


def test_who_serves_in_another_role_of_the_shift_is_told_so(session: Session) -> None:
    roles = (
        RolePlan(name="引导员", min_needed=1, max_needed=1),
        RolePlan(name="登记员", min_needed=1, max_needed=1),
    )
    lane = Lane(session, TOMORROW, roles=roles)
    her = lane.substitute("李候补")
    [signup] = lane.filled(factories.volunteer(session, lane.area))
    lane.drop_out(signup)
    lane.pass_time(minutes=2)
    factories.sign_up(session, her, lane.shift.roles[1], now=lane.now)
    with pytest.raises(SignUpRefused):
        yes(lane, her)


def test_the_message_carries_what_and_when_and_goes_to_her_alone(lane: Lane, asked: list[Volunteer]) -> None:
    told = lane.session.scalars(
        select(Notification).where(Notification.kind == NotificationKind.SUBSTITUTE_WANTED).order_by(Notification.id)
    ).all()
    assert [n.volunteer_id for n in told] == [person.id for person in asked]
    assert [n.subject_ids for n in told] == [{"invitation_ids": [lane.invitation(p).id]} for p in asked]
