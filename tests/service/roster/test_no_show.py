"""Somebody who said yes is not there: her place is free, and hers again if she comes before another has it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.roster import actions as roster
from service.roster.duties import duties, duties_before
from service.roster.models import Assignment, ForbiddenMove
from service.roster.queries import of_signup
from service.settings import Settings
from service.signups.models import SignUp
from service.signups.queries import opening
from service.terms import AssignmentState, SignUpState
from tests import factories, invariants
from tests.at_once import committed, together
from tests.factories import NOW
from tests.ledger import facts
from tests.outbox import drain

START = NOW + timedelta(hours=3)
LATE = START + timedelta(minutes=5)


def expected(session: Session) -> Assignment:
    """Somebody who said that she comes to a shift with one place."""
    area = factories.community(session)
    shift = factories.shift_on(session, area, START, roles=[RolePlan(name="引导员", min_needed=1, max_needed=1)])
    signup = factories.sign_up(session, factories.volunteer(session, area), factories.only_role(session, shift))
    place = of_signup(session, signup.id)
    assert place is not None
    return place


def taken(session: Session, assignment: Assignment) -> int:
    return session.get_one(ShiftRole, assignment.shift_role_id, populate_existing=True).taken


def stand_in(session: Session, assignment: Assignment) -> Assignment | None:
    """Another person takes the place, if it is free."""
    other = factories.volunteer(session, factories.community(session), "李顶班")
    row = opening(session, shift_id=assignment.shift_id, shift_role_id=assignment.shift_role_id)
    assert row is not None
    return roster.take(session, row=row, volunteer_id=other.id, now=LATE)


def test_her_place_is_free_and_the_roster_keeps_her_name(session: Session) -> None:
    place = expected(session)
    for _twice in range(2):
        roster.mark_no_show(session, assignment_id=place.id, now=LATE)

    assert (place.state, taken(session, place)) == (AssignmentState.NO_SHOW, 0)
    assert facts(session, "AssignmentMissed") == [("AssignmentMissed", place.id)]
    assert stand_in(session, place) is not None
    assert [row.Assignment.id for row in duties(session, place.volunteer_id, from_at=LATE)] == [place.id]
    after = START + timedelta(days=1)
    assert [row.Assignment.id for row in duties_before(session, place.volunteer_id, until_at=after)] == [place.id]


def test_nobody_is_missed_before_the_start(session: Session) -> None:
    place = expected(session)
    with pytest.raises(roster.NotBegun):
        roster.mark_no_show(session, assignment_id=place.id, now=START - timedelta(seconds=1))
    assert (place.state, taken(session, place)) == (AssignmentState.CONFIRMED, 1)


def test_only_who_said_yes_can_be_missed(session: Session) -> None:
    place = expected(session)
    roster.decline(session, assignment_id=place.id, now=NOW)
    with pytest.raises(ForbiddenMove):
        roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    with pytest.raises(ForbiddenMove):
        roster.came_after_all(session, assignment_id=place.id)


def test_she_may_serve_elsewhere_at_that_time(session: Session) -> None:
    place = expected(session)
    roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    area = factories.community(session)
    other = factories.shift_on(session, area, START, title="别处")
    row = opening(session, shift_id=other.id, shift_role_id=factories.only_role(session, other).id)
    assert row is not None
    assert roster.take(session, row=row, volunteer_id=place.volunteer_id, now=LATE) is not None
    with pytest.raises(roster.ConflictingDuty), session.begin_nested():
        roster.came_after_all(session, assignment_id=place.id)
    assert taken(session, place) == 0, "the count is rolled back with the refusal"


def test_who_comes_after_all_has_her_place_again(session: Session) -> None:
    place = expected(session)
    roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    for _twice in range(2):
        roster.came_after_all(session, assignment_id=place.id)

    assert (place.state, taken(session, place)) == (AssignmentState.CONFIRMED, 1)
    assert len(facts(session, "AssignmentConfirmed")) == 2, "once for the sign-up, once for coming after all"


def test_she_comes_too_late_when_somebody_else_has_it(session: Session) -> None:
    place = expected(session)
    roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    stand_in(session, place)
    with pytest.raises(roster.PlaceGiven):
        roster.came_after_all(session, assignment_id=place.id)
    assert (place.state, taken(session, place)) == (AssignmentState.NO_SHOW, 1)


def test_her_sign_up_stays_as_it_was(at_now: Settings) -> None:
    place = committed(expected)
    drain()
    committed(lambda session: roster.mark_no_show(session, assignment_id=place.id, now=LATE))
    drain()
    assert committed(lambda session: session.get_one(SignUp, place.signup_id).state) == SignUpState.CONFIRMED
    assert committed(partial(invariants.check, now=LATE)) == []


def test_she_and_her_substitute_come_at_the_same_moment(at_now: Settings) -> None:
    """One place: whoever is second is told, and nobody is counted twice."""
    place = committed(expected)
    committed(lambda session: roster.mark_no_show(session, assignment_id=place.id, now=LATE))

    back, stood_in = together(
        lambda session: roster.came_after_all(session, assignment_id=place.id).state,
        lambda session: stand_in(session, place),
    )

    assert (isinstance(back, roster.PlaceGiven), stood_in is None) in [(True, False), (False, True)]
    drain()
    assert committed(lambda session: taken(session, place)) == 1
    assert committed(partial(invariants.check, now=LATE)) == []


def test_two_coordinators_mark_her_at_once(at_now: Settings) -> None:
    place = committed(expected)
    mark = partial(roster.mark_no_show, assignment_id=place.id, now=LATE)
    together(*(lambda session: mark(session).state for _ in range(4)))

    assert committed(lambda session: taken(session, place)) == 0
    assert committed(lambda session: len(facts(session, "AssignmentMissed"))) == 1
