"""The answers of those who were asked to take a place. The first yes has it; who comes too late is thanked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import outbox
from service.events import SwapAnswered
from service.swaps import actions, queries
from service.swaps.actions import SwapIsOver
from service.swaps.models import Swap, SwapAsking
from service.terms import InvitationState, SwapState


def accept(session: Session, *, swap_asking_id: int, now: datetime, answered_by: int | None = None) -> SwapAsking:
    """Say yes. Saying it twice is harmless; who says it after somebody else is thanked.

    Raises SwapIsOver, SignUpRefused with all reasons.
    """
    asking, swap = _locked(session, swap_asking_id)
    if asking.state == InvitationState.ACCEPTED:
        return asking
    if swap.state == SwapState.OPEN:
        actions.agree(session, swap, taker_id=asking.volunteer_id, now=now, answered_by=answered_by)
        _answer(session, asking, InvitationState.ACCEPTED, now=now, answered_by=answered_by)
    elif swap.state in (SwapState.AGREED, SwapState.DONE):
        _answer(session, asking, InvitationState.THANKED, now=now, answered_by=answered_by)
    else:
        raise SwapIsOver(f"swap {swap.id} is {swap.state}")
    return asking


def decline(session: Session, *, swap_asking_id: int, now: datetime, answered_by: int | None = None) -> SwapAsking:
    """Say no. When nobody is left to answer, it came to nothing. Twice is harmless.

    Raises SwapIsOver once she has said yes: she gives the place up as any other.
    """
    asking, swap = _locked(session, swap_asking_id)
    if asking.state == InvitationState.ACCEPTED:
        raise SwapIsOver(f"swap {swap.id} has been agreed by her")
    _answer(session, asking, InvitationState.DECLINED, now=now, answered_by=answered_by)
    session.flush()
    if swap.state == SwapState.OPEN and not queries.unanswered(session, swap.id):
        actions.close(session, swap, state=SwapState.DECLINED, now=now)
    return asking


def _locked(session: Session, swap_asking_id: int) -> tuple[SwapAsking, Swap]:
    """The asking and its swap, ours until commit, the people locked first."""
    asking = session.get_one(SwapAsking, swap_asking_id)
    swap = actions.lock(session, asking.swap_id, and_volunteer_id=asking.volunteer_id)
    asking = session.scalars(
        select(SwapAsking)
        .where(SwapAsking.id == swap_asking_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return asking, swap


def _answer(
    session: Session, asking: SwapAsking, state: InvitationState, *, now: datetime, answered_by: int | None
) -> None:
    if asking.state == state:
        return
    asking.state, asking.answered_at, asking.answered_by = state, now, answered_by
    outbox.record(session, SwapAnswered(asking.id))
