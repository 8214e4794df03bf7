"""The call list: who is to be told or asked by telephone, and what came of each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from service import audit
from service.backfill import answering, suggesting
from service.backfill.models import Invitation
from service.notifications.models import Call, Notification
from service.notifications.subjects import ASSIGNMENTS, INVITATIONS, SWAP_ASKINGS
from service.places.queries import within
from service.roster import actions as roster
from service.roster.actions import OfferClosed
from service.roster.models import Assignment
from service.signups.second_thoughts import say_each
from service.swaps import answering as swapping
from service.swaps.models import SwapAsking
from service.terms import CallOutcome, InvitationState, NotificationKind
from service.volunteers.models import Volunteer

#: What leaves a call on the list.
WAITING = (CallOutcome.OPEN, CallOutcome.LATER, CallOutcome.NO_ANSWER)
ANSWERED_BY_YES_OR_NO = (
    NotificationKind.PLACE_OFFERED,
    NotificationKind.OFFER_CALL,
    NotificationKind.SUBSTITUTE_WANTED,
    NotificationKind.SUBSTITUTE_CALL,
    NotificationKind.SWAP_WANTED,
)


class CallSettled(Exception):
    """Somebody else has called meanwhile."""


def waiting(
    session: Session, *, scope_ids: Sequence[int], limit: int = 50
) -> Sequence[Row[Call, Notification, Volunteer]]:
    """Calls still to be made in scope: those nobody has tried in front, then the others by their last try."""
    return session.execute(
        select(Call, Notification, Volunteer)
        .join(Notification, Notification.id == Call.notification_id)
        .join(Volunteer, Volunteer.id == Call.volunteer_id)
        .where(within(Call.area_id, scope_ids), Call.outcome.in_(WAITING))
        .order_by(Call.called_at.asc().nulls_first(), Call.id)
        .limit(limit)
    ).all()


def count(session: Session, *, scope_ids: Sequence[int]) -> int:
    """How many calls are still to be made in scope."""
    statement = select(func.count()).where(within(Call.area_id, scope_ids), Call.outcome.in_(WAITING))
    return session.scalar(statement) or 0


def in_scope(session: Session, call_id: int, *, scope_ids: Sequence[int]) -> Call | None:
    """The call, if it belongs to one of the scopes."""
    return session.scalar(select(Call).where(Call.id == call_id, within(Call.area_id, scope_ids)))


def possible(notification: Notification) -> tuple[CallOutcome, ...]:
    """What can come of the call: an answer where one was asked for, else that she has been told.

    A reminder of one place can be answered with no. Several places offered at once are answered one by one
    (settle_each).
    """
    unreached = (CallOutcome.NO_ANSWER, CallOutcome.LATER)
    if asks_of_several(notification):
        return unreached
    if notification.kind in ANSWERED_BY_YES_OR_NO:
        return (CallOutcome.YES, CallOutcome.NO, *unreached)
    if notification.kind == NotificationKind.REMINDER and len(places(notification)) == 1:
        return (CallOutcome.TOLD, CallOutcome.NO, *unreached)
    return (CallOutcome.TOLD, *unreached)


def asks_of_several(notification: Notification) -> bool:
    """Whether several places are offered in it, each to be answered by itself."""
    return notification.kind in ANSWERED_BY_YES_OR_NO and len(places(notification)) > 1


def settle(
    session: Session,
    *,
    call_id: int,
    outcome: CallOutcome,
    account_id: int,
    now: datetime,
    suggestion: roster.Suggestion | None = None,
) -> Call:
    """Write down what came of a call; her yes or no changes the roster at once, with her no whom she suggests.

    Raises CallSettled when somebody else was quicker, ValueError for an outcome this call cannot have; OfferClosed,
    InvitationClosed or SwapIsOver when the answer comes too late, SignUpRefused when she cannot step in, and
    NotToBeSuggested.
    """
    call, notification = _waiting_call(session, call_id)
    if outcome not in possible(notification):
        raise ValueError(f"a call about {notification.kind} does not end with {outcome}")
    if outcome in (CallOutcome.YES, CallOutcome.NO):
        is_yes = outcome == CallOutcome.YES
        _answer(session, notification, is_yes=is_yes, account_id=account_id, now=now, suggestion=suggestion)
    _write_down(session, call, outcome, account_id, now=now)
    return call


def settle_each(
    session: Session, *, call_id: int, answers: Mapping[int, bool], account_id: int, now: datetime
) -> dict[int, Assignment | OfferClosed]:
    """She answered place by place, by assignment (True for yes); what became of each. The call is done.

    Only of places the call asks about. Raises CallSettled when somebody else was quicker.
    """
    call, notification = _waiting_call(session, call_id)
    asked = {one: answers[one] for one in places(notification) if one in answers}
    became = say_each(session, asked, now=now, answered_by=account_id)
    _write_down(session, call, CallOutcome.YES if any(asked.values()) else CallOutcome.NO, account_id, now=now)
    return became


def _waiting_call(session: Session, call_id: int) -> tuple[Call, Notification]:
    """The call, ours until commit, and what it is about. Raises CallSettled."""
    call = session.scalars(
        select(Call).where(Call.id == call_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if call.outcome not in WAITING:
        raise CallSettled(f"call {call_id} ended with {call.outcome}")
    return call, session.get_one(Notification, call.notification_id)


def _write_down(session: Session, call: Call, outcome: CallOutcome, account_id: int, *, now: datetime) -> None:
    call.outcome, call.called_by, call.called_at = outcome, account_id, now
    call.held_by = call.held_until = None
    audit.note(
        session,
        verb="called",
        subject=("volunteer", call.volunteer_id),
        account_id=account_id,
        area_id=call.area_id,
        now=now,
        outcome=outcome,
    )


def _answer(
    session: Session,
    notification: Notification,
    *,
    is_yes: bool,
    account_id: int,
    now: datetime,
    suggestion: roster.Suggestion | None,
) -> None:
    """Her answer, in the rooms that asked."""
    for assignment_id in places(notification):
        act = roster.accept if is_yes else partial(suggesting.decline, suggestion=suggestion)
        act(session, assignment_id=assignment_id, now=now, answered_by=account_id)
    for invitation_id in _askings(notification):
        reply = answering.accept if is_yes else answering.decline
        reply(session, invitation_id=invitation_id, now=now, answered_by=account_id)
    for swap_asking_id in _swap_askings(notification):
        say = swapping.accept if is_yes else swapping.decline
        say(session, swap_asking_id=swap_asking_id, now=now, answered_by=account_id)


def places(notification: Notification) -> list[int]:
    """The assignments it is about."""
    return list(notification.subject_ids.get(ASSIGNMENTS, ()))


def _askings(notification: Notification) -> list[int]:
    return list(notification.subject_ids.get(INVITATIONS, ()))


def _swap_askings(notification: Notification) -> list[int]:
    return list(notification.subject_ids.get(SWAP_ASKINGS, ()))


def came_too_late(session: Session, call: Call) -> bool:
    """Whether her yes found the place taken: she is to be thanked."""
    notification = session.get_one(Notification, call.notification_id)
    states = {session.get_one(Invitation, one).state for one in _askings(notification)}
    states |= {session.get_one(SwapAsking, one).state for one in _swap_askings(notification)}
    return call.outcome == CallOutcome.YES and InvitationState.THANKED in states
