"""What reminders will say in the days ahead, to how many and when; and for which activities they are paused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity, Shift
from service.places.queries import within
from service.reminders.models import Reminder, ReminderPause
from service.roster.models import Assignment
from service.settings import LOCAL_ZONE
from service.terms import ReminderState

#: (activity, shift, hour in which it falls due, how many people).
ComingRow: TypeAlias = Row[Activity, Shift, datetime, int]


def coming(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, until_at: datetime, limit: int = 300
) -> Sequence[ComingRow]:
    """Planned reminders that fall due in [from_at, until_at), by hour in China and shift, soonest first.

    What falls due on one day for one person is one message: these are occasions, not messages.
    """
    hour = func.date_trunc("hour", Reminder.due_at, LOCAL_ZONE.key)
    return session.execute(
        select(Activity, Shift, hour.label("due_at"), func.count(Reminder.volunteer_id.distinct()))
        .join(Assignment, Assignment.id == Reminder.assignment_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Reminder.state == ReminderState.PLANNED, within(Reminder.area_id, scope_ids))
        .where(Reminder.due_at >= from_at, Reminder.due_at < until_at)
        .group_by(Activity.id, Shift.id, hour)
        .order_by(hour, Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()


def paused(session: Session, *, scope_ids: Sequence[int]) -> Sequence[Row[ReminderPause, Activity]]:
    """Activities in scope whose reminders are paused, the longest in front."""
    return session.execute(
        select(ReminderPause, Activity)
        .join(Activity, Activity.id == ReminderPause.activity_id)
        .where(within(Activity.area_id, scope_ids))
        .order_by(ReminderPause.paused_at, Activity.id)
    ).all()


def pause(session: Session, activity: Activity, *, account_id: int, now: datetime) -> None:
    """What falls due from now on is left unsaid, with the reason, until `go_on`. Twice is harmless."""
    made = insert(ReminderPause).values(activity_id=activity.id, paused_at=now, account_id=account_id)
    if session.scalar(made.on_conflict_do_nothing().returning(ReminderPause.activity_id)) is not None:
        _note(session, "paused_reminders", activity, account_id=account_id, now=now)


def go_on(session: Session, activity: Activity, *, account_id: int, now: datetime) -> None:
    """What falls due from now on is said again; what was left unsaid meanwhile stays so. Twice is harmless."""
    standing = session.get(ReminderPause, activity.id)
    if standing is not None:
        session.delete(standing)
        _note(session, "went_on_reminding", activity, account_id=account_id, now=now)


def _note(session: Session, verb: str, activity: Activity, *, account_id: int, now: datetime) -> None:
    subject = ("activity", activity.id)
    audit.note(session, verb=verb, subject=subject, account_id=account_id, area_id=activity.area_id, now=now)
    session.flush()
