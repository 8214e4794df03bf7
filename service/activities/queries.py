"""Named reads of activities."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from service.activities.models import Activity, Series, Shift, ShiftRole
from service.calendars.recurrence import weekdays_of
from service.db import one_of
from service.places.queries import within
from service.terms import ActivityState, DayRule, Mode, ShiftState

#: Places are given by plans, not to whoever comes first.
PLANNED = (Mode.MATCHED, Mode.ROTA)
#: Whether places in an activity are given by plans now.
IS_PLANNED = and_(Activity.state == ActivityState.PUBLISHED, Activity.mode.in_(PLANNED))
#: Whether everybody may know of an activity: its shifts are no unannounced checks.
IS_ANNOUNCED = Activity.reveal_before.is_(None)


def published(session: Session, activity_id: int) -> Activity | None:
    """An activity anybody may see: published, or cancelled after it was; never one of unannounced checks."""
    return session.scalar(
        select(Activity)
        .where(Activity.id == activity_id, Activity.state != ActivityState.DRAFT, IS_ANNOUNCED)
        .options(selectinload(Activity.roles))
    )


def in_scope(session: Session, activity_id: int, *, scope_ids: Sequence[int]) -> Activity | None:
    """The activity, if it belongs to one of the scopes."""
    return session.scalar(
        select(Activity)
        .where(Activity.id == activity_id, within(Activity.area_id, scope_ids))
        .options(selectinload(Activity.roles))
    )


def listed(session: Session, *, scope_ids: Sequence[int], after_id: int = 0, limit: int = 30) -> Sequence[Activity]:
    """Activities in scope by id."""
    return session.scalars(
        select(Activity)
        .where(within(Activity.area_id, scope_ids), Activity.id > after_id)
        .options(selectinload(Activity.roles), selectinload(Activity.series))
        .order_by(Activity.id)
        .limit(limit)
    ).all()


def published_in(session: Session, *, scope_ids: Sequence[int], limit: int = 200) -> Sequence[Activity]:
    """The published activities of these areas, by title."""
    return session.scalars(
        select(Activity)
        .where(within(Activity.area_id, scope_ids), Activity.state == ActivityState.PUBLISHED)
        .order_by(Activity.title, Activity.id)
        .limit(limit)
    ).all()


def shifts(session: Session, activity_id: int, *, from_at: datetime, limit: int = 100) -> Sequence[Shift]:
    """The activity's shifts that are not over at `from_at`, with their roles, by start."""
    return session.scalars(
        select(Shift)
        .where(Shift.activity_id == activity_id, Shift.ends_at > from_at)
        .options(selectinload(Shift.roles).joinedload(ShiftRole.definition), joinedload(Shift.activity))
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()


def shifts_between(session: Session, activity_id: int, *, from_at: datetime, until_at: datetime) -> Sequence[Shift]:
    """The activity's shifts, cancelled ones too, that start in [from_at, until_at), with their roles, by start."""
    return session.scalars(
        select(Shift)
        .where(Shift.activity_id == activity_id, Shift.starts_at >= from_at, Shift.starts_at < until_at)
        .options(selectinload(Shift.roles).joinedload(ShiftRole.definition), undefer(Shift.heat_warnings))
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def starts(
    session: Session, activity_id: int, *, now: datetime
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the activity's first and last shifts start, and the next that is not over at `now`; None where none is."""
    first, last, coming = session.execute(
        select(
            func.min(Shift.starts_at),
            func.max(Shift.starts_at),
            func.min(Shift.starts_at).filter(Shift.ends_at > now),
        ).where(Shift.activity_id == activity_id)
    ).one()
    return first, last, coming


def daily(session: Session, *, scope_ids: Sequence[int], on: date) -> dict[int, tuple[str, date]]:
    """Published activities that serve every day of the week, holidays included, and have not ended before `on`:
    by id the title and the first day. Several series may share the weekdays."""
    rows = session.execute(
        select(Activity.id, Activity.title, Series.rule, Series.from_on)
        .join(Series, Series.activity_id == Activity.id)
        .where(within(Activity.area_id, scope_ids), Activity.state == ActivityState.PUBLISHED)
        .where(Series.day_rule == DayRule.EVERY_DAY)
        .where(or_(Series.until_on.is_(None), and_(Series.until_on >= on, Series.until_on > Series.from_on)))
        .order_by(Activity.id)
    ).all()
    weekdays: dict[int, set[int]] = {}
    found: dict[int, tuple[str, date]] = {}
    for activity_id, title, rule, from_on in rows:
        weekdays.setdefault(activity_id, set()).update(weekdays_of(rule))
        first = min(from_on, found[activity_id][1]) if activity_id in found else from_on
        found[activity_id] = (title, first)
    return {activity_id: row for activity_id, row in found.items() if len(weekdays[activity_id]) == 7}


def shift_role_in_scope(session: Session, shift_role_id: int, *, scope_ids: Sequence[int]) -> ShiftRole | None:
    """The places of a role in a shift, if the shift belongs to one of the scopes."""
    return session.scalar(
        select(ShiftRole)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .where(ShiftRole.id == shift_role_id, within(Shift.area_id, scope_ids))
    )


def shift_in_scope(session: Session, shift_id: int, *, scope_ids: Sequence[int]) -> Shift | None:
    """The shift, if it belongs to one of the scopes."""
    return session.scalar(select(Shift).where(Shift.id == shift_id, within(Shift.area_id, scope_ids)))


def open_shift(session: Session, shift_id: int) -> Shift | None:
    """A shift of an activity anybody may see, with its roles and activity."""
    return session.scalar(
        select(Shift)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.id == shift_id, Activity.state != ActivityState.DRAFT, IS_ANNOUNCED)
        .options(selectinload(Shift.roles).joinedload(ShiftRole.definition), joinedload(Shift.activity))
    )


def share_shifts(session: Session, shift_ids: Collection[int]) -> None:
    """Read the shifts as they are now, the lowest id first: until the end nobody else moves one or calls it off."""
    session.scalars(
        select(Shift)
        .where(one_of(Shift.id, shift_ids))
        .order_by(Shift.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).all()


def lock_open_shift(session: Session, shift_id: int) -> Shift | None:
    """The shift as it is now, unless it was called off.

    Its row is shared until commit: waits for a change under way, and whoever changes it next waits for us.
    """
    return session.scalar(
        select(Shift)
        .where(Shift.id == shift_id, Shift.state == ShiftState.OPEN)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
