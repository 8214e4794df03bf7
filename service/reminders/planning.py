"""When a place will be reminded of: planned as it is confirmed, anew as it is moved, dropped as it is given up.

Whoever writes a person's reminders holds her lock: so a plan, a withdrawal and a sweep never cross. People are locked
in the order of their ids, then their places in the order of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.calendars.queries import quiet_hours
from service.calendars.quiet import Quiet
from service.db import one_of
from service.notifications.models import Notification
from service.reminders import queries
from service.reminders.models import Reminder
from service.reminders.queries import PlaceRow
from service.reminders.rules import Timing, obstacle, timings
from service.roster.models import Assignment
from service.terms import ConsentPurpose, NotificationState, ReminderState, UnsentReason
from service.volunteers.models import Consent
from service.volunteers.queries import lock_all, lock_id


def plan(session: Session, *, assignment_ids: Collection[int], now: datetime, is_moved: bool = False) -> None:
    """Write down when confirmed places will be reminded of: one row a lead time, now and for good.

    A row that exists is opened again when its time lies ahead: after an undone withdrawal, and, with `is_moved`,
    also when it was said for the former time. Too late, quiet or without consent: a row with that reason.
    """
    existing: dict[int, dict[str, Reminder]] = {}
    places = _locked(session, assignment_ids)
    for reminder in queries.of_assignments(session, assignment_ids):
        existing.setdefault(reminder.assignment_id, {})[reminder.lead_time] = reminder
    new: list[dict[str, Any]] = []
    quiet = quiet_hours(session)
    for place in places:
        if _obstacle(place) in (None, UnsentReason.NO_CONSENT):
            new += _plan_one(session, place, existing.get(place.id, {}), quiet=quiet, now=now, is_moved=is_moved)
    if new:
        session.execute(insert(Reminder), new)
    session.flush()


def _plan_one(
    session: Session, place: PlaceRow, existing: dict[str, Reminder], *, quiet: Quiet, now: datetime, is_moved: bool
) -> list[dict[str, Any]]:
    """Change the reminders the place has; the rows of those it lacks."""
    blocked, new = _obstacle(place), []
    planned = timings(place.lead_times, starts_at=place.starts_at, now=now, quiet=quiet)
    for lead_time, timing in planned.items():
        due = Timing(timing.due_at, timing.unsent_reason or blocked)
        reminder = existing.pop(lead_time, None)
        if reminder is None:
            new.append(
                {
                    "area_id": place.area_id,
                    "assignment_id": place.id,
                    "volunteer_id": place.volunteer_id,
                    "lead_time": lead_time,
                    **_as_planned(due, now=now),
                }
            )
        elif _may_change(session, reminder, due, now=now, is_moved=is_moved):
            for name, value in _as_planned(due, now=now).items():
                setattr(reminder, name, value)
    _leave_unsent(existing.values(), UnsentReason.SUPERSEDED, now=now)
    return new


def drop(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """Nothing more is said about places that are no longer held. Of one that is held again meanwhile, all stays."""
    reasons = {place.id: _obstacle(place) for place in _locked(session, assignment_ids)}
    for reminder in queries.of_assignments(session, assignment_ids):
        reason = reasons[reminder.assignment_id]
        if reason not in (None, UnsentReason.NO_CONSENT):
            _leave_unsent([reminder], reason, now=now)
    session.flush()


def drop_without_consent(session: Session, *, consent_id: int, now: datetime) -> None:
    """Stop reminding somebody who no longer wants it. Offers and changes are still told: they are the service."""
    consent = session.get_one(Consent, consent_id)
    if consent.purpose != ConsentPurpose.REMINDERS or consent.withdrawn_at is None:
        return
    lock_id(session, consent.volunteer_id)
    if queries.has_agreed(session, consent.volunteer_id):
        return
    session.execute(
        update(Reminder)
        .where(Reminder.volunteer_id == consent.volunteer_id, Reminder.state == ReminderState.PLANNED)
        .values(state=ReminderState.UNSENT, unsent_reason=UnsentReason.NO_CONSENT, settled_at=now)
    )


def replan_shift(session: Session, *, shift_id: int, now: datetime) -> None:
    """After a move: everybody's reminders follow the new time."""
    plan(session, assignment_ids=queries.confirmed(session, shift_id), now=now, is_moved=True)


def replan_person(session: Session, *, volunteer_id: int, now: datetime) -> None:
    """She chose when to be reminded: what is still to be said follows; what was said stays said."""
    plan(session, assignment_ids=queries.expected_of(session, volunteer_id, now=now), now=now)


def _obstacle(place: PlaceRow) -> UnsentReason | None:
    return obstacle(
        assignment_state=place.assignment_state, shift_state=place.shift_state, has_consent=place.has_consent
    )


def _may_change(session: Session, reminder: Reminder, due: Timing, *, now: datetime, is_moved: bool) -> bool:
    """Whether planning anew may touch a row: what was said stays said, and an overdue row is the sweep's.

    One dropped because she did not hold the place is written anew in any case: she holds it again, so at least its
    reason is another.
    """
    is_planned = due.unsent_reason is None
    if reminder.notification_id is not None:
        handed_over = session.get_one(Notification, reminder.notification_id)
        never_went = handed_over.state == NotificationState.UNSENT
        return is_planned and (never_went or (is_moved and due.due_at > now))
    if reminder.state == ReminderState.PLANNED:
        return is_planned or reminder.due_at > now
    return is_planned or reminder.unsent_reason == UnsentReason.NOT_HOLDING


def _as_planned(due: Timing, *, now: datetime) -> dict[str, Any]:
    """What a row says once it is planned, or is known never to be said."""
    is_planned = due.unsent_reason is None
    return {
        "due_at": due.due_at,
        "state": ReminderState.PLANNED if is_planned else ReminderState.UNSENT,
        "unsent_reason": due.unsent_reason,
        "settled_at": None if is_planned else now,
        "notification_id": None,
    }


def _leave_unsent(reminders: Iterable[Reminder], reason: UnsentReason, *, now: datetime) -> None:
    """Those that are still planned."""
    for reminder in reminders:
        if reminder.state == ReminderState.PLANNED:
            reminder.state, reminder.unsent_reason, reminder.settled_at = ReminderState.UNSENT, reason, now


def _locked(session: Session, assignment_ids: Collection[int]) -> Sequence[PlaceRow]:
    """The places as they are now, with their people locked and a cancellation under way waited for."""
    places = select(Assignment.id).where(one_of(Assignment.id, assignment_ids))
    lock_all(session, places.with_only_columns(Assignment.volunteer_id))
    session.execute(places.order_by(Assignment.id).with_for_update(read=True))
    return queries.places(session, assignment_ids)
