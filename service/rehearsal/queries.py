"""Named reads of rehearsals."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from service.places.queries import within
from service.rehearsal.models import Rehearsal


def in_scope(session: Session, rehearsal_id: int, *, scope_ids: Sequence[int]) -> Rehearsal | None:
    """The rehearsal, if its area is one of the scopes or below one."""
    return session.scalar(select(Rehearsal).where(Rehearsal.id == rehearsal_id, within(Rehearsal.area_id, scope_ids)))


def listed(
    session: Session, *, scope_ids: Sequence[int], before_id: int | None = None, limit: int = 30
) -> Sequence[Rehearsal]:
    """Rehearsals in scope, newest first, without their results."""
    statement = (
        select(Rehearsal)
        .where(within(Rehearsal.area_id, scope_ids))
        .options(defer(Rehearsal.result))
        .order_by(Rehearsal.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        statement = statement.where(Rehearsal.id < before_id)
    return session.scalars(statement).all()
