"""Whose turn it is to send a message: a lease, which runs out if its sender dies.

Due times are the house's (perhaps virtual) time; leases are real time, because they guard real work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from service.calendars.queries import quiet_hours
from service.calendars.quiet import GRACE
from service.db import fetch_all
from service.terms import NotificationKind

#: How long a leased notification is one sender's. Longer than a sender works on one batch.
LEASE = timedelta(seconds=60)


class Leased(NamedTuple):
    """A notification that is ours to send, as far as its sender needs to know it."""

    id: int
    key: str
    kind: NotificationKind
    area_id: int | None
    volunteer_id: int | None
    account_id: int | None
    phone_sealed: bytes | None
    group_id: int | None
    subject_ids: Mapping[str, Sequence[int]]
    is_urgent: bool
    send_at: datetime
    attempts: int
    request_id: str | None


COLUMNS = ", ".join(f"notification.{name}" for name in Leased._fields)


def leased(*columns: Any) -> Leased:
    """A row of COLUMNS."""
    kind = NotificationKind(columns[2])
    return Leased(columns[0], columns[1], kind, *columns[3:])


def lease(session: Session, *, now: datetime, limit: int) -> list[Leased]:
    """Notifications that are due, now ours for LEASE; nobody else gets them meanwhile. Urgent ones first."""
    is_quiet = quiet_hours(session).covers(now)
    values = {"now": now, "limit": limit, "lease": LEASE, "calm_since": now - GRACE if is_quiet else None}
    found = fetch_all(session, _LEASE, values, of=leased)
    return sorted(found, key=lambda one: (not one.is_urgent, one.send_at, one.id))


#: The due ones are found once: as a subquery the planner may run it for each row, and each run leases as many again.
_LEASE = f"""
WITH due AS MATERIALIZED (
    SELECT id FROM notification
    WHERE state = 'planned' AND send_at <= %(now)s AND (leased_until IS NULL OR leased_until < now())
      AND (%(calm_since)s::timestamptz IS NULL OR is_urgent OR send_at > %(calm_since)s)
    ORDER BY is_urgent DESC, send_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE notification SET leased_until = now() + %(lease)s, attempts = attempts + 1
FROM due WHERE notification.id = due.id RETURNING {COLUMNS}"""  # noqa: S608 (names of columns, not values)


def give_back(session: Session, leased_ones: Sequence[Leased]) -> None:
    """Let the next sender have them at once, as if they had not been taken. What was settled meanwhile stays."""
    fetch_all(session, _GIVE_BACK, {"ids": sorted(one.id for one in leased_ones)}, of=int)


_GIVE_BACK = """
WITH ours AS MATERIALIZED (
    SELECT id FROM notification WHERE id = ANY(%(ids)b) AND state = 'planned' ORDER BY id FOR UPDATE
)
UPDATE notification SET leased_until = NULL, attempts = attempts - 1 FROM ours WHERE notification.id = ours.id"""
