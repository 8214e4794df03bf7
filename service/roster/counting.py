"""How many places of a role are taken, and how many stand by: the counts that keep a shift from being oversold."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session

from service import outbox
from service.activities.models import ShiftRole
from service.events import PlaceFreed
from service.roster.models import Assignment


def take_place(session: Session, shift_role_id: int, *, as_stand_by: bool = False, places: int = 1) -> bool:
    """Count so many places as taken, unless fewer are free: guard and count are one statement."""
    count, most = _counted(as_stand_by=as_stand_by)
    taken = session.execute(
        update(ShiftRole)
        .where(ShiftRole.id == shift_role_id, count + places <= most)
        .values({count: count + places})
        .returning(ShiftRole.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar() is not None


def free_place(session: Session, assignment: Assignment) -> None:
    """Its places are nobody's any more. What follows for who waits concerns the role's places, not its stand-bys."""
    give_back(session, assignment.shift_role_id, as_stand_by=assignment.is_stand_by, places=assignment.places)
    if not assignment.is_stand_by:
        outbox.record(session, PlaceFreed(assignment.shift_role_id))


def give_back(session: Session, shift_role_id: int, *, as_stand_by: bool = False, places: int = 1) -> None:
    count, _most = _counted(as_stand_by=as_stand_by)
    session.execute(
        update(ShiftRole)
        .where(ShiftRole.id == shift_role_id)
        .values({count: count - places})
        .execution_options(synchronize_session=False)
    )


def _counted(*, as_stand_by: bool) -> tuple[InstrumentedAttribute[int], InstrumentedAttribute[int]]:
    """The count, and what it must not exceed."""
    if as_stand_by:
        return ShiftRole.standing_by, ShiftRole.stand_bys
    return ShiftRole.taken, ShiftRole.max_needed
