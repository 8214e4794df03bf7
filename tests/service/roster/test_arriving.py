"""准时: who says that she is there, who is missed by the clock where that was asked for, and whom that concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import RolePlan
from service.backfill.models import Backfill
from service.notifications.models import Notification
from service.roster import actions as roster
from service.roster import arriving
from service.roster.models import Assignment, ForbiddenMove
from service.roster.queries import of_signup
from service.settings import Settings
from service.signups.queries import opening
from service.terms import AssignmentState, NotificationKind
from tests import factories
from tests.at_once import committed, together
from tests.factories import NOW
from tests.ledger import facts
from tests.outbox import follow

A = AssignmentState
START = NOW + timedelta(hours=3)
LATE = START + timedelta(minutes=10)


def expected(session: Session, *, late_after: int | None = 10, min_needed: int = 1) -> Assignment:
    """Somebody who said that she comes to a shift with one place."""
    area = factories.community(session)
    factories.coordinator(session, area)
    roles = [RolePlan(name="老师", min_needed=min_needed, max_needed=1)]
    shift = factories.shift_on(session, area, START, roles=roles, late_after=late_after)
    signup = factories.sign_up(
        session, factories.volunteer(session, area, "李大雪"), factories.only_role(session, shift)
    )
    place = of_signup(session, signup.id)
    assert place is not None
    return place


def told(session: Session) -> list[Notification]:
    return list(session.scalars(select(Notification).where(Notification.kind == NotificationKind.NOT_THERE)))


def test_who_is_late_is_missed_once_the_desk_is_told_and_somebody_is_sought(session: Session) -> None:
    place = expected(session)
    assert arriving.miss_late(session, now=LATE - timedelta(seconds=1)) == 0
    assert arriving.miss_late(session, now=LATE) == 1
    assert arriving.miss_late(session, now=LATE) == 0
    assert (place.state, place.missed_at) == (A.NO_SHOW, LATE)
    follow(session, now=LATE)
    [message] = told(session)
    assert (message.account_id is not None, message.send_at) == (True, LATE)
    assert session.scalars(select(Backfill.cause)).all() == ["no_show"]


def test_nobody_is_missed_where_nobody_asks(session: Session) -> None:
    place = expected(session, late_after=None)
    assert arriving.miss_late(session, now=START + timedelta(hours=1)) == 0
    assert place.state == A.CONFIRMED


def test_whoever_says_that_she_is_there_is_not_missed(session: Session) -> None:
    place = expected(session)
    with pytest.raises(roster.NotBegun):
        arriving.check_in(session, assignment_id=place.id, now=START - timedelta(hours=1, seconds=1))
    for _twice in range(2):
        arriving.check_in(session, assignment_id=place.id, now=START - timedelta(hours=1))
    assert place.state == A.CHECKED_IN
    assert arriving.miss_late(session, now=LATE) == 0
    assert session.get_one(ShiftRole, place.shift_role_id, populate_existing=True).taken == 1


def test_who_comes_late_has_her_place_again_and_is_not_missed_twice(session: Session) -> None:
    place = expected(session)
    arriving.miss_late(session, now=LATE)
    roster.came_after_all(session, assignment_id=place.id)
    assert arriving.miss_late(session, now=LATE) == 0, "a coordinator said that she came"
    roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    arriving.check_in(session, assignment_id=place.id, now=LATE)
    assert place.state == A.CHECKED_IN
    assert session.get_one(ShiftRole, place.shift_role_id, populate_existing=True).taken == 1


def test_the_place_of_who_is_late_is_whoevers_stepped_in(session: Session) -> None:
    place = expected(session)
    arriving.miss_late(session, now=LATE)
    role = session.get_one(ShiftRole, place.shift_role_id)
    other = factories.volunteer(session, factories.community(session), "孙顶班")
    row = opening(session, shift_id=place.shift_id, shift_role_id=role.id)
    assert row is not None
    assert roster.take(session, row=row, volunteer_id=other.id, now=LATE) is not None
    with pytest.raises(roster.PlaceGiven):
        arriving.check_in(session, assignment_id=place.id, now=LATE)


def test_a_coordinators_own_mark_tells_the_desk_nothing(session: Session) -> None:
    place = expected(session)
    roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    follow(session, now=LATE)
    assert told(session) == []


def test_what_was_a_slip_can_be_taken_back(session: Session) -> None:
    place = expected(session)
    arriving.check_in(session, assignment_id=place.id, now=START)
    roster.mark_no_show(session, assignment_id=place.id, now=LATE)
    assert place.state == A.NO_SHOW


def test_nobody_arrives_who_has_not_said_yes(session: Session) -> None:
    place = expected(session)
    roster.decline(session, assignment_id=place.id, now=NOW)
    with pytest.raises(ForbiddenMove):
        arriving.check_in(session, assignment_id=place.id, now=START)


def test_a_shift_that_is_over_or_called_off_is_looked_at_no_more(session: Session) -> None:
    place = expected(session)
    shift = session.get_one(Shift, place.shift_id)
    assert arriving.miss_late(session, now=shift.ends_at) == 0
    session.get_one(Activity, shift.activity_id).late_after = 0
    session.flush()
    assert arriving.miss_late(session, now=START) == 1, "sharp is sharp"


def test_two_sweeps_and_her_own_word_at_the_same_moment_miss_her_once_or_never(database: Settings) -> None:
    place_id = committed(lambda session: expected(session).id)
    together(
        lambda session: arriving.miss_late(session, now=LATE),
        lambda session: arriving.miss_late(session, now=LATE),
        lambda session: arriving.check_in(session, assignment_id=place_id, now=LATE),
    )
    taken = committed(lambda session: session.scalar(select(func.sum(ShiftRole.taken))))
    state = committed(lambda session: session.get_one(Assignment, place_id).state)
    assert (state, taken) == (A.CHECKED_IN, 1), "whoever came first, she is there and has her place"
    assert committed(lambda session: len(facts(session, "AssignmentMissed"))) <= 1
