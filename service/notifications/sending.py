"""Sending what is planned, in two phases, so that a crash loses nothing and repeats at most one message.

1. A transaction leases what is due and reads what it is about.
2. Each message is written and sent under its key, outside any transaction.
3. A transaction marks what became of it. Channels that repeat safely are marked together, others one by one.

Killed between 2 and 3, the lease runs out and the same key is sent again. A failure is tried again later, then over
the next channel, at last by telephone; a message that is never sent says why.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import BigInteger, any_, insert, literal, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service import clock, tracing
from service.calendars.quiet import quiet_hours
from service.calendars.rules import local
from service.db import transaction
from service.notifications import channels, queries
from service.notifications.channels import ChannelError, Message, NotYet
from service.notifications.models import Delivery, Notification
from service.notifications.recipients import Recipient, recipients
from service.notifications.subjects import Subject, subjects
from service.notifications.ways import MAX_ATTEMPTS, Attempt, channel_order, next_channel, reached, retry_wait
from service.notifications.writing import NothingToSay, write
from service.terms import Channel, NotificationKind, NotificationState, UnsentReason

log = structlog.get_logger(__name__)

BATCH = 200
#: Seconds of sending at a stretch. With the last message's own patience it stays below the lease and the task's limit.
BUDGET = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Leased notifications and all that is needed to write and send them."""

    now: datetime
    notifications: Sequence[Notification] = ()
    recipients: dict[int, Recipient] = field(default_factory=dict)
    subjects: dict[int, Subject] = field(default_factory=dict)
    failures: dict[int, list[Attempt]] = field(default_factory=dict)


def send_due(*, seconds: float = BUDGET) -> int:
    """Send batch after batch until nothing is due or the time is up; how many notifications were dealt with."""
    ends, total = time.monotonic() + seconds, 0
    while (left := ends - time.monotonic()) > 0 and (dealt_with := send_batch(seconds=left)):
        total += dealt_with
    return total


def send_batch(*, limit: int = BATCH, seconds: float = BUDGET) -> int:
    """Lease, send and mark one batch; how many were leased, 0 when nothing is due."""
    batch = _lease(limit)
    ends = time.monotonic() + seconds
    unmarked: list[Outcome] = []
    for position, notification in enumerate(batch.notifications):
        if time.monotonic() > ends:
            _give_back(batch.notifications[position:])
            break
        outcome = _deliver(notification, batch)
        unmarked.append(outcome)
        if outcome.channel is not None and not channels.sender(outcome.channel).REPEATS_SAFELY:
            _mark(unmarked, now=batch.now)
            unmarked = []
    _mark(unmarked, now=batch.now)
    return len(batch.notifications)


def _lease(limit: int) -> Batch:
    with transaction() as session:
        now = clock.now(session)
        leased = queries.lease(session, now=now, limit=limit)
        if not leased:
            return Batch(now=now)
        return Batch(
            now=now,
            notifications=leased,
            recipients=recipients(session, leased),
            subjects=subjects(session, leased),
            failures=queries.failures(session, [n.id for n in leased if n.attempts > 1]),
        )


def _deliver(notification: Notification, batch: Batch) -> Outcome:
    """Write one message and send it over its channel; whatever goes wrong is part of the outcome."""
    to = batch.recipients[notification.id]
    if to.choices.refuses(notification.kind):
        return _unsent(notification, UnsentReason.UNWANTED)
    order = _order(notification, to)
    failed = batch.failures.get(notification.id, [])
    channel = next_channel(order, failed)
    if channel is None or notification.attempts > MAX_ATTEMPTS:
        return _unsent(notification, UnsentReason.FAILED if order else UnsentReason.NO_CHANNEL)
    return _try(notification, batch, channel)


def _try(notification: Notification, batch: Batch, channel: Channel) -> Outcome:
    tracing.follow(notification.request_id)
    try:
        text = _send(notification, batch, channel)
    except NothingToSay as nothing:
        return _unsent(notification, nothing.reason)
    except NotYet as early:
        return _put_off(notification, until=batch.now + early.wait)
    except ChannelError as error:
        return _failed(notification, batch, channel, error=str(error), is_permanent=error.is_permanent, wait=error.wait)
    except Exception as error:
        # A fault of one message must not hold up the others: it is written down, and tried as often as any.
        log.exception("message cannot be sent", key=notification.key)
        return _failed(notification, batch, channel, error=repr(error), is_permanent=False)
    finally:
        tracing.follow(None)
    return Outcome(notification_id=notification.id, state=NotificationState.SENT, channel=channel, text=text)


def _order(notification: Notification, to: Recipient) -> tuple[Channel, ...]:
    if to.bot is not None:
        return (to.bot.channel,)
    reaches = reached(
        has_phone=to.phone_sealed is not None,
        has_email=to.email is not None,
        can_be_called=to.volunteer_id is not None and notification.area_id is not None,
    )
    chosen = to.choices.channel(notification.kind)
    return channel_order(
        notification.kind, chosen=chosen, own=to.own_channel, house=channels.of_house(), reaches=reaches
    )


