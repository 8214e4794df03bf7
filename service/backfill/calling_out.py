"""People called together at once: what follows when an activity of that mode is published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.backfill import actions
from service.terms import BackfillCause, Mode, ShiftState


def call_out(session: Session, *, activity_id: int, now: datetime) -> None:
    """Seek people for every role of every shift of a call-out; nothing for any other activity."""
    if session.get_one(Activity, activity_id).mode != Mode.CALL_OUT:
        return
    roles = session.scalars(
        select(ShiftRole.id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN, Shift.ends_at > now)
        .order_by(ShiftRole.id)
    )
    for shift_role_id in roles.all():
        actions.start(session, shift_role_id=shift_role_id, cause=BackfillCause.CALL_OUT, now=now)
