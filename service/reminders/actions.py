"""Say what is due. Planning is another matter (planning.py).

Whoever writes a person's reminders holds her lock: so a plan, a withdrawal and a sweep never cross.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.orm import Session

from service.calendars.quiet import quiet_hours
from service.notifications.wanted import To, Wanted, notify_all
from service.reminders import queries
from service.reminders.queries import PendingRow
from service.reminders.rules import Pending, Settlement, Told, obstacle, settle
from service.terms import (
    NotificationKind,
)


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
