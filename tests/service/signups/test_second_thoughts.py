"""Saying no by a slip, and being asked once more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster.actions import OfferClosed
from service.roster.models import Assignment
from service.signups.queries import opening
from service.signups.second_thoughts import offer_again
from service.terms import AssignmentState
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.ledger import facts
from tests.outbox import follow

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def role_of(session: Session, *, starts_at: datetime = NOW + 5 * DAY) -> ShiftRole:
    roles = [RolePlan(name="引导员", min_needed=1, max_needed=1)]
    return factories.only_role(
        session, factories.shift_on(session, factories.community(session), starts_at, roles=roles)
    )


def person(session: Session) -> Volunteer:
    return factories.volunteer(session, factories.community(session))


def refused(session: Session, role: ShiftRole, her: Volunteer, *, now: datetime = NOW) -> Assignment:
    """An offer she has said no to."""
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    made = roster.offer(session, row=row, volunteer_id=her.id, now=now)
    assert made is not None
    return roster.decline(session, assignment_id=made.id, now=now)


def test_she_is_asked_once_more_and_may_say_yes(session: Session) -> None:
    role, her = role_of(session), person(session)
    no = refused(session, role, her)
    again = offer_again(session, assignment_id=no.id, now=NOW + 10 * MINUTE)
    assert (again.state, again.volunteer_id, again.shift_role_id) == (AssignmentState.OFFERED, her.id, role.id)
    assert ("AssignmentOffered", again.id) in facts(session)
    assert roster.accept(session, assignment_id=again.id, now=NOW + 10 * MINUTE).state == AssignmentState.CONFIRMED
    assert no.state == AssignmentState.DECLINED


def test_asking_twice_gives_the_same_offer(session: Session) -> None:
    no = refused(session, role_of(session), person(session))
    again = offer_again(session, assignment_id=no.id, now=NOW)
    assert offer_again(session, assignment_id=no.id, now=NOW + MINUTE) is again


def test_after_ten_minutes_the_no_stands(session: Session) -> None:
    no = refused(session, role_of(session), person(session))
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=no.id, now=NOW + 10 * MINUTE + timedelta(microseconds=1))


def test_close_to_the_start_the_no_stands_at_once(session: Session) -> None:
    role = role_of(session, starts_at=NOW + timedelta(hours=2))
    no = refused(session, role, person(session))
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=no.id, now=NOW)


def test_whoever_waited_goes_first(session: Session) -> None:
    role, her = role_of(session), person(session)
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    made = roster.offer(session, row=row, volunteer_id=her.id, now=NOW)
    assert made is not None
    factories.sign_up(session, person(session), role)
    roster.decline(session, assignment_id=made.id, now=NOW)
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=made.id, now=NOW)
    follow(session, now=NOW)
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=made.id, now=NOW)


def test_a_place_taken_by_somebody_else_is_gone(session: Session) -> None:
    role = role_of(session)
    no = refused(session, role, person(session))
    factories.sign_up(session, person(session), role)
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=no.id, now=NOW)


def test_a_duty_taken_meanwhile_stands_in_the_way(session: Session) -> None:
    her = person(session)
    no = refused(session, role_of(session), her)
    factories.sign_up(session, her, role_of(session))
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=no.id, now=NOW)


def test_a_shift_called_off_is_not_offered(session: Session) -> None:
    role = role_of(session)
    no = refused(session, role, person(session))
    activities.cancel_shift(session, role.shift_id, reason="下雪", now=NOW, account_id=None)
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=no.id, now=NOW)


def test_only_a_no_can_be_thought_over(session: Session) -> None:
    role, her = role_of(session), person(session)
    signup = factories.sign_up(session, her, role)
    assert signup.id
    other = refused(session, role_of(session, starts_at=NOW + 9 * DAY), her)
    other.state = AssignmentState.RELEASED
    with pytest.raises(OfferClosed):
        offer_again(session, assignment_id=other.id, now=NOW)
