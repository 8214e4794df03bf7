"""Who is there, and who is late: marks of arrival, and what the clock makes of a missing one where that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.roster.actions import NotBegun, came_after_all, locked, mark_no_show
from service.roster.models import Assignment, ForbiddenMove
from service.terms import ActivityState, AssignmentState, ShiftState

#: So long before the start somebody can be there already.
EARLY = timedelta(hours=1)


def check_in(session: Session, *, assignment_id: int, now: datetime) -> Assignment:
    """She is there. Twice is harmless; whoever was missed and comes after all has her place again, if it is free.

    Raises NotBegun, PlaceGiven, ConflictingDuty, and ForbiddenMove for a place not confirmed, or of a stand-by.
    """
    assignment = locked(session, assignment_id)
    if assignment.state == AssignmentState.CHECKED_IN:
        return assignment
    if assignment.is_stand_by:
        raise ForbiddenMove(f"assignment {assignment_id} is of a stand-by: nobody expects her yet")
    if now < session.get_one(Shift, assignment.shift_id, populate_existing=True).starts_at - EARLY:
        raise NotBegun(f"the shift of assignment {assignment_id} is not near")
    if assignment.state == AssignmentState.NO_SHOW:
        came_after_all(session, assignment_id=assignment_id)
    assignment.move(AssignmentState.CHECKED_IN)
    return assignment


def to_check_in(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Row[Assignment, Shift, Activity]]:
    """Her places of now, where punctuality is asked for and she is not marked as there, by start."""
    return session.execute(
        select(Assignment, Shift, Activity)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.is_stand_by.is_(False))
        .where(Assignment.state.in_((AssignmentState.CONFIRMED, AssignmentState.NO_SHOW)))
        .where(Activity.late_after.is_not(None), Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at <= now + EARLY, Shift.ends_at > now)
        .order_by(Shift.starts_at, Assignment.id)
    ).all()


def miss_late(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Miss whoever said yes and is not marked as there `late_after` minutes after the start; how many were found.

    Once each: whoever is said to have come after all is not missed by the clock again.
    """
    is_over = Shift.starts_at + func.make_interval(0, 0, 0, 0, 0, Activity.late_after) <= now
    late = session.scalars(
        select(Assignment.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Activity.late_after.is_not(None), Activity.state == ActivityState.PUBLISHED)
        .where(Shift.state == ShiftState.OPEN, Shift.starts_at <= now, Shift.ends_at > now, is_over)
        .where(Assignment.state == AssignmentState.CONFIRMED, Assignment.is_stand_by.is_(False))
        .where(Assignment.missed_at.is_(None))
        .order_by(Assignment.volunteer_id, Assignment.id)
        .limit(limit)
    ).all()
    for assignment_id in late:
        assignment = locked(session, assignment_id)
        if assignment.state == AssignmentState.CONFIRMED and assignment.missed_at is None:
            assignment.missed_at = now
            mark_no_show(session, assignment_id=assignment_id, now=now)
    return len(late)
