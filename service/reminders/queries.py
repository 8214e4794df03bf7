"""Named reads of reminders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Row, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.activities.models import Activity, Shift
from service.calendars.rules import instant, local
from service.db import fetch_all, one_of
from service.places.queries import within
from service.reminders.models import Reminder
from service.reminders.rules import Told, day_key
from service.roster.models import Assignment
from service.terms import (
    AssignmentState,
    ConsentPurpose,
    NotificationState,
    ReminderState,
    ShiftState,
)
from service.volunteers.models import Consent, Volunteer


class PendingRow(NamedTuple):
    """A planned reminder with all that decides whether it is said."""

    id: int
    assignment_id: int
    area_id: int
    volunteer_id: int
    due_at: datetime
    assignment_state: AssignmentState
    shift_state: ShiftState
    starts_at: datetime
    has_consent: bool
    is_paused: bool


#: (id, area and person of a place, its state, state and start of its shift, the lead times of its person or else of its
#: activity, whether its person agreed to be reminded).
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
            func.coalesce(Volunteer.lead_times, Activity.lead_times).label("lead_times"),
            _agreed(Assignment.volunteer_id).label("has_consent"),
        )
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(one_of(Assignment.id, assignment_ids))
        .order_by(Assignment.id)
    ).all()


def expected_of(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[int]:
    """Ids of the confirmed places of a person in shifts still to begin."""
    return session.scalars(
        select(Assignment.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state == AssignmentState.CONFIRMED)
        .where(Shift.starts_at > now)
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
    return set(fetch_all(session, _CLAIM, {"now": now, "limit": limit}, of=int))


#: The person is locked before her reminder: where she is in other hands, her reminders are left alone. The other
#: way round two sweeps hold one reminder each of what the other is about to mark.
_CLAIM = """
SELECT reminder.volunteer_id FROM reminder JOIN volunteer ON volunteer.id = reminder.volunteer_id
WHERE reminder.state = 'planned' AND reminder.due_at <= %(now)s
ORDER BY reminder.due_at, reminder.id LIMIT %(limit)s
FOR NO KEY UPDATE OF volunteer, reminder SKIP LOCKED"""


def pending(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> list[PendingRow]:
    """All planned reminders of these people that fall due up to the end of the local day; each person's together."""
    midnight = instant(local(now).date() + timedelta(days=1), time())
    return fetch_all(session, _PENDING, {"ids": sorted(volunteer_ids), "midnight": midnight}, of=PendingRow)


#: Whose consent is asked for is named once more: asked of each row by itself, the planner would read everybody's.
_PENDING = """
SELECT reminder.id, reminder.assignment_id, reminder.area_id, reminder.volunteer_id, reminder.due_at,
       assignment.state, shift.state, shift.starts_at,
       reminder.volunteer_id IN (SELECT volunteer_id FROM consent WHERE volunteer_id = ANY(%(ids)b)
                                 AND purpose = 'reminders' AND withdrawn_at IS NULL),
       shift.activity_id IN (SELECT activity_id FROM reminder_pause)
FROM reminder JOIN assignment ON assignment.id = reminder.assignment_id JOIN shift ON shift.id = assignment.shift_id
WHERE reminder.volunteer_id = ANY(%(ids)b) AND reminder.state = 'planned' AND reminder.due_at < %(midnight)s
ORDER BY reminder.volunteer_id, shift.starts_at, reminder.id"""


def told_today(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> dict[int, Told]:
    """What each of these people has been reminded of, or will be, on the local day of `now`."""
    midnight = instant(local(now).date(), time())
    rows = fetch_all(session, _TOLD, {"ids": sorted(volunteer_ids), "midnight": midnight}, of=_ToldRow)
    keys: dict[int, set[str]] = {}
    assignment_ids: dict[int, set[int]] = {}
    for row in rows:
        keys.setdefault(row.volunteer_id, set()).add(row.key)
        goes_out = row.state != NotificationState.UNSENT and row.key.startswith(day_key(row.volunteer_id, now))
        said = row.subject_ids["assignment_ids"] if goes_out else ()
        assignment_ids.setdefault(row.volunteer_id, set()).update(said)
    return {
        volunteer_id: Told(keys=frozenset(keys[volunteer_id]), assignment_ids=frozenset(assignment_ids[volunteer_id]))
        for volunteer_id in keys
    }


class _ToldRow(NamedTuple):
    volunteer_id: int
    key: str
    state: NotificationState
    subject_ids: dict[str, list[int]]


_TOLD = """
SELECT volunteer_id, key, state, subject_ids FROM notification
WHERE volunteer_id = ANY(%(ids)b) AND kind = 'reminder' AND send_at >= %(midnight)s"""


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
