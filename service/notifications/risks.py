"""A risk notice has another text: whoever is to come, and has not confirmed it so, is asked anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.notifications.gaps import GAP_PATIENCE
from service.notifications.wanted import about_assignment, notify_all, supersede
from service.risks.queries import is_unconfirmed
from service.roster.models import Assignment
from service.terms import AssignmentState, NotificationKind, ShiftState


def tell_risk_changed(session: Session, *, activity_id: int, now: datetime) -> None:
    """Ask everybody who has said yes to a shift that has not begun to confirm the newest text, about her next one.

    Whoever mends a word mends another: it waits GAP_PATIENCE, and what was to be said of an older text is not said.
    """
    activity = session.get_one(Activity, activity_id, populate_existing=True)
    coming = session.execute(
        select(Assignment, Shift)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN, Shift.starts_at > now)
        .where(Assignment.state == AssignmentState.CONFIRMED, is_unconfirmed(Assignment.volunteer_id))
        .order_by(Shift.starts_at.desc(), Assignment.id)
    ).all()
    kind, prefix = NotificationKind.RISK_CHANGED, f"risk_changed:{activity_id}:"
    wanted = {
        place.volunteer_id: replace(
            about_assignment(place, shift, kind=kind, key=f"{prefix}{activity.risk_version}:{place.volunteer_id}"),
            not_before=now + GAP_PATIENCE,
        )
        for place, shift in coming
    }
    supersede(session, prefix=prefix, but={one.key for one in wanted.values()}, now=now)
    notify_all(session, list(wanted.values()), now=now)
