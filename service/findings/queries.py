"""Named reads of findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session, aliased

from service.activities.models import Activity, Shift
from service.findings.models import Carrying, Finding
from service.places.models import Area
from service.places.queries import within
from service.roster.models import SURE, Assignment
from service.terms import ActivityState

#: How long after the end of her shift somebody may still write.
LATE = timedelta(hours=24)

_Place = aliased(Area)
#: A finding, the shift and activity in which it was found, and where, if that is known.
FindingRow: TypeAlias = Row[Finding, Shift, Activity, Area | None]


def carrying(session: Session, activity_id: int) -> Activity | None:
    """Where the activity's findings are carried; None for one that keeps none."""
    return session.scalar(
        select(Activity).join(Carrying, Carrying.to_id == Activity.id).where(Carrying.activity_id == activity_id)
    )


def within_days(session: Session, activity_id: int) -> int | None:
    """How soon its findings must be settled; None for no limit, or one that keeps none."""
    return session.scalar(select(Carrying.within_days).where(Carrying.activity_id == activity_id))


def keeps_findings(session: Session, activity_id: int) -> bool:
    """Whether something is found in the activity, or comes to it."""
    found = select(Carrying.activity_id).where(or_(Carrying.activity_id == activity_id, Carrying.to_id == activity_id))
    return session.scalars(found.limit(1)).first() is not None


def can_carry_to(session: Session, activity: Activity) -> Sequence[Activity]:
    """Where it could be carried: itself, and what else is published in its area."""
    return session.scalars(
        select(Activity)
        .where(Activity.area_id == activity.area_id, Activity.state == ActivityState.PUBLISHED)
        .order_by(Activity.id != activity.id, Activity.title, Activity.id)
        .limit(100)
    ).all()


def agenda(session: Session, shift: Shift) -> Sequence[FindingRow]:
    """What comes to the shift: found in an earlier one whose activity carries it here, open when this one began.

    It is the agenda of the past as well: what was settled during the shift or since is still on it. The oldest first.
    """
    leads_here = select(Carrying.activity_id).where(Carrying.to_id == shift.activity_id)
    return session.execute(
        _rows()
        .where(Shift.activity_id.in_(leads_here), Shift.starts_at < shift.starts_at)
        .where(or_(Finding.settled_at.is_(None), Finding.settled_at >= shift.starts_at))
        .order_by(Finding.found_at, Finding.id)
    ).all()


def found_in(session: Session, shift_id: int) -> Sequence[FindingRow]:
    """What was found in the shift itself, the oldest first."""
    return session.execute(_rows().where(Finding.shift_id == shift_id).order_by(Finding.found_at, Finding.id)).all()


def listed(
    session: Session, *, scope_ids: Sequence[int], is_open: bool | None = None, after_id: int = 0, limit: int = 30
) -> Sequence[FindingRow]:
    """Findings of these areas by id; only open ones, only settled ones, or all."""
    statement = _rows().where(within(Finding.area_id, scope_ids), Finding.id > after_id)
    if is_open is not None:
        statement = statement.where(Finding.settled_at.is_(None) if is_open else Finding.settled_at.is_not(None))
    return session.execute(statement.order_by(Finding.id).limit(limit)).all()


def in_scope(session: Session, finding_id: int, *, scope_ids: Sequence[int]) -> Finding | None:
    """The finding, if it belongs to one of the scopes."""
    return session.scalar(select(Finding).where(Finding.id == finding_id, within(Finding.area_id, scope_ids)))


def lately_settled(session: Session, *, scope_ids: Sequence[int], limit: int = 20) -> Sequence[FindingRow]:
    """What was settled last in these areas, the latest first."""
    statement = _rows().where(within(Finding.area_id, scope_ids), Finding.settled_at.is_not(None))
    return session.execute(statement.order_by(Finding.settled_at.desc(), Finding.id).limit(limit)).all()


def one(session: Session, finding_id: int) -> FindingRow:
    """The finding, which exists."""
    return session.execute(_rows().where(Finding.id == finding_id)).one()


def to_write_down(session: Session, volunteer_id: int, *, around: datetime) -> Sequence[Row[Shift, Activity]]:
    """The shifts, about now, in which she serves and something is found or comes to be talked over."""
    keeps = select(Carrying.activity_id).union(select(Carrying.to_id))
    return session.execute(
        select(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(SURE), Activity.id.in_(keeps))
        .where(Shift.starts_at <= around + LATE, Shift.ends_at > around - LATE)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def _rows() -> Select[Finding, Shift, Activity, Area]:
    return (
        select(Finding, Shift, Activity, _Place)
        .join(Shift, Shift.id == Finding.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .outerjoin(_Place, _Place.id == Finding.place_id)
    )
