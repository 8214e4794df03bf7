"""The call list: who is to be told or asked by telephone, and what came of each call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from service import audit
from service.notifications.models import Call, Notification
from service.notifications.subjects import ASSIGNMENTS
from service.places.queries import within
from service.roster import actions as roster
from service.terms import CallOutcome, NotificationKind
from service.volunteers.models import Volunteer

#: What leaves a call on the list.
WAITING = (CallOutcome.OPEN, CallOutcome.LATER, CallOutcome.NO_ANSWER)


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

    A reminder of one place can be answered with no; one of several places is answered place by place.
    """
    unreached = (CallOutcome.NO_ANSWER, CallOutcome.LATER)
    if notification.kind == NotificationKind.PLACE_OFFERED:
        return (CallOutcome.YES, CallOutcome.NO, *unreached)
    if notification.kind == NotificationKind.REMINDER and len(_places(notification)) == 1:
        return (CallOutcome.TOLD, CallOutcome.NO, *unreached)
    return (CallOutcome.TOLD, *unreached)


def settle(session: Session, *, call_id: int, outcome: CallOutcome, account_id: int, now: datetime) -> Call:
    """Write down what came of a call; her yes or no changes the roster at once.

    Raises CallSettled when somebody else was quicker, ValueError for an outcome this call cannot have, and
    OfferClosed when the answer comes too late.
    """
    call = session.scalars(
        select(Call).where(Call.id == call_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    notification = session.get_one(Notification, call.notification_id)
    if call.outcome not in WAITING:
        raise CallSettled(f"call {call_id} ended with {call.outcome}")
    if outcome not in possible(notification):
        raise ValueError(f"a call about {notification.kind} does not end with {outcome}")
    for assignment_id in _places(notification):
        if outcome == CallOutcome.YES:
            roster.accept(session, assignment_id=assignment_id, now=now, answered_by=account_id)
        if outcome == CallOutcome.NO:
            roster.decline(session, assignment_id=assignment_id, now=now, answered_by=account_id)
    call.outcome, call.called_by, call.called_at = outcome, account_id, now
    audit.note(
        session,
        verb="called",
        subject=("volunteer", call.volunteer_id),
        account_id=account_id,
        area_id=call.area_id,
        now=now,
        outcome=outcome,
    )
    return call


def _places(notification: Notification) -> list[int]:
    return list(notification.subject_ids.get(ASSIGNMENTS, ()))
