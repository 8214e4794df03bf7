"""Named reads: the shifts of a series that are still to come, and who holds or awaits a place in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Row, select, union
from sqlalchemy.orm import Session

from service.activities.models import Activity, Occurrence, Series, Shift
from service.places.queries import within
from service.replanning.rules import Existing
from service.roster.models import AWAITED, Assignment
from service.signups.models import STANDING, SignUp
from service.terms import ActivityState, DayRule, ShiftState
from service.volunteers.models import Volunteer


class Unsettled(NamedTuple):
    """A shift with people on a date that its series no longer has, since the calendar changed."""

    shift: Shift
    title: str
    people: int


def series_in_scope(session: Session, series_id: int, *, scope_ids: Sequence[int]) -> Series | None:
    """The series, if its activity belongs to one of the scopes."""
    return session.scalar(
        select(Series)
        .join(Activity, Activity.id == Series.activity_id)
        .where(Series.id == series_id, within(Activity.area_id, scope_ids))
    )


def existing(session: Session, series: Series, *, from_on: date, now: datetime) -> list[Existing]:
    """The open shifts of the series on dates from `from_on` on that have not begun, by date."""
    rows = session.execute(
        select(Occurrence.on_date, Shift.id, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.occurrence_id == Occurrence.id)
        .where(Occurrence.series_id == series.id, Occurrence.on_date >= from_on)
        .where(Shift.state == ShiftState.OPEN, Shift.starts_at > now)
        .order_by(Occurrence.on_date)
    ).all()
    concerned = people(session, [row.id for row in rows])
    return [_existing(row, series, concerned.get(row.id, ())) for row in rows]


def _existing(row: Row[date, int, datetime, datetime], series: Series, concerned: Sequence[int]) -> Existing:
    return Existing(
        shift_id=row.id,
        on_date=row.on_date,
        span=(row.starts_at, row.ends_at),
        planned=series.plan.span(row.on_date),
        people=tuple(concerned),
    )


def taken_dates(session: Session, series: Series, *, from_on: date) -> set[date]:
    """The dates from `from_on` on that were laid out, also those called off or over: none of them is made anew."""
    return set(
        session.scalars(
            select(Occurrence.on_date).where(
                Occurrence.series_id == series.id, Occurrence.on_date >= from_on, Occurrence.is_off.is_(False)
            )
        )
    )


def struck_out(session: Session, series: Series) -> frozenset[date]:
    """The dates of the series that were struck out by hand."""
    return frozenset(
        session.scalars(select(Occurrence.on_date).where(Occurrence.series_id == series.id, Occurrence.is_off))
    )


def people(session: Session, shift_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Volunteers who hold a place in each shift or have asked for one, by id."""
    holding = select(Assignment.shift_id, Assignment.volunteer_id).where(
        Assignment.shift_id.in_(shift_ids), Assignment.state.in_(AWAITED)
    )
    asking = select(SignUp.shift_id, SignUp.volunteer_id).where(
        SignUp.shift_id.in_(shift_ids), SignUp.state.in_(STANDING)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for shift_id, volunteer_id in session.execute(union(holding, asking)):
        found[shift_id].add(volunteer_id)
    return {shift_id: tuple(sorted(ids)) for shift_id, ids in found.items()}


def names(session: Session, volunteer_ids: Collection[int]) -> dict[int, str]:
    """The names of these people."""
    rows = session.execute(select(Volunteer.id, Volunteer.name).where(Volunteer.id.in_(volunteer_ids)))
    return {row.id: row.name for row in rows}


def following_the_calendar(session: Session, *, area_id: int) -> Sequence[Series]:
    """Series of published activities in an area whose dates depend on the calendar, by id."""
    return session.scalars(
        select(Series)
        .join(Activity, Activity.id == Series.activity_id)
        .where(Activity.state == ActivityState.PUBLISHED, Series.day_rule != DayRule.EVERY_DAY)
        .where(within(Activity.area_id, [area_id]))
        .order_by(Series.id)
    ).all()


def unsettled(session: Session, *, scope_ids: Sequence[int], now: datetime, limit: int = 50) -> list[Unsettled]:
    """Shifts with people that the calendar no longer has, in these areas, soonest first: somebody has to decide."""
    rows = session.execute(
        select(Shift, Activity.title)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Occurrence.is_unsettled, Shift.state == ShiftState.OPEN, Shift.starts_at > now)
        .where(within(Shift.area_id, scope_ids))
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()
    concerned = people(session, [shift.id for shift, _title in rows])
    return [Unsettled(shift, title, len(concerned.get(shift.id, ()))) for shift, title in rows]
