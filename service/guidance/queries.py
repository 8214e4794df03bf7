"""Named reads of who instructs whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.calendars.rules import instant
from service.findings.models import Carrying, Finding
from service.guidance.models import Guide
from service.roster.models import HOLDING, Assignment
from service.terms import ShiftState
from service.volunteers.models import Volunteer


def of_partner(session: Session, partner_id: int) -> Sequence[Row[Guide, Volunteer, Activity]]:
    """(term, who, the visits) of an organisation, the latest in front."""
    return session.execute(
        select(Guide, Volunteer, Activity)
        .join(Volunteer, Volunteer.id == Guide.volunteer_id)
        .join(Activity, Activity.id == Guide.activity_id)
        .where(Guide.partner_id == partner_id)
        .order_by(Guide.from_on.desc(), Guide.id)
    ).all()


def on_day(session: Session, partner_id: int, day: date) -> Guide | None:
    """Who instructs it on a day."""
    return session.scalar(
        select(Guide)
        .where(Guide.partner_id == partner_id, Guide.from_on <= day)
        .where(or_(Guide.until_on.is_(None), Guide.until_on > day))
    )


def one_of_partner(session: Session, guide_id: int, *, partner_id: int) -> Guide | None:
    """The term, if it is of this organisation."""
    return session.scalar(select(Guide).where(Guide.id == guide_id, Guide.partner_id == partner_id))


def places_from(session: Session, guide: Guide, *, from_on: date, now: datetime) -> Sequence[int]:
    """The places she holds in its visits from a day on, of those that have not begun: ids."""
    return session.scalars(
        select(Assignment.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.activity_id == guide.activity_id, Assignment.volunteer_id == guide.volunteer_id)
        .where(Assignment.state.in_(HOLDING), Assignment.is_stand_by.is_(False))
        .where(Shift.starts_at >= max(now, instant(from_on, time.min)))
        .order_by(Assignment.id)
    ).all()


def free_from(session: Session, activity_id: int, *, from_on: date, now: datetime) -> list[ShiftRole]:
    """The roles of visits to come, from a day on, in which somebody is missing: the first of each shift."""
    roles = session.scalars(
        select(ShiftRole)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at >= max(now, instant(from_on, time.min)), ShiftRole.taken < ShiftRole.min_needed)
        .order_by(ShiftRole.id.desc())
    )
    return list({role.shift_id: role for role in roles}.values())


def open_findings(session: Session, activity_id: int) -> int:
    """How many findings wait for the next visit."""
    leads_here = select(Carrying.activity_id).where(Carrying.to_id == activity_id)
    waiting = (
        select(func.count())
        .select_from(Finding)
        .join(Shift, Shift.id == Finding.shift_id)
        .where(Shift.activity_id.in_(leads_here), Finding.settled_at.is_(None))
    )
    return session.scalar(waiting) or 0
