"""What is open around an area, by start, as the first page shows it: to anybody, and to somebody what she could take.

The JSON interface asks the same much more often, in SQL of its own: takeable.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice

from sqlalchemy import any_, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from service.activities.models import Activity, Shift, ShiftRole
from service.activities.queries import IS_ANNOUNCED, PLANNED
from service.places.models import Area
from service.signups.asking import candidate
from service.signups.queries import OpeningRow, all_openings, as_opening, standing_shifts
from service.signups.rules import refusals
from service.signups.takeable import AHEAD
from service.terms import ActivityState, ShiftState
from service.volunteers.models import Volunteer


def takeable(
    session: Session,
    volunteer: Volunteer,
    *,
    now: datetime,
    after: tuple[datetime, int] | None = None,
    limit: int = 30,
    area_id: int | None = None,
    with_full: bool = True,
) -> list[OpeningRow]:
    """The next openings this person could sign up for right now, by start; `after` is (starts_at, role id).

    SQL gives what is open in her street, in slices; the same rules that refuse a sign-up pick from it.
    `with_full`: also those where she would wait for a place.
    """
    asking = candidate(session, volunteer.id, around=now, until=now + AHEAD)
    mine = standing_shifts(session, volunteer.id)
    rows = _upcoming(
        session,
        now=now,
        near_area_id=area_id or volunteer.area_id,
        after=after,
        with_full=with_full,
        slice_size=2 * limit,
    )
    fitting = (row for row in rows if row.Shift.id not in mine and not refusals(asking, as_opening(row), now))
    return list(islice(fitting, limit))


def upcoming(
    session: Session,
    *,
    now: datetime,
    area_id: int,
    after: tuple[datetime, int] | None = None,
    limit: int = 30,
    with_full: bool = True,
) -> list[list[OpeningRow]]:
    """The next shifts around an area, each with its openings, whoever asks: what a visitor without login sees."""
    rows = _upcoming(session, now=now, near_area_id=area_id, after=after, with_full=with_full, slice_size=2 * limit)
    return [list(roles) for _shift, roles in islice(groupby(rows, key=_shift_id), limit)]


def _shift_id(row: OpeningRow) -> int:
    shift: Shift = row.Shift
    return shift.id


def _upcoming(
    session: Session,
    *,
    now: datetime,
    near_area_id: int,
    after: tuple[datetime, int] | None,
    with_full: bool,
    slice_size: int,
) -> Iterator[OpeningRow]:
    """Open roles in the same sub-district (the parent of the area) by start, read slice by slice."""
    is_free = ShiftRole.taken < ShiftRole.max_needed
    may_wait = or_(Activity.has_waitlist, Activity.mode.in_(PLANNED))
    closes_at = Shift.starts_at - func.make_interval(0, 0, 0, 0, 0, Activity.closes_before)
    home = aliased(Area)
    neighbourhood = select(func.coalesce(home.parent_id, home.id)).where(home.id == near_area_id).scalar_subquery()
    statement = (
        all_openings()
        .join(Area, Area.id == Shift.area_id)
        .where(Shift.state == ShiftState.OPEN, Activity.state == ActivityState.PUBLISHED, closes_at > now)
        .where(IS_ANNOUNCED)
        .where(or_(is_free, may_wait) if with_full else is_free)
        .where(neighbourhood == any_(Area.lineage))
        .order_by(Shift.starts_at, ShiftRole.id)
        .limit(slice_size)
    )
    last = after or (now, 0)
    while True:
        rows = session.execute(statement.where(tuple_(Shift.starts_at, ShiftRole.id) > last)).all()
        yield from rows
        if len(rows) < slice_size:
            return
        last = (rows[-1].Shift.starts_at, rows[-1].ShiftRole.id)
