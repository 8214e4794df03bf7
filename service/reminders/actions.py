"""Say what is due. Planning is another matter (planning.py).

Whoever writes a person's reminders holds her lock: so a plan, a withdrawal and a sweep never cross.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy.orm import Session

from service.calendars.queries import quiet_hours
from service.db import fetch_all
from service.notifications.leasing import Leased
from service.notifications.wanted import To, Wanted, take_in_hand
from service.reminders import queries
from service.reminders.queries import PendingRow
from service.reminders.rules import Pending, Settlement, Told, obstacle, settle
from service.terms import (
    NotificationKind,
)

#: Reminders in one transaction: enough to make each statement worth its while, few enough to be done within a second.
BATCH = 4000


class Settled(NamedTuple):
    """How many reminders were decided about, and the messages to send because of it, leased to whoever settled them."""

    reminders: int = 0
    messages: Sequence[Leased] = ()


def settle_due(session: Session, *, now: datetime, limit: int = BATCH) -> Settled:
    """Settle what is due: one message a person and day, or a reason.

    1. Claim people with due reminders, skipping those in other hands.
    2. Decide, for each, about everything that falls due that day (rules.settle).
    3. Ask for the messages, and mark every reminder with its message or its reason, all in this transaction.

    The messages are the caller's to send once it has committed (sending.send).
    """
    people = queries.claim_people(session, now=now, limit=limit)
    if not people:
        return Settled()
    told = queries.told_today(session, people, now=now)
    rows, quiet = queries.pending(session, people, now=now), quiet_hours(session)
    settlements = {
        volunteer_id: settle(
            [_as_pending(row) for row in theirs],
            volunteer_id=volunteer_id,
            told=told.get(volunteer_id, Told()),
            now=now,
            quiet=quiet,
        )
        for volunteer_id, theirs in groupby(rows, key=attrgetter("volunteer_id"))
    }
    areas = {row.id: row.area_id for row in rows}
    messages = take_in_hand(session, list(_messages(settlements, areas)), now=now)
    _mark(session, settlements.values(), {message.key: message.id for message in messages}, now=now)
    return Settled(sum(map(len, settlements.values())), messages)


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
            ids, found = zip(*sorted(pairs), strict=True)
            fetch_all(session, statement, {"ids": list(ids), "found": list(found), "now": now}, of=int)


_SAID = """
UPDATE reminder SET state = 'sent', notification_id = found.notification_id, settled_at = %(now)s
FROM unnest(%(ids)b::bigint[], %(found)b::bigint[]) AS found(id, notification_id)
WHERE reminder.id = found.id"""
_UNSENT = """
UPDATE reminder SET state = 'unsent', unsent_reason = found.reason, settled_at = %(now)s
FROM unnest(%(ids)b::bigint[], %(found)s::text[]) AS found(id, reason)
WHERE reminder.id = found.id"""
_MOVED = """
UPDATE reminder SET due_at = found.due_at
FROM unnest(%(ids)b::bigint[], %(found)s::timestamptz[]) AS found(id, due_at)
WHERE reminder.id = found.id"""


def _as_pending(row: PendingRow) -> Pending:
    blocked = obstacle(
        assignment_state=row.assignment_state,
        shift_state=row.shift_state,
        has_consent=row.has_consent,
        is_paused=row.is_paused,
    )
    return Pending(
        reminder_id=row.id,
        assignment_id=row.assignment_id,
        starts_at=row.starts_at,
        due_at=row.due_at,
        obstacle=blocked,
    )
