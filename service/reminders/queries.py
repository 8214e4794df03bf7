"""Named reads of reminders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, Row, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.activities.models import Activity, Shift
from service.calendars.rules import instant, local
from service.db import one_of
from service.notifications.models import Notification
from service.places.queries import within
from service.reminders.models import Reminder
from service.reminders.rules import Told, day_key
from service.roster.models import Assignment
from service.terms import (
    AssignmentState,
    ConsentPurpose,
    NotificationKind,
    NotificationState,
    ReminderState,
    ShiftState,
)
from service.volunteers.models import Consent, Volunteer

#: (id, place, area, person and time of a reminder; state of its place, state and start of its shift; whether she agreed
#: to be reminded).
PendingRow: TypeAlias = Row[int, int, int, int, datetime, AssignmentState, ShiftState, datetime, bool]

#: (id, area and person of a place, its state, state and start of its shift, the lead times of its activity, whether its
#: person agreed to be reminded).
PlaceRow: TypeAlias = Row[int, int, int, AssignmentState, ShiftState, datetime, list[str], bool]


def of_assignments(session: Session, assignment_ids: Collection[int]) -> Sequence[Reminder]:
    """The reminders of these places, in order."""
    return session.scalars(
        select(Reminder)
        .where(one_of(Reminder.assignment_id, assignment_ids))
        .order_by(Reminder.id)
        .execution_options(populate_existing=True)
    ).all()


def places(session: Session, assignment_ids: Collection[int]) -> Sequence[PlaceRow]:
    """Places with all that decides about their reminders, as it is now, in order."""
    return session.execute(
        select(
            Assignment.id,
            Assignment.area_id,
            Assignment.volunteer_id,
            Assignment.state.label("assignment_state"),
            Shift.state.label("shift_state"),
            Shift.starts_at,
            Activity.lead_times,
            _agreed(Assignment.volunteer_id).label("has_consent"),
        )
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(one_of(Assignment.id, assignment_ids))
        .order_by(Assignment.id)
    ).all()


def has_agreed(session: Session, volunteer_id: int) -> bool:
    """Whether the person wants to be reminded."""
    return bool(session.scalar(select(_agreed(literal(volunteer_id)))))


def confirmed(session: Session, shift_id: int) -> Sequence[int]:
    """Ids of the shift's confirmed assignments, in the order in which people are locked."""
    return session.scalars(
        select(Assignment.id)
        .where(Assignment.shift_id == shift_id, Assignment.state == AssignmentState.CONFIRMED)
        .order_by(Assignment.volunteer_id)
    ).all()


def claim_people(session: Session, *, now: datetime, limit: int) -> set[int]:
    """People with a due reminder, `limit` reminders at most; locked, so that nobody else settles theirs meanwhile."""
    return set(
        session.scalars(
            select(Reminder.volunteer_id)
            .join(Volunteer, Volunteer.id == Reminder.volunteer_id)
            .where(Reminder.state == ReminderState.PLANNED, Reminder.due_at <= now)
            .order_by(Reminder.due_at, Reminder.id)
            .limit(limit)
            .with_for_update(of=(Reminder, Volunteer), key_share=True, skip_locked=True)
        )
    )


def pending(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> Sequence[PendingRow]:
    """All planned reminders of these people that fall due up to the end of the local day."""
    midnight = instant(local(now).date() + timedelta(days=1), time())
    return session.execute(
        select(
            Reminder.id,
            Reminder.assignment_id,
            Reminder.area_id,
            Reminder.volunteer_id,
            Reminder.due_at,
            Assignment.state.label("assignment_state"),
            Shift.state.label("shift_state"),
            Shift.starts_at,
            _agreed(Reminder.volunteer_id).label("has_consent"),
        )
        .join(Assignment, Assignment.id == Reminder.assignment_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(one_of(Reminder.volunteer_id, volunteer_ids), Reminder.state == ReminderState.PLANNED)
        .where(Reminder.due_at < midnight)
        .order_by(Reminder.volunteer_id, Shift.starts_at, Reminder.id)
    ).all()


def told_today(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> dict[int, Told]:
    """What each of these people has been reminded of, or will be, on the local day of `now`."""
    midnight = instant(local(now).date(), time())
    rows = session.execute(
        select(Notification.volunteer_id, Notification.key, Notification.state, Notification.subject_ids)
        .where(one_of(Notification.volunteer_id, volunteer_ids))
        .where(Notification.kind == NotificationKind.REMINDER)
        .where(Notification.send_at >= midnight)
    )
    keys: dict[int, set[str]] = {}
    assignment_ids: dict[int, set[int]] = {}
    for volunteer_id, key, state, subject_ids in rows:
        if volunteer_id is not None:
            keys.setdefault(volunteer_id, set()).add(key)
            goes_out = state != NotificationState.UNSENT and key.startswith(day_key(volunteer_id, now))
            said = subject_ids["assignment_ids"] if goes_out else ()
            assignment_ids.setdefault(volunteer_id, set()).update(said)
    return {
        volunteer_id: Told(keys=frozenset(keys[volunteer_id]), assignment_ids=frozenset(assignment_ids[volunteer_id]))
        for volunteer_id in keys
    }


def silent(
    session: Session, volunteer_id: int, *, scope_ids: Sequence[int] | None = None, limit: int = 40
) -> Sequence[Row[Reminder, Shift, Activity]]:
    """A person's reminders that have become no message: still to come, or left unsaid; the latest first.

    For a coordinator only those of her areas.
    """
    statement = (
        select(Reminder, Shift, Activity)
        .join(Assignment, Assignment.id == Reminder.assignment_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Reminder.volunteer_id == volunteer_id, Reminder.state != ReminderState.SENT)
    )
    if scope_ids is not None:
        statement = statement.where(within(Reminder.area_id, scope_ids))
    return session.execute(statement.order_by(Reminder.due_at.desc(), Reminder.id.desc()).limit(limit)).all()


def _agreed(volunteer_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether the person has agreed to be reminded, and has not taken it back."""
    return exists().where(
        Consent.volunteer_id == volunteer_id,
        Consent.purpose == ConsentPurpose.REMINDERS,
        Consent.withdrawn_at.is_(None),
    )
