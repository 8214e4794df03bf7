"""A no that was a slip of the finger: the place is offered once more, while nobody else has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.roster import actions as roster
from service.roster.actions import ConflictingDuty, OfferClosed
from service.roster.models import HOLDING, Assignment
from service.roster.rules import undo_until
from service.signups.asking import candidate
from service.signups.queries import as_opening, opening, waitlist
from service.signups.rules import unfit
from service.terms import AssignmentState


def offer_again(session: Session, *, assignment_id: int, now: datetime) -> Assignment:
    """A new offer of the place she has just said no to. Asking twice gives the same one.

    Possible as long as a withdrawal could be undone, unless the place has gone to somebody else or she has taken
    another duty. Raises OfferClosed.
    """
    refused = roster.locked(session, assignment_id)
    if held := _held(session, refused):
        return held
    row = opening(session, shift_id=refused.shift_id, shift_role_id=refused.shift_role_id)
    if row is None or not is_fresh(refused, starts_at=row.Shift.starts_at, now=now):
        raise OfferClosed("that no stands")
    her = candidate(session, refused.volunteer_id, around=row.Shift.starts_at)
    if unfit(her, as_opening(row)) or waitlist(session, refused.shift_role_id):
        raise OfferClosed("she or the place has gone to something else")
    try:
        with session.begin_nested():
            offered = roster.offer(session, row=row, volunteer_id=refused.volunteer_id, now=now)
    except ConflictingDuty:
        offered = None
    if offered is None:
        raise OfferClosed("the place has gone to somebody else")
    return offered


def _held(session: Session, refused: Assignment) -> Assignment | None:
    """The place she holds in this shift all the same."""
    return session.scalar(
        select(Assignment).where(
            Assignment.shift_id == refused.shift_id,
            Assignment.volunteer_id == refused.volunteer_id,
            Assignment.state.in_(HOLDING),
        )
    )


def is_fresh(refused: Assignment, *, starts_at: datetime, now: datetime) -> bool:
    """Whether the no is as young as a withdrawal that can be undone."""
    if refused.state != AssignmentState.DECLINED or refused.answered_at is None:
        return False
    until = undo_until(now=refused.answered_at, starts_at=starts_at)
    return until is not None and now <= until
