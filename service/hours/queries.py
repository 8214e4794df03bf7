"""Named reads of hours, from the roster as it was kept: who was marked as there, in what, for how long.

An hour is the shift's, not the clock's at the door. Who said yes and was marked neither as there nor as missing is told
apart (`unmarked`): nobody has seen her, so nobody vouches for that time. Time in drills is counted for itself (A63).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.calendars.rules import instant
from service.places.queries import within
from service.roster.models import SURE, Assignment
from service.terms import AssignmentState, ShiftState
from service.volunteers.models import Volunteer

#: Somebody has seen her there.
SEEN = (AssignmentState.CHECKED_IN, AssignmentState.COMPLETED)
_MINUTES = cast(func.extract("epoch", Shift.ends_at - Shift.starts_at) / 60, Integer)


@dataclass(frozen=True, slots=True)
class Tally:
    """Minutes of one person: of service and of drills in which she was seen, and those nobody vouches for."""

    service: int
    drills: int
    unmarked: int


@dataclass(frozen=True, slots=True)
class Line:
    """A person of the ledger."""

    person: Volunteer
    tally: Tally


def ledger(session: Session, *, scope_ids: Sequence[int], from_on: date, until_on: date, now: datetime) -> list[Line]:
    """Who served in these areas from one day to another, that day included, who served longest in front."""
    tallied = (
        _of_shifts(*_tally(), from_on=from_on, until_on=until_on, now=now)
        .add_columns(Assignment.volunteer_id)
        .where(within(Shift.area_id, scope_ids))
        .group_by(Assignment.volunteer_id)
        .subquery()
    )
    rows = session.execute(
        select(Volunteer, tallied.c.service, tallied.c.drills, tallied.c.unmarked)
        .join(tallied, tallied.c.volunteer_id == Volunteer.id)
        .order_by(tallied.c.service.desc(), tallied.c.drills.desc(), Volunteer.pinyin, Volunteer.id)
    )
    return [Line(person, Tally(service, drills, unmarked)) for person, service, drills, unmarked in rows]


def of_person(session: Session, volunteer_id: int, *, from_on: date, until_on: date, now: datetime) -> Tally:
    """Her own, wherever she served."""
    counted = _of_shifts(*_tally(), from_on=from_on, until_on=until_on, now=now)
    return Tally(*session.execute(counted.where(Assignment.volunteer_id == volunteer_id)).one())


def served(
    session: Session, volunteer_id: int, *, from_on: date, until_on: date, now: datetime
) -> Sequence[Row[Shift, Activity, Assignment, int]]:
    """(shift, activity, place, minutes) behind her own tally, the latest first."""
    rows = _of_shifts(Shift, Activity, Assignment, _MINUTES, from_on=from_on, until_on=until_on, now=now)
    hers = rows.where(Assignment.volunteer_id == volunteer_id)
    return session.execute(hers.order_by(Shift.starts_at.desc(), Shift.id)).all()


def _of_shifts(*columns: Any, from_on: date, until_on: date, now: datetime) -> Select[Any]:
    """Places that were hers to the end, in shifts that began on these days and are over."""
    return (
        select(*columns)
        .select_from(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False), Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at >= instant(from_on, time.min), Shift.ends_at <= now)
        .where(Shift.starts_at < instant(until_on + timedelta(days=1), time.min))
    )


def _tally() -> tuple[ColumnElement[int], ...]:
    """The columns of Tally, in order."""
    is_seen = Assignment.state.in_(SEEN)
    parts = {
        "service": is_seen & ~Activity.is_drill,
        "drills": is_seen & Activity.is_drill,
        "unmarked": ~is_seen,
    }
    return tuple(func.coalesce(func.sum(_MINUTES).filter(part), 0).label(name) for name, part in parts.items())
