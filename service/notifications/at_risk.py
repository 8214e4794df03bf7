"""A role without which nothing is held has fallen short: whoever else is expected is told, and told how it ends."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import ActivityRole, Shift, ShiftRole
from service.activities.rules import is_essential
from service.backfill.rules import HORIZON
from service.calendars.rules import local
from service.db import one_of
from service.notifications import queries
from service.notifications.gaps import GAP_PATIENCE
from service.notifications.models import Notification
from service.notifications.subjects import ASSIGNMENTS, SHIFT_ROLES
from service.notifications.wanted import To, Wanted, notify_all, plan_anew, supersede
from service.roster.models import Assignment
from service.terms import NotificationKind, NotificationState, ShiftState


def tell_at_risk(session: Session, *, shift_role_id: int, now: datetime) -> None:
    """Tell everybody else who is expected in the shift that it may not be held, once a day for each role that is short.

    The place may be taken again at once, so the message waits GAP_PATIENCE; and nobody is alarmed earlier than the
    search for somebody else begins. It goes only if the role is still short then.
    """
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    shift = session.get_one(Shift, role.shift_id, populate_existing=True)
    is_short = role.taken < role.min_needed and is_essential(session.get_one(ActivityRole, role.activity_role_id))
    if not is_short or shift.state == ShiftState.CANCELLED or now >= shift.starts_at:
        return
    wanted = [
        Wanted(
            kind=NotificationKind.SHIFT_AT_RISK,
            key=f"at_risk:{role.id}:{volunteer_id}:{local(now).date()}",
            to=To(volunteer_id=volunteer_id),
            subject_ids={subject: [subject_id], SHIFT_ROLES: [role.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
            not_before=max(now + GAP_PATIENCE, shift.starts_at - HORIZON),
        )
        for volunteer_id, subject, subject_id in queries.people_of(session, shift.id)
        if subject == ASSIGNMENTS
    ]
    made = notify_all(session, wanted, now=now)
    plan_anew(session, [one for one in wanted if one.key not in made], now=now)


def tell_goes_ahead(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """Somebody comes, and the role is short no longer: whoever was alarmed hears that it is held after all."""
    filled = session.execute(
        select(ShiftRole, Shift, ActivityRole, Assignment.volunteer_id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .join(Assignment, Assignment.shift_role_id == ShiftRole.id)
        .where(one_of(Assignment.id, assignment_ids), ShiftRole.taken >= ShiftRole.min_needed)
        .order_by(ShiftRole.id, Assignment.id)
        .execution_options(populate_existing=True)
    ).all()
    for role, shift, definition, volunteer_id in filled:
        if is_essential(definition):
            _tell_held_after_all(session, role, shift, but=volunteer_id, now=now)


def _tell_held_after_all(session: Session, role: ShiftRole, shift: Shift, *, but: int, now: datetime) -> None:
    alarms = session.scalars(
        select(Notification).where(
            Notification.kind == NotificationKind.SHIFT_AT_RISK,
            Notification.key.startswith(f"at_risk:{role.id}:", autoescape=True),
            Notification.state == NotificationState.SENT,
            Notification.volunteer_id != but,
        )
    )
    wanted = [
        Wanted(
            kind=NotificationKind.SHIFT_GOES_AHEAD,
            key=f"goes_ahead:{alarm.key}",
            to=To(volunteer_id=alarm.volunteer_id),
            subject_ids=alarm.subject_ids,
            area_id=alarm.area_id,
            starts_at=shift.starts_at,
        )
        for alarm in alarms
    ]
    supersede(session, prefix=f"at_risk:{role.id}:", but=(), now=now)
    notify_all(session, wanted, now=now)
