"""What is said to whoever learns in a course: she has a place, a day is tomorrow, a day was called off.

A moved day is told by `actions.tell_moved`, as to everybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Row, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.calendars.rules import instant, local
from service.courses import queries as courses
from service.courses.models import Enrolment
from service.notifications.models import Notification
from service.notifications.subjects import SHIFTS
from service.notifications.wanted import To, Wanted, notify, notify_all
from service.terms import EnrolmentState, NotificationKind, ShiftState

#: When a day of a course is called to mind, on the evening before.
EVE = time(20)
#: Reminders in one transaction.
BATCH = 500


def tell_moved_up(session: Session, *, activity_id: int, volunteer_id: int, now: datetime) -> None:
    """She has waited and has a place now; nothing when no day is left."""
    day = next((one for one in courses.days(session, activity_id) if one.starts_at > now), None)
    hers = courses.enrolment(session, activity_id, volunteer_id=volunteer_id)
    if day is not None and hers is not None:
        key = f"course_place:{activity_id}:{volunteer_id}:{hers.number}"
        notify(session, _about(day, volunteer_id, kind=NotificationKind.COURSE_PLACE, key=key), now=now)


def tell_called_off(session: Session, *, shift_id: int, now: datetime) -> None:
    """A day of a course was called off: whoever learns there hears of it, once."""
    day = session.get_one(Shift, shift_id, populate_existing=True)
    wanted = [
        _about(day, one, kind=NotificationKind.SHIFT_CANCELLED, key=f"shift_cancelled:{day.id}:{one}")
        for one in courses.enrolled(session, day.activity_id)
    ]
    notify_all(session, wanted, now=now)


def remind_due(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Call to mind the days that are tomorrow, from EVE on; how many were asked for.

    Whoever enrolled after that evening has just been told. A moved day has another version, and is called to mind
    again.
    """
    wanted = [
        _about(row.Shift, row.volunteer_id, kind=NotificationKind.COURSE_DAY, key=row.key)
        for row in _without_reminder(session, now=now, limit=limit)
    ]
    return len(notify_all(session, wanted, now=now))


def _without_reminder(session: Session, *, now: datetime, limit: int) -> Sequence[Row[Shift, int, str]]:
    key = cast(
        func.concat(f"{NotificationKind.COURSE_DAY}:", Shift.id, ":", Shift.version, ":", Enrolment.volunteer_id),
        String,
    ).label("key")
    is_written = select(Notification.id).where(Notification.key == key).exists()
    return session.execute(
        select(Shift, Enrolment.volunteer_id, key)
        .join(Enrolment, Enrolment.activity_id == Shift.activity_id)
        .where(Enrolment.state == EnrolmentState.ENROLLED, Shift.state == ShiftState.OPEN, Shift.starts_at > now)
        .where(_is_due(now), ~is_written)
        .order_by(Shift.id, Enrolment.volunteer_id)
        .limit(limit)
    ).all()


def _is_due(now: datetime) -> ColumnElement[bool]:
    """What begins today, and from EVE on what begins tomorrow, for those who had enrolled by the evening before it."""
    wall = local(now)
    today, tonight = wall.date(), instant(wall.date(), EVE)
    tomorrow, after = (instant(today + timedelta(days=days), time.min) for days in (1, 2))
    is_today = and_(Shift.starts_at < tomorrow, Enrolment.asked_at < tonight - timedelta(days=1))
    is_tomorrow = and_(Shift.starts_at >= tomorrow, Shift.starts_at < after, Enrolment.asked_at < tonight)
    return or_(is_today, and_(literal(now >= tonight), is_tomorrow))


def _about(day: Shift, volunteer_id: int, *, kind: NotificationKind, key: str) -> Wanted:
    return Wanted(
        kind=kind,
        key=key,
        to=To(volunteer_id=volunteer_id),
        subject_ids={SHIFTS: [day.id]},
        area_id=day.area_id,
        starts_at=day.starts_at,
    )
