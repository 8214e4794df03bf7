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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from service import clock, tracing
from service.calendars.queries import quiet_hours
from service.calendars.quiet import Quiet
from service.calendars.rules import local
from service.db import transaction
from service.notifications import channels, queries, receipts
from service.notifications.channels import ChannelError, Message, NotYet
from service.notifications.leasing import Leased, give_back, lease
from service.notifications.own_words import Sayings, said_of, sayings
from service.notifications.recipients import Recipient, recipients
from service.notifications.settling import Outcome, settle
from service.notifications.subjects import Subject, subjects
from service.notifications.ways import MAX_ATTEMPTS, Attempt, channel_order, next_channel, reached, retry_wait
from service.notifications.writing import NothingToSay, write
from service.settings import settings
from service.terms import Channel, NotificationKind, NotificationState, UnsentReason

log = structlog.get_logger(__name__)

BATCH = 1000
#: Seconds of sending at a stretch. With the last message's own patience it stays below the lease and the task's limit.
BUDGET = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Leased notifications and all that is needed to write and send them."""

    now: datetime
    quiet: Quiet
    notifications: Sequence[Leased] = ()
    recipients: dict[int, Recipient] = field(default_factory=dict)
    subjects: dict[int, Subject] = field(default_factory=dict)
    sayings: Mapping[int, Sayings] = field(default_factory=dict)
    failures: dict[int, list[Attempt]] = field(default_factory=dict)


def send_due(*, seconds: float = BUDGET) -> int:
    """Send batch after batch until nothing is due or the time is up; how many notifications were dealt with."""
    ends, total = time.monotonic() + seconds, 0
    _take_up_receipts()
    while (left := ends - time.monotonic()) > 0 and (dealt_with := send_batch(seconds=left)):
        total += dealt_with
    return total


def _take_up_receipts() -> None:
    """First what vendors tell: a message that did not arrive goes out again with the others, over its next channel."""
    if settings().sms_receipt_token:
        with transaction() as session:
            receipts.take_up(session, now=clock.now(session))


def send_batch(*, limit: int = BATCH, seconds: float = BUDGET) -> int:
    """Lease, send and mark one batch; how many were leased, 0 when nothing is due."""
    return len(send_taken(lambda session, now: lease(session, now=now, limit=limit), seconds=seconds))


def send_taken(take: Callable[[Session, datetime], Sequence[Leased]], *, seconds: float) -> Sequence[Leased]:
    """Send and mark what `take` leases to us in a transaction of ours; those it leased."""
    with transaction() as session:
        now = clock.now(session)
        batch = gather(session, take(session, now), now=now)
    send(batch, seconds=seconds)
    return batch.notifications


def gather(session: Session, notifications: Sequence[Leased], *, now: datetime) -> Batch:
    """What is leased in this transaction, with all that is needed to write and send it."""
    quiet = quiet_hours(session)
    if not notifications:
        return Batch(now=now, quiet=quiet)
    return Batch(
        now=now,
        quiet=quiet,
        notifications=notifications,
        recipients=recipients(session, notifications),
        subjects=subjects(session, notifications),
        sayings=sayings(session, {n.area_id for n in notifications if n.area_id is not None}),
        failures=queries.failures(session, [n.id for n in notifications if n.attempts > 1]),
    )


def send(batch: Batch, *, seconds: float) -> None:
    """Send and mark a batch whose lease is committed; when the time is up, give back what is left."""
    ends = time.monotonic() + seconds
    unmarked: list[Outcome] = []
    for position, notification in enumerate(batch.notifications):
        if time.monotonic() > ends:
            with transaction() as session:
                give_back(session, batch.notifications[position:])
            break
        outcome = _deliver(notification, batch)
        unmarked.append(outcome)
        if outcome.channel is not None and not channels.sender(outcome.channel).REPEATS_SAFELY:
            _mark(unmarked, now=batch.now)
            unmarked = []
    _mark(unmarked, now=batch.now)


def _mark(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    if outcomes:
        with transaction() as session:
            settle(session, outcomes, now=now)


def _deliver(notification: Leased, batch: Batch) -> Outcome:
    """Write one message and send it over its channel; whatever goes wrong is part of the outcome."""
    to = batch.recipients[notification.id]
    if to.choices.refuses(notification.kind):
        return _unsent(notification, UnsentReason.UNWANTED)
    order = _order(notification, batch)
    failed = batch.failures.get(notification.id, [])
    channel = next_channel(order, failed)
    if channel is None or notification.attempts > MAX_ATTEMPTS:
        return _unsent(notification, UnsentReason.FAILED if order else UnsentReason.NO_CHANNEL)
    return _try(notification, batch, channel)


def _try(notification: Leased, batch: Batch, channel: Channel) -> Outcome:
    tracing.follow(notification.request_id)
    try:
        text, receipt_id = _send(notification, batch, channel)
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
    return Outcome(
        notification_id=notification.id,
        state=NotificationState.SENT,
        channel=channel,
        text=text,
        receipt_id=receipt_id,
    )


def _order(notification: Leased, batch: Batch) -> tuple[Channel, ...]:
    to = batch.recipients[notification.id]
    if to.bot is not None:
        return (to.bot.channel,)
    reaches = reached(
        has_phone=to.phone_sealed is not None,
        has_email=to.email is not None,
        can_be_called=to.volunteer_id is not None and notification.area_id is not None,
        can_log_in=notification.volunteer_id is not None or notification.account_id is not None,
    )
    return channel_order(
        notification.kind,
        asked_over=next((duty.asked_over for duty in batch.subjects[notification.id].duties), None),
        chosen=to.choices.channel(notification.kind),
        own=to.own_channel,
        house=channels.of_house(),
        reaches=reaches,
    )


def _send(notification: Leased, batch: Batch, channel: Channel) -> tuple[str | None, str | None]:
    """Send it; the text to keep, and the vendor's name for it. Digits that let somebody in are not kept.

    Raises NothingToSay, ChannelError, NotYet.
    """
    to = batch.recipients[notification.id]
    is_spoken = channel in (Channel.CALL_LIST, Channel.SLIP)
    said = batch.sayings.get(notification.area_id or 0, {})
    text = write(
        notification.kind,
        batch.subjects[notification.id],
        to=to,
        now=batch.now,
        is_spoken=is_spoken,
        own=said_of(said, notification.kind, to.language),
    )
    message = Message(
        key=notification.key,
        day=local(notification.send_at).date(),
        notification_id=notification.id,
        area_id=notification.area_id,
        kind=notification.kind,
        to=to,
        text=text,
    )
    receipt_id = channels.sender(channel).send(message)
    return None if notification.kind == NotificationKind.LOGIN_CODE else text.text, receipt_id


def _unsent(notification: Leased, reason: UnsentReason) -> Outcome:
    return Outcome(notification_id=notification.id, state=NotificationState.UNSENT, reason=reason)


def _put_off(notification: Leased, *, until: datetime) -> Outcome:
    """It waits its turn, and however long that takes, it has not been tried yet."""
    return Outcome(notification_id=notification.id, state=NotificationState.PLANNED, send_at=until, was_tried=False)


def _failed(
    notification: Leased,
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
    following = next_channel(_order(notification, batch), failed)
    send_at = batch.now
    if following == channel:
        tries = sum(attempt.channel == channel for attempt in failed)
        send_at += wait or retry_wait(tries) * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)
    if not notification.is_urgent:
        send_at = batch.quiet.waking(send_at)
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
