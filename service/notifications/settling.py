"""What became of messages, written down a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.db import fetch_all
from service.terms import Channel, NotificationState, UnsentReason


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one notification: sent, unsent for a reason, or to be tried again at `send_at`."""

    notification_id: int
    state: NotificationState
    channel: Channel | None = None
    text: str | None = None
    reason: UnsentReason | None = None
    error: str | None = None
    is_permanent: bool = False
    send_at: datetime | None = None
    was_tried: bool = True
    receipt_id: str | None = None


def settle(session: Session, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write down what became of each, and each attempt. What another sender has settled meanwhile stays as it is."""
    in_order = sorted(outcomes, key=lambda outcome: outcome.notification_id)
    values = {name: [value(one) for one in in_order] for name, value in _VALUES.items()}
    fetch_all(session, _SETTLE, values | {"now": now}, of=int)


#: Those that nobody else has settled are locked in one order; what is to be tried again stays planned, at another time.
_SETTLE = """
WITH outcome AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)b::bigint[], %(states)b::text[], %(reasons)b::text[], %(send_ats)b::text[]::timestamptz[],
        %(channels)b::text[], %(texts)b::text[], %(errors)b::text[], %(are_permanent)b::boolean[],
        %(were_tried)b::boolean[], %(receipt_ids)b::text[]
    ) AS t(id, state, reason, send_at, channel, text, error, is_permanent, was_tried, receipt_id)
), still_open AS MATERIALIZED (
    SELECT id FROM notification WHERE id = ANY(%(ids)b::bigint[]) AND state = 'planned' ORDER BY id FOR NO KEY UPDATE
), settled AS (
    UPDATE notification SET
        state = outcome.state, unsent_reason = outcome.reason, leased_until = NULL,
        send_at = coalesce(outcome.send_at, notification.send_at),
        attempts = notification.attempts - (NOT outcome.was_tried)::int,
        settled_at = CASE WHEN outcome.state = 'planned' THEN notification.settled_at ELSE %(now)s END,
        channel = CASE WHEN outcome.state = 'sent' THEN outcome.channel ELSE notification.channel END,
        text = CASE WHEN outcome.state = 'sent' THEN outcome.text ELSE notification.text END
    FROM outcome JOIN still_open USING (id) WHERE notification.id = outcome.id
    RETURNING notification.id
)
INSERT INTO delivery (notification_id, channel, attempted_at, error, is_permanent, receipt_id)
SELECT id, channel, %(now)s, error, is_permanent, receipt_id FROM outcome JOIN settled USING (id)
WHERE channel IS NOT NULL ORDER BY id"""
_VALUES: dict[str, Callable[[Outcome], object]] = {
    "ids": lambda outcome: outcome.notification_id,
    "states": lambda outcome: outcome.state.value,
    "reasons": lambda outcome: outcome.reason,
    "send_ats": lambda outcome: outcome.send_at and outcome.send_at.isoformat(),
    "channels": lambda outcome: outcome.channel,
    "texts": lambda outcome: outcome.text,
    "errors": lambda outcome: outcome.error,
    "are_permanent": lambda outcome: outcome.is_permanent,
    "were_tried": lambda outcome: outcome.was_tried,
    "receipt_ids": lambda outcome: outcome.receipt_id,
}
