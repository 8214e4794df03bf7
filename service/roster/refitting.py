"""A shift was moved: the time of its people follows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.roster.actions import occupied, release
from service.roster.models import HOLDING, Assignment
from service.terms import ReleaseReason
from service.volunteers.queries import lock_all


def refit(session: Session, *, shift_id: int) -> Sequence[int]:
    """After a shift was moved: its people's time follows. Ids of those who cannot come then, now released."""
    shift = session.get_one(Shift, shift_id)
    return [held.id for held in _held(session, shift_id) if not _follow(session, held, shift)]


def _held(session: Session, shift_id: int) -> Sequence[Assignment]:
    """The places held in the shift, their people locked first."""
    held = select(Assignment.volunteer_id).where(Assignment.shift_id == shift_id, Assignment.state.in_(HOLDING))
    lock_all(session, session.scalars(held).all())
    return session.scalars(
        select(Assignment)
        .where(Assignment.shift_id == shift_id, Assignment.state.in_(HOLDING))
        .order_by(Assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _follow(session: Session, assignment: Assignment, shift: Shift) -> bool:
    """Whether the person can be at the shift's new time; if not she is released."""
    try:
        with session.begin_nested():
            assignment.occupies = occupied(shift)
            if assignment.answer_by is not None:
                assignment.answer_by = min(assignment.answer_by, shift.starts_at)
    except IntegrityError:
        release(session, assignment, reason=ReleaseReason.REPLANNED)
        return False
    return True
