"""The database refuses what the rules refuse, and nothing else: the constraint and the rule are one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import rest_after
from service.roster import actions as roster
from service.roster.models import HOLDING, MOVES, Assignment, ForbiddenMove
from service.signups.asking import asking
from service.signups.rules import unfit
from service.terms import AssignmentState, Mode
from service.volunteers.models import Volunteer
from tests import factories

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
Span = tuple[int, int]
#: (minutes after START, minutes of length); the rest follows from the hours, as it does in life.
spans = st.tuples(st.integers(-36 * 60, 36 * 60), st.integers(1, 24 * 60))


def shift_at(session: Session, activity: Activity, span: Span) -> Shift:
    """A further shift of the activity at these minutes."""
    first = factories.shifts(session, activity)[0]
    starts_at = START + timedelta(minutes=span[0])
    ends_at = starts_at + timedelta(minutes=span[1])
    shift = Shift(
        area_id=first.area_id,
        activity_id=activity.id,
        occurrence_id=first.occurrence_id,
        place_id=first.place_id,
        starts_at=starts_at,
        ends_at=ends_at,
        rest_after=rest_after(starts_at, ends_at),
        roles=[ShiftRole(activity_role_id=activity.roles[0].id, min_needed=0, max_needed=9)],
    )
    session.add(shift)
    session.flush()
    return shift


def place(shift: Shift, person: Volunteer, state: AssignmentState = AssignmentState.CONFIRMED) -> Assignment:
    """A row as the sign-up's statement would write it, past all rules."""
    return Assignment(
        area_id=shift.area_id,
        shift_id=shift.id,
        shift_role_id=shift.roles[0].id,
        volunteer_id=person.id,
        state=state,
        occupies=roster.occupied(shift),
        answer_by=shift.starts_at,
        assigned_at=START,
    )


def is_refused(session: Session, row: Assignment) -> bool:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return True
    return False


@pytest.fixture
def busy(session: Session) -> tuple[Activity, Volunteer]:
    """An activity to hang shifts on, and somebody with hours without end."""
    area = factories.community(session)
    person = factories.volunteer(session, area)
    person.weekly_hours = 10_000
    return factories.activity(session, area, mode=Mode.MATCHED), person


def test_the_rule_and_the_constraint_say_the_same(session: Session, busy: tuple[Activity, Volunteer]) -> None:
    activity, person = busy

    @settings(max_examples=150)
    @given(spans, spans)
    def agree(held: Span, asked: Span) -> None:
        savepoint = session.begin_nested()
        session.add(place(shift_at(session, activity, held), person))
        shift = shift_at(session, activity, asked)
        question = asking(session, volunteer_id=person.id, shift_id=shift.id, shift_role_id=shift.roles[0].id)
        assert question.opening is not None
        by_rule = bool(unfit(question.candidate, question.opening))
        by_constraint = is_refused(session, place(shift, person))
        savepoint.rollback()

        assert by_rule == by_constraint

    agree()


@pytest.mark.parametrize("state", AssignmentState)
def test_only_places_that_are_held_keep_others_away(
    session: Session, busy: tuple[Activity, Volunteer], state: AssignmentState
) -> None:
    activity, person = busy
    session.add(place(shift_at(session, activity, (0, 60)), person, state))

    assert is_refused(session, place(shift_at(session, activity, (30, 60)), person)) == (state in HOLDING)


def test_two_people_may_share_the_hour(session: Session, busy: tuple[Activity, Volunteer]) -> None:
    activity, person = busy
    shift = shift_at(session, activity, (0, 60))
    other = factories.volunteer(session, factories.community(session), "丙")

    assert not is_refused(session, place(shift, person))
    assert not is_refused(session, place(shift, other))


def test_a_person_has_one_place_in_a_shift(session: Session, busy: tuple[Activity, Volunteer]) -> None:
    activity, person = busy
    shift = shift_at(session, activity, (0, 60))

    assert not is_refused(session, place(shift, person))
    assert is_refused(session, place(shift, person))


@pytest.mark.parametrize("was", AssignmentState)
@pytest.mark.parametrize("to", AssignmentState)
def test_moves(was: AssignmentState, to: AssignmentState) -> None:
    assignment = Assignment(state=was)
    if to in MOVES[was]:
        assignment.move(to)
        assert assignment.state == to
    else:
        with pytest.raises(ForbiddenMove):
            assignment.move(to)
        assert assignment.state == was


def test_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(AssignmentState)
