"""Lists of activities and shifts, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, case, func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from service.activities.models import Activity, Shift, ShiftRole
from service.activities.queries import IS_ANNOUNCED
from service.places.queries import within
from service.terms import ActivityState, ShiftState


def activities(
    session: Session,
    *,
    scope_ids: Sequence[int],
    public_around: int | None = None,
    below: int | None = None,
    state: ActivityState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[Activity]:
    """Activities in scope, and those anybody may see at and below the area `public_around`, by id."""
    statement = select(Activity).where(Activity.id > after_id)
    seen = within(Activity.area_id, scope_ids)
    if public_around is not None:
        seen |= (Activity.state != ActivityState.DRAFT) & IS_ANNOUNCED & within(Activity.area_id, [public_around])
    if below is not None:
        statement = statement.where(within(Activity.area_id, [below]))
    if state is not None:
        statement = statement.where(Activity.state == state)
    statement = statement.where(seen).options(selectinload(Activity.roles)).order_by(Activity.id).limit(limit)
    return session.scalars(statement).all()


def for_desk(
    session: Session, *, scope_ids: Sequence[int], now: datetime, offset: int = 0, limit: int = 40
) -> Sequence[Row[Activity, datetime | None, datetime | None]]:
    """(activity, start of its next shift, start of its last one) in scope: those that are next in front, then
    drafts and what has no shift yet, the newest first; then what is over or was called off."""
    is_called_off = Activity.state == ActivityState.CANCELLED
    is_next = (Shift.ends_at > now) & (Shift.state == ShiftState.OPEN) & ~is_called_off
    next_at, last_at = func.min(Shift.starts_at).filter(is_next), func.max(Shift.starts_at)
    group = case((next_at.is_not(None), 0), (last_at.is_(None) & ~is_called_off, 1), else_=2)
    return session.execute(
        select(Activity, next_at, last_at)
        .outerjoin(Shift, Shift.activity_id == Activity.id)
        .where(within(Activity.area_id, scope_ids))
        .group_by(Activity.id)
        .order_by(group, next_at, last_at.desc(), Activity.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()


def shifts(
    session: Session,
    *,
    scope_ids: Sequence[int],
    coordinated_ids: Sequence[int],
    from_at: datetime,
    until_at: datetime | None = None,
    activity_id: int | None = None,
    state: ShiftState | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 30,
) -> Sequence[Shift]:
    """Shifts at and below these areas that are not over at `from_at`, by start; `after` is (starts_at, id).

    Unannounced checks only where they are in areas the reader coordinates.
    """
    statement = select(Shift).where(within(Shift.area_id, scope_ids), Shift.ends_at > from_at)
    announced = Shift.activity_id.not_in(select(Activity.id).where(~IS_ANNOUNCED))
    statement = statement.where(announced | within(Shift.area_id, coordinated_ids))
    if until_at is not None:
        statement = statement.where(Shift.starts_at < until_at)
    if activity_id is not None:
        statement = statement.where(Shift.activity_id == activity_id)
    if state is not None:
        statement = statement.where(Shift.state == state)
    if after is not None:
        statement = statement.where(tuple_(Shift.starts_at, Shift.id) > after)
    return session.scalars(
        statement.options(selectinload(Shift.roles).joinedload(ShiftRole.definition), joinedload(Shift.activity))
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()
