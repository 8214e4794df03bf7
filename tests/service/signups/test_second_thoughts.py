"""A yes that becomes a no, a no that becomes a yes: while the place is free and there is time."""

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
from service.signups.second_thoughts import can_think_again, offer_again, say, say_each, standing
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


def test_the_first_offer_leads_to_what_she_said_last(session: Session) -> None:
    her = person(session)
    no, other = (
        refused(session, role_of(session), her),
        refused(session, role_of(session, starts_at=NOW + 9 * DAY), her),
    )
    assert standing(session, [other.id, no.id]) == [other.id, no.id], "a no that stands is itself"
    yes = say(session, assignment_id=no.id, is_yes=True, now=NOW)
    assert standing(session, [other.id, no.id, yes.id]) == [other.id, yes.id]
    say(session, assignment_id=yes.id, is_yes=False, now=NOW)
    assert standing(session, [no.id]) == [no.id]


HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
START = NOW + 5 * DAY


@pytest.mark.parametrize(
    ("said_at", "again_at", "is_open"),
    [
        (NOW, NOW, True),
        (NOW, NOW + 11 * MINUTE, True),
        (NOW, NOW + 3 * DAY, True),
        (NOW, START - HOUR, True),
        (NOW, START - HOUR + INSTANT, False),
        (NOW, START, False),
        (START - 2 * HOUR, START - 2 * HOUR + MINUTE, True),
        (START - 30 * MINUTE, START - 29 * MINUTE, False),
    ],
)
def test_a_no_becomes_a_yes_while_the_place_is_free_until_the_cutoff(
    session: Session, said_at: datetime, again_at: datetime, *, is_open: bool
) -> None:
    no = refused(session, role_of(session), person(session), now=said_at)
    assert can_think_again(session, no, now=again_at) == is_open
    if is_open:
        assert say(session, assignment_id=no.id, is_yes=True, now=again_at).state == AssignmentState.CONFIRMED
    else:
        with pytest.raises(OfferClosed):
            say(session, assignment_id=no.id, is_yes=True, now=again_at)


@pytest.mark.parametrize(
    ("again_at", "is_open"),
    [(NOW + 11 * MINUTE, True), (START - HOUR, True), (START - INSTANT, True), (START, False)],
)
def test_a_yes_becomes_a_no_until_the_start(session: Session, again_at: datetime, *, is_open: bool) -> None:
    """Late is better than not at all: somebody can still be called out."""
    role = role_of(session)
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    made = roster.offer(session, row=row, volunteer_id=person(session).id, now=NOW)
    assert made is not None
    say(session, assignment_id=made.id, is_yes=True, now=NOW)
    if is_open:
        assert say(session, assignment_id=made.id, is_yes=False, now=again_at).state == AssignmentState.DECLINED
    else:
        with pytest.raises(OfferClosed):
            say(session, assignment_id=made.id, is_yes=False, now=again_at)


def test_several_are_answered_each_by_itself(session: Session) -> None:
    her, other = person(session), person(session)
    roles = [role_of(session, starts_at=START + number * DAY) for number in range(4)]
    offers = []
    for role in roles[:3]:
        row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
        assert row is not None
        made = roster.offer(session, row=row, volunteer_id=her.id, now=NOW)
        assert made is not None
        offers.append(made)
    gone = refused(session, roles[3], her)
    factories.sign_up(session, other, roles[3])
    offers[2].answer_by = NOW - MINUTE
    answers = {offers[0].id: True, offers[1].id: False, offers[2].id: True, gone.id: True}
    became = say_each(session, answers, now=NOW)
    assert [type(became[one.id]) for one in (*offers, gone)] == [Assignment, Assignment, OfferClosed, OfferClosed]
    states = [one.state for one in (*offers, gone)]
    assert states == [
        AssignmentState.CONFIRMED,
        AssignmentState.DECLINED,
        AssignmentState.OFFERED,
        AssignmentState.DECLINED,
    ]
    again = say_each(session, answers, now=NOW)
    assert [one.state for one in offers] == states[:3], "twice is harmless"
    assert again[offers[0].id] is offers[0]


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
