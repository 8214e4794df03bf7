"""What became of messages once they were sent: whether they arrived, were seen, and were answered.

Nothing of it is kept twice. It is read from the rows it happened to: the call that was made, the place or asking that
was answered. Of a text message the vendor may tell (receipts.py); whether a mail arrived is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.backfill.models import Invitation
from service.db import one_of
from service.notifications import slips
from service.notifications.models import Call, Delivery, Notification, Slip
from service.notifications.queries import calls_of
from service.notifications.subjects import ASSIGNMENTS, INVITATIONS, SWAP_ASKINGS
from service.roster.models import Assignment
from service.swaps.models import SwapAsking
from service.terms import AssignmentState, CallOutcome, Channel, InvitationState, NotificationState

#: What is sent there is there: her own page, and a group whose bot was answered with yes.
ARRIVES = (Channel.INBOX, Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
#: She was spoken to.
REACHED = (CallOutcome.YES, CallOutcome.NO, CallOutcome.TOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Somebody said yes or no to what a message asked."""

    at: datetime
    is_yes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one message; `delivered_at` only where its channel knows it.

    `answer` is to all that it asked: of several places offered together there is one when the last is answered, a yes
    if it was yes to any.
    """

    call: Call | None = None
    slip: Slip | None = None
    delivered_at: datetime | None = None
    answer: Answer | None = None


def fates(session: Session, notifications: Sequence[Notification]) -> dict[int, Fate]:
    """The fate of each of these messages, by its id, in six statements however many there are."""
    ids = [one.id for one in notifications]
    arrived = _arrived(session, ids)
    calls, paper = calls_of(session, ids), slips.of_notifications(session, ids)
    answers = _answers(session, notifications)
    return {
        one.id: Fate(
            call=calls.get(one.id),
            slip=paper.get(one.id),
            delivered_at=arrived.get(one.id) or _delivered_at(one, calls.get(one.id)),
            answer=_answer(one, answers),
        )
        for one in notifications
    }


def _arrived(session: Session, notification_ids: Collection[int]) -> dict[int, datetime]:
    """When we heard that it arrived, by notification: of those whose vendor told."""
    rows = session.execute(
        select(Delivery.notification_id, Delivery.arrived_at).where(
            one_of(Delivery.notification_id, notification_ids), Delivery.arrived_at.is_not(None)
        )
    )
    return {notification_id: at for notification_id, at in rows if at is not None}


def _delivered_at(message: Notification, call: Call | None) -> datetime | None:
    if call is not None:
        return call.called_at if call.outcome in REACHED else None
    is_there = message.state == NotificationState.SENT and message.channel in ARRIVES
    return message.settled_at if is_there else None


def _answer(message: Notification, answers: dict[str, dict[int, Answer]]) -> Answer | None:
    """What was said after it was sent, to everything it asked."""
    if message.state != NotificationState.SENT or message.settled_at is None:
        return None
    asked = [(name, one) for name in answers for one in message.subject_ids.get(name, ())]
    given = [answers[name][one] for name, one in asked if one in answers[name]]
    later = [one for one in given if one.at >= message.settled_at]
    if not later or len(given) < len(asked):
        return None
    return Answer(at=max(one.at for one in later), is_yes=any(one.is_yes for one in given))


def _answers(session: Session, notifications: Iterable[Notification]) -> dict[str, dict[int, Answer]]:
    """Every answer to a place or an asking that these messages are about, by its name in subject_ids and its id."""
    ids = {
        name: {one for n in notifications for one in n.subject_ids.get(name, ())}
        for name in (ASSIGNMENTS, INVITATIONS, SWAP_ASKINGS)
    }
    places = _read(session, Assignment.id, Assignment.answered_at, Assignment.state, ids=ids[ASSIGNMENTS])
    invited = _read(session, Invitation.id, Invitation.answered_at, Invitation.state, ids=ids[INVITATIONS])
    swapped = _read(session, SwapAsking.id, SwapAsking.answered_at, SwapAsking.state, ids=ids[SWAP_ASKINGS])
    return {
        ASSIGNMENTS: {one: Answer(at=at, is_yes=state != AssignmentState.DECLINED) for one, at, state in places},
        INVITATIONS: {one: Answer(at=at, is_yes=state != InvitationState.DECLINED) for one, at, state in invited},
        SWAP_ASKINGS: {one: Answer(at=at, is_yes=state != InvitationState.DECLINED) for one, at, state in swapped},
    }


def _read(
    session: Session,
    key: InstrumentedAttribute[int],
    answered_at: InstrumentedAttribute[datetime | None],
    state: InstrumentedAttribute[Any],
    *,
    ids: Collection[int],
) -> Sequence[Any]:
    """(id, when, state) of those that were answered."""
    if not ids:
        return ()
    return session.execute(select(key, answered_at, state).where(one_of(key, ids), answered_at.is_not(None))).all()
