"""How many places of a role are taken: the one count that keeps a shift from being oversold."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from service import outbox
from service.activities.models import ShiftRole
from service.events import PlaceFreed


def take_place(session: Session, shift_role_id: int) -> bool:
    """Count one place as taken, unless full: guard and count are one statement."""
    taken = session.execute(
        update(ShiftRole)
        .where(ShiftRole.id == shift_role_id, ShiftRole.taken < ShiftRole.max_needed)
        .values(taken=ShiftRole.taken + 1)
        .returning(ShiftRole.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar() is not None


def free_place(session: Session, *, shift_role_id: int) -> None:
    give_back(session, shift_role_id)
    outbox.record(session, PlaceFreed(shift_role_id))


def give_back(session: Session, shift_role_id: int) -> None:
    session.execute(
        update(ShiftRole)
        .where(ShiftRole.id == shift_role_id)
        .values(taken=ShiftRole.taken - 1)
        .execution_options(synchronize_session=False)
    )
