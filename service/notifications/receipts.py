"""What became of text messages, as their vendor tells it: kept when it comes, taken up by the sweep that sends.

A vendor may tell before our own row of the attempt is there, twice, or of messages of somebody else who shares the
account. So what it tells is kept under its own name for the message (the receipt id), and taken up when both are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.calendars.queries import quiet_hours
from service.calendars.quiet import Quiet
from service.db import one_of
from service.notifications.models import Delivery, Notification, Receipt
from service.terms import NotificationState

BATCH = 500
#: What nobody here sent is forgotten after that.
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A vendor's word on one message; `words` are its code and its description."""

    receipt_id: str
    has_arrived: bool
    words: str


def keep(session: Session, reports: Sequence[Report], *, now: datetime) -> None:
    """Write down what a vendor tells, to be taken up soon; told twice, it is kept once."""
    rows = [
        {"receipt_id": one.receipt_id, "has_arrived": one.has_arrived, "words": one.words[:300], "received_at": now}
        for one in {one.receipt_id: one for one in reports}.values()
    ]
    if rows:
        session.execute(insert(Receipt).values(rows).on_conflict_do_nothing())


def take_up(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Write each receipt on its attempt; how many were.

    A message that did not arrive is planned again, for its next channel, unless she has seen it here meanwhile. Whether
    there is any use in it by then is looked at when it is sent, as always.
    """
    found = session.execute(
        select(Receipt, Delivery, Notification)
        .join(Delivery, Delivery.receipt_id == Receipt.receipt_id)
        .join(Notification, Notification.id == Delivery.notification_id)
        .order_by(Notification.id)
        .limit(limit)
        .with_for_update(of=(Receipt, Notification), skip_locked=True)
    ).all()
    quiet = quiet_hours(session)
    for receipt, delivery, notification in found:
        _write_on(delivery, notification, receipt, quiet=quiet, now=now)
    session.flush()
    session.execute(delete(Receipt).where(one_of(Receipt.id, [receipt.id for receipt, *_ in found])))
    session.execute(delete(Receipt).where(Receipt.received_at < now - KEPT))
    return len(found)


def _write_on(delivery: Delivery, notification: Notification, receipt: Receipt, *, quiet: Quiet, now: datetime) -> None:
    """The first word counts: a vendor that repeats itself changes nothing."""
    if delivery.arrived_at is not None or delivery.error is not None:
        return
    if receipt.has_arrived:
        delivery.arrived_at = receipt.received_at
        return
    delivery.error, delivery.is_permanent = receipt.words, True
    if notification.state == NotificationState.SENT and notification.seen_at is None:
        notification.state, notification.settled_at = NotificationState.PLANNED, None
        notification.channel = notification.text = None
        notification.send_at = now if notification.is_urgent else quiet.waking(now)
