"""What can be done about reminders: plan them, drop them, say what is due.

Whoever writes a person's reminders holds her lock: so a plan, a withdrawal and a sweep never cross.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from service.calendars.quiet import quiet_hours
from service.notifications.models import Notification
from service.notifications.wanted import To, Wanted, notify_all
from service.reminders import queries
from service.reminders.models import Reminder
from service.reminders.queries import PendingRow
from service.reminders.rules import Pending, Settlement, Timing, Told, obstacle, settle, timings
from service.roster.models import Assignment
from service.terms import (
    ConsentPurpose,
    NotificationKind,
    NotificationState,
    ReminderState,
    UnsentReason,
)
from service.volunteers.models import Consent
from service.volunteers.queries import lock_id


def plan(session: Session, *, assignment_id: int, now: datetime, is_moved: bool = False) -> None:
    """Write down when a confirmed place will be reminded of: one row a lead time, now and for good.

    A row that exists is opened again when its time lies ahead: after an undone withdrawal, and, with `is_moved`,
    also when it was said for the former time. Too late, quiet or without consent: a row with that reason.
    """
    assignment = _locked(session, assignment_id)
    shift, activity, has_consent = queries.circumstances(session, assignment)
    blocked = obstacle(assignment_state=assignment.state, shift_state=shift.state, has_consent=has_consent)
    if blocked not in (None, UnsentReason.NO_CONSENT):
        return
    existing = queries.of_assignment(session, assignment_id)
    planned = timings(activity.lead_times, starts_at=shift.starts_at, now=now, quiet=quiet_hours())
    for lead_time, timing in planned.items():
        due = Timing(timing.due_at, timing.unsent_reason or blocked)
        reminder = existing.pop(lead_time, None)
        if reminder is None:
            reminder = Reminder(
                area_id=assignment.area_id,
                assignment_id=assignment.id,
                volunteer_id=assignment.volunteer_id,
                lead_time=lead_time,
                state=ReminderState.PLANNED,
            )
            session.add(reminder)
            _write(reminder, due, now=now)
        elif _may_change(session, reminder, due, now=now, is_moved=is_moved):
            _write(reminder, due, now=now)
    _leave_unsent((r for r in existing.values() if r.state == ReminderState.PLANNED), UnsentReason.SUPERSEDED, now=now)
    session.flush()


def drop(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Nothing more is said about a place that is no longer held. If it is held again meanwhile, nothing happens."""
    assignment = _locked(session, assignment_id)
    shift, _, _ = queries.circumstances(session, assignment)
    reason = obstacle(assignment_state=assignment.state, shift_state=shift.state)
    if reason is not None:
        planned = queries.of_assignment(session, assignment_id).values()
        _leave_unsent((r for r in planned if r.state == ReminderState.PLANNED), reason, now=now)
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
    for assignment_id in queries.confirmed(session, shift_id):
        plan(session, assignment_id=assignment_id, now=now, is_moved=True)


def send_due(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Settle what is due: one message a person and day, or a reason. How many reminders; 0 when none is left.

    1. Claim people with due reminders, skipping those in other hands.
    2. Decide, for each, about everything that falls due that day (rules.settle).
    3. Ask for the messages, and mark every reminder with its message or its reason, all in this transaction.
    """
    people = queries.claim_people(session, now=now, limit=limit)
    rows = queries.pending(session, people, now=now)
    told = queries.told_today(session, people, now=now)
    settlements = {
        volunteer_id: settle(
            [_as_pending(row) for row in theirs],
            volunteer_id=volunteer_id,
            told=told.get(volunteer_id, Told()),
            now=now,
            quiet=quiet_hours(),
        )
        for volunteer_id, theirs in groupby(rows, key=lambda row: row.volunteer_id)
    }
    areas = {row.id: row.area_id for row in rows}
    ids = notify_all(session, list(_messages(settlements, areas)), now=now)
    _mark(session, settlements.values(), ids, now=now)
    return sum(len(settlement) for settlement in settlements.values())


def _messages(settlements: dict[int, Settlement], areas: dict[int, int]) -> Iterator[Wanted]:
    for volunteer_id, settlement in settlements.items():
        if settlement.said:
            yield Wanted(
                kind=NotificationKind.REMINDER,
                key=settlement.key,
                to=To(volunteer_id=volunteer_id),
                subject_ids={"assignment_ids": settlement.assignment_ids},
                area_id=areas[settlement.said[0].reminder_id],
            )


def _mark(
    session: Session, settlements: Collection[Settlement], notification_ids: dict[str, int], *, now: datetime
) -> None:
    """What became of each reminder, in one statement for each thing that can: there may be thousands."""
    said = [(one.reminder_id, notification_ids[each.key]) for each in settlements for one in each.said]
    unsent = [pair for each in settlements for pair in each.unsent.items()]
    moved = [pair for each in settlements for pair in each.moved.items()]
    for statement, pairs in ((_SAID, said), (_UNSENT, unsent), (_MOVED, moved)):
        if pairs:
            ids, values = zip(*pairs, strict=True)
            session.execute(statement, {"ids": list(ids), "found": list(values), "now": now})


_SAID = text("""
UPDATE reminder SET state = 'sent', notification_id = found.notification_id, settled_at = :now
FROM unnest(CAST(:ids AS bigint[]), CAST(:found AS bigint[])) AS found(id, notification_id)
WHERE reminder.id = found.id""")
_UNSENT = text("""
UPDATE reminder SET state = 'unsent', unsent_reason = found.reason, settled_at = :now
FROM unnest(CAST(:ids AS bigint[]), CAST(:found AS text[])) AS found(id, reason)
WHERE reminder.id = found.id""")
_MOVED = text("""
UPDATE reminder SET due_at = found.due_at
FROM unnest(CAST(:ids AS bigint[]), CAST(:found AS timestamptz[])) AS found(id, due_at)
WHERE reminder.id = found.id""")


def _as_pending(row: PendingRow) -> Pending:
    blocked = obstacle(assignment_state=row.assignment_state, shift_state=row.shift_state, has_consent=row.has_consent)
    return Pending(
        reminder_id=row.id,
        assignment_id=row.assignment_id,
        starts_at=row.starts_at,
        due_at=row.due_at,
        obstacle=blocked,
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


def _write(reminder: Reminder, due: Timing, *, now: datetime) -> None:
    reminder.due_at, reminder.unsent_reason, reminder.notification_id = due.due_at, due.unsent_reason, None
    reminder.state = ReminderState.PLANNED if due.unsent_reason is None else ReminderState.UNSENT
    reminder.settled_at = None if due.unsent_reason is None else now


def _leave_unsent(reminders: Iterable[Reminder], reason: UnsentReason, *, now: datetime) -> None:
    for reminder in reminders:
        reminder.state, reminder.unsent_reason, reminder.settled_at = ReminderState.UNSENT, reason, now


def _locked(session: Session, assignment_id: int) -> Assignment:
    """The assignment as it is now, with its person locked and a cancellation under way waited for."""
    lock_id(session, session.scalars(select(Assignment.volunteer_id).where(Assignment.id == assignment_id)).one())
    statement = select(Assignment).where(Assignment.id == assignment_id).with_for_update(read=True)
    return session.scalars(statement.execution_options(populate_existing=True)).one()