def _send(notification: Notification, batch: Batch, channel: Channel) -> str | None:
    """Send it; the text to keep. Digits that let somebody in are not kept. Raises NothingToSay, ChannelError."""
    to = batch.recipients[notification.id]
    is_spoken = channel == Channel.CALL_LIST
    text = write(notification.kind, batch.subjects[notification.id], to=to, now=batch.now, is_spoken=is_spoken)
    message = Message(
        key=notification.key,
        day=local(notification.send_at).date(),
        notification_id=notification.id,
        area_id=notification.area_id,
        kind=notification.kind,
        to=to,
        text=text,
    )
    channels.sender(channel).send(message)
    return None if notification.kind == NotificationKind.LOGIN_CODE else text.text


def _unsent(notification: Notification, reason: UnsentReason) -> Outcome:
    return Outcome(notification_id=notification.id, state=NotificationState.UNSENT, reason=reason)


def _put_off(notification: Notification, *, until: datetime) -> Outcome:
    """It waits its turn, and however long that takes, it has not been tried yet."""
    return Outcome(notification_id=notification.id, state=NotificationState.PLANNED, send_at=until, was_tried=False)


def _failed(
    notification: Notification,
    batch: Batch,
    channel: Channel,
    *,
    error: str,
    is_permanent: bool,
    wait: timedelta | None = None,
) -> Outcome:
    """Try again later over the same channel, at once over the next one, or give up when there is none.

    Later is in `wait`, where the vendor named one.
    """
    failed = [*batch.failures.get(notification.id, []), Attempt(channel, is_permanent)]
    following = next_channel(_order(notification, batch.recipients[notification.id]), failed)
    send_at = batch.now
    if following == channel:
        tries = sum(attempt.channel == channel for attempt in failed)
        send_at += wait or retry_wait(tries) * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)
    if not notification.is_urgent:
        send_at = quiet_hours().waking(send_at)
    log.warning("message failed", key=notification.key, channel=channel, error=error, next=following)
    return Outcome(
        notification_id=notification.id,
        state=NotificationState.UNSENT if following is None else NotificationState.PLANNED,
        channel=channel,
        reason=UnsentReason.FAILED if following is None else None,
        error=error[:500],
        is_permanent=is_permanent,
        send_at=send_at,
    )


def _mark(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write down what became of each. What another sender has settled meanwhile stays as it is."""
    if not outcomes:
        return
    with transaction() as session:
        still_open = _open(session, [outcome.notification_id for outcome in outcomes])
        settled = [outcome for outcome in outcomes if outcome.notification_id in still_open]
        if not settled:
            return
        session.execute(
            _SETTLE, {name: [value(one) for one in settled] for name, value in _SETTLED.items()} | {"now": now}
        )
        attempts = [_attempt(outcome, now=now) for outcome in settled if outcome.channel is not None]
        if attempts:
            session.execute(insert(Delivery), attempts)


def _open(session: Session, ids: Sequence[int]) -> set[int]:
    """Those that nobody else has settled, locked in one order."""
    statement = (
        select(Notification.id)
        .where(Notification.id == any_(literal(list(ids), ARRAY(BigInteger))))
        .where(Notification.state == NotificationState.PLANNED)
        .order_by(Notification.id)
        .with_for_update()
    )
    return set(session.scalars(statement))


#: One statement for a whole batch. What is to be tried again stays planned, at another time.
_SETTLE = sql("""
UPDATE notification SET
    state = found.state, unsent_reason = found.reason, leased_until = NULL,
    send_at = coalesce(found.send_at, notification.send_at), attempts = notification.attempts - found.untried,
    settled_at = CASE WHEN found.state = 'planned' THEN notification.settled_at ELSE :now END,
    channel = CASE WHEN found.state = 'sent' THEN found.channel ELSE notification.channel END,
    text = CASE WHEN found.state = 'sent' THEN found.text ELSE notification.text END
FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]), CAST(:send_ats AS timestamptz[]),
            CAST(:channels AS text[]), CAST(:texts AS text[]), CAST(:untried AS integer[]))
    AS found(id, state, reason, send_at, channel, text, untried)
WHERE notification.id = found.id""")
_SETTLED: dict[str, Callable[[Outcome], object]] = {
    "ids": lambda outcome: outcome.notification_id,
    "states": lambda outcome: outcome.state,
    "reasons": lambda outcome: outcome.reason,
    "send_ats": lambda outcome: outcome.send_at,
    "channels": lambda outcome: outcome.channel,
    "texts": lambda outcome: outcome.text,
    "untried": lambda outcome: 0 if outcome.was_tried else 1,
}


def _attempt(outcome: Outcome, *, now: datetime) -> dict[str, object]:
    return {
        "notification_id": outcome.notification_id,
        "channel": outcome.channel,
        "attempted_at": now,
        "error": outcome.error,
        "is_permanent": outcome.is_permanent,
    }


def _give_back(notifications: Sequence[Notification]) -> None:
    """The time for this batch is up: let the next one have the rest at once, as if it had not been taken."""
    with transaction() as session:
        session.execute(
            update(Notification)
            .where(Notification.id.in_(_open(session, [n.id for n in notifications])))
            .values(leased_until=None, attempts=Notification.attempts - 1)
            .execution_options(synchronize_session=False)
        )
