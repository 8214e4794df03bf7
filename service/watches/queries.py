"""Named reads of watches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, exists, not_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from service.activities.models import Activity, ShiftRole
from service.backfill.candidates import able
from service.calendars.rules import local
from service.roster.models import Assignment
from service.signups.models import STANDING, SignUp
from service.signups.queries import opening
from service.terms import ActivityState, AssignmentState, Mode, ShiftState
from service.watches.models import Watch


def of_volunteer(session: Session, volunteer_id: int) -> Sequence[Row[Watch, Activity]]:
    """What a person wants to be told of."""
    return session.execute(
        select(Watch, Activity)
        .join(Activity, Activity.id == Watch.activity_id)
        .where(Watch.volunteer_id == volunteer_id, Watch.closed_at.is_(None))
        .order_by(Watch.id)
    ).all()


def standing(session: Session, *, volunteer_id: int, activity_id: int, weekday: int | None) -> Watch | None:
    """The person's open watch of the activity on that day."""
    return session.scalar(
        select(Watch).where(
            Watch.volunteer_id == volunteer_id,
            Watch.activity_id == activity_id,
            Watch.weekday.is_not_distinct_from(weekday),
            Watch.closed_at.is_(None),
        )
    )


def own(session: Session, watch_id: int, *, volunteer_id: int) -> Watch | None:
    """The watch, if it is this person's own."""
    return session.scalar(select(Watch).where(Watch.id == watch_id, Watch.volunteer_id == volunteer_id))


def to_be_told(session: Session, shift_role_id: int) -> list[Watch]:
    """Whoever watches for a place in this role, and could take it; nobody where none is free, or others arrange it.

    Each person once. Who is in the shift already, was in it, or asks for a place in it is left out.
    """
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    if row is None or role.taken >= role.max_needed:
        return []
    shift, activity = row.Shift, row.Activity
    is_open = shift.state == ShiftState.OPEN and activity.state == ActivityState.PUBLISHED
    if not is_open or not Mode(activity.mode).is_first_come:
        return []
    is_placed = exists().where(
        Assignment.shift_id == shift.id,
        Assignment.volunteer_id == Watch.volunteer_id,
        Assignment.state != AssignmentState.DRAFTED,
    )
    asks = exists().where(
        SignUp.shift_id == shift.id, SignUp.volunteer_id == Watch.volunteer_id, SignUp.state.in_(STANDING)
    )
    weekday = local(shift.starts_at).isoweekday()
    watches = session.scalars(
        select(Watch)
        .where(Watch.activity_id == activity.id, Watch.closed_at.is_(None), not_(is_placed), not_(asks))
        .where(or_(Watch.weekday.is_(None), Watch.weekday == weekday))
        .order_by(Watch.volunteer_id, Watch.id)
        .ext(distinct_on(Watch.volunteer_id))
    ).all()
    can_serve = set(able(session, [one.volunteer_id for one in watches], row))
    return [one for one in watches if one.volunteer_id in can_serve]
