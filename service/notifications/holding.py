"""One coordinator at a time makes a call: a lease on it for some minutes, so that nobody is called twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import literal, or_, update
from sqlalchemy.orm import Session

from service.notifications.calls import WAITING
from service.notifications.models import Call

#: So long whoever opened a call has it for herself.
HELD = timedelta(minutes=10)


def hold(session: Session, call: Call, *, account_id: int, now: datetime, insists: bool = False) -> bool:
    """Whether the call is this account's for the next minutes: somebody else has not opened it just now, or she
    `insists`. One statement, so that of two who open it at once one has it."""
    is_free = or_(Call.held_until.is_(None), Call.held_until <= now, Call.held_by == account_id)
    taken = session.execute(
        update(Call)
        .where(Call.id == call.id, Call.outcome.in_(WAITING), or_(is_free, literal(insists)))
        .values(held_by=account_id, held_until=now + HELD)
        .returning(Call.id)
        .execution_options(synchronize_session=False)
    )
    is_hers = taken.scalar() is not None
    session.refresh(call)
    return is_hers


def let_go(session: Session, call: Call, *, account_id: int) -> None:
    """She does not call after all. Harmless where somebody else has it."""
    if call.held_by == account_id:
        call.held_by = call.held_until = None
        session.flush()
