"""What becomes of a place by the clock alone: asked again, run out, handed on. A batch at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, extract, literal, or_, select
from sqlalchemy.orm import Session

from service import outbox
from service.events import AssignmentAskedAgain
from service.roster.actions import release
from service.roster.counting import free_place
from service.roster.models import Assignment
from service.roster.rules import ASKED_AGAIN_AT, CALLED_AT, LEAST_TO_ASK_AGAIN
from service.terms import AssignmentState, ReleaseReason


def hand_on_places(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Free the places whose holders withdrew and did not undo it in time; how many."""
    over = session.scalars(
        select(Assignment)
        .where(Assignment.place_held_until <= now)
        .order_by(Assignment.place_held_until, Assignment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for assignment in sorted(over, key=_by_role):
        assignment.place_held_until = None
        free_place(session, assignment)
    return len(over)


def expire_offers(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Release the places offered to people who did not answer in time; how many."""
    over = session.scalars(
        select(Assignment)
        .where(Assignment.state == AssignmentState.OFFERED, Assignment.answer_by <= now)
        .order_by(Assignment.answer_by, Assignment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for assignment in sorted(over, key=_by_role):
        release(session, assignment, reason=ReleaseReason.OFFER_EXPIRED)
    return len(over)


def ask_again(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Whoever has not answered an offer is asked once more, and later put on the call list; how many."""
    within = extract("epoch", Assignment.answer_by) - extract("epoch", Assignment.assigned_at)
    passed = extract("epoch", literal(now)) - extract("epoch", Assignment.assigned_at)
    is_due = or_(
        and_(Assignment.asked_again == 0, passed >= within * ASKED_AGAIN_AT),
        and_(Assignment.asked_again == 1, passed >= within * CALLED_AT),
    )
    silent = session.scalars(
        select(Assignment)
        .where(Assignment.state == AssignmentState.OFFERED, Assignment.answer_by > now)
        .where(within >= LEAST_TO_ASK_AGAIN.total_seconds(), is_due)
        .order_by(Assignment.answer_by, Assignment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for assignment in silent:
        assignment.asked_again += 1
        outbox.record(session, AssignmentAskedAgain(assignment.id))
    return len(silent)


def _by_role(assignment: Assignment) -> int:
    """Roles are locked by id, so that two sweeps never wait for each other."""
    return assignment.shift_role_id
