"""Calls that ask for an answer: the keys of their messages, and that nobody is called who has answered another way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Text, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.backfill import queries as backfill
from service.backfill.models import Invitation
from service.db import one_of
from service.notifications.calls import WAITING
from service.notifications.models import Call, Notification
from service.roster.models import Assignment
from service.roster.queries import asked_together, first_asked
from service.swaps import queries as swaps
from service.swaps.models import SwapAsking
from service.terms import AssignmentState, CallOutcome, InvitationState

#: How the key of a message begins that asks somebody to step in; the invitation's id follows.
ASKING = "substitute:"


# --- calls that ask whether somebody takes the place that is offered her ---


def offer_keys(assignment: Assignment) -> tuple[str, str, str]:
    """The keys of the messages about an offer and those asked with it: the first, the one that asks again, the call."""
    first = first_asked(assignment)
    return f"offered:{first}", f"offered_again:{first}", f"offer_call:{first}"


def is_open(session: Session, keys: Sequence[str]) -> bool:
    """Whether somebody is still to be called about one of these messages."""
    waits = (
        select(Call.id)
        .join(Notification, Notification.id == Call.notification_id)
        .where(Notification.key.in_(keys), Call.outcome.in_(WAITING))
    )
    return session.scalar(waits.limit(1)) is not None


def drop_offers(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """They have answered in another way, or the offers of one asking are over: nobody need call them."""
    answered = session.scalars(
        select(Assignment).where(one_of(Assignment.id, assignment_ids), Assignment.state != AssignmentState.OFFERED)
    ).all()
    together = asked_together(session, answered).values()
    over = [places[0] for places in together if all(one.state != AssignmentState.OFFERED for one in places)]
    _drop_keys(session, [key for one in over for key in offer_keys(one)], now=now)


# --- calls that ask somebody to step in ---


def asking_key(invitation_id: int) -> str:
    """The key of the message that asks for the first time, by whatever channel."""
    return f"{ASKING}{invitation_id}"


def calling_key(invitation_id: int) -> str:
    """The key of the entry on the call list for who has not answered."""
    return f"substitute_call:{invitation_id}"


def listed(session: Session, invitation_ids: Sequence[int]) -> set[int]:
    """Those of the invitations that went to the call list to begin with."""
    by_key = {asking_key(one): one for one in invitation_ids}
    keys = session.scalars(
        select(Notification.key)
        .join(Call, Call.notification_id == Notification.id)
        .where(Notification.key.in_(by_key), Call.outcome.in_(WAITING))
    )
    return {by_key[key] for key in keys}


def drop_answered(session: Session, *, invitation_id: int, now: datetime) -> None:
    """She has answered in another way: nobody need call her."""
    if session.get_one(Invitation, invitation_id).state != InvitationState.ASKED:
        _drop(session, [invitation_id], now=now)


def drop_search(session: Session, *, backfill_id: int, now: datetime) -> None:
    """The search is over: nobody is called for it any more."""
    _drop(session, [one.id for one in backfill.unanswered(session, backfill_id)], now=now)


def _drop(session: Session, invitation_ids: Sequence[int], *, now: datetime) -> None:
    _drop_keys(session, [key(one) for one in invitation_ids for key in (asking_key, calling_key)], now=now)


# --- calls that ask somebody to take another's place ---


def swap_key(swap_asking_id: int) -> str:
    """The key of the message that asks."""
    return f"swap:{swap_asking_id}"


def drop_swap_answered(session: Session, *, swap_asking_id: int, now: datetime) -> None:
    """She has answered in another way: nobody need call her."""
    if session.get_one(SwapAsking, swap_asking_id).state != InvitationState.ASKED:
        _drop_keys(session, [swap_key(swap_asking_id)], now=now)


def drop_swap(session: Session, *, swap_id: int, now: datetime) -> None:
    """The place is taken, or nobody need take it: nobody is called for it any more."""
    _drop_keys(session, [swap_key(one.id) for one in swaps.unanswered(session, swap_id)], now=now)


def _drop_keys(session: Session, keys: Sequence[str], *, now: datetime) -> None:
    """Take these calls off the list, lowest id first, so that two who do so cannot block each other for good."""
    waiting_ones = (
        select(Call.id)
        .join(Notification, Notification.id == Call.notification_id)
        .where(Notification.key == any_(literal(list(keys), ARRAY(Text))), Call.outcome.in_(WAITING))
        .order_by(Call.id)
        .with_for_update(of=Call)
        .cte("waiting_ones")
    )
    session.execute(
        update(Call)
        .where(Call.id.in_(select(waiting_ones.c.id)))
        .values(outcome=CallOutcome.NOT_NEEDED, called_at=now)
        .execution_options(synchronize_session="fetch")
    )
