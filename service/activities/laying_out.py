"""From series to shifts: the dates of a rule within the horizon become occurrences, shifts and their roles.

In one statement for many series: a date exists once per series by its unique key, so running it again, or twice at
once, makes nothing twice; and because an occurrence's row stays, nothing that was moved or struck out is made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from service.activities.models import Activity, Series
from service.activities.rules import DAY, HORIZON, DatesPlan, rest_after
from service.calendars.days import Calendar
from service.calendars.queries import calendars
from service.calendars.rules import local
from service.db import fetch
from service.places.queries import within
from service.terms import ActivityState, DayRule

#: A series' id, a date of it, when it starts and ends, the minutes of rest owed afterwards.
Wanted = tuple[int, date, datetime, datetime, int]
#: Series that are laid out in one statement.
A_BATCH = 200

_LAY_OUT = """
WITH wanted AS (
    SELECT * FROM unnest(
        %(series_ids)s::bigint[], %(days)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(rests)s::int[]
    ) AS w(series_id, on_date, starts_at, ends_at, rest_after)
), made AS (
    INSERT INTO occurrence (activity_id, series_id, on_date, is_off, is_unsettled)
    SELECT series.activity_id, series.id, on_date, false, false FROM wanted JOIN series ON series.id = series_id
    ORDER BY series.id, on_date
    ON CONFLICT (series_id, on_date) DO NOTHING
    RETURNING id, activity_id, series_id, on_date
), laid AS (
    INSERT INTO shift (area_id, activity_id, occurrence_id, place_id, starts_at, ends_at, rest_after, state, version)
    SELECT activity.area_id, activity.id, made.id, activity.place_id, starts_at, ends_at, rest_after, 'open', 1
    FROM made JOIN wanted USING (series_id, on_date) JOIN activity ON activity.id = made.activity_id
    ORDER BY made.id
    RETURNING id, activity_id
), roles AS (
    INSERT INTO shift_role (shift_id, activity_role_id, min_needed, max_needed, taken, stand_bys)
    SELECT laid.id, role.id, min_needed, max_needed, 0, stand_bys
    FROM laid JOIN activity_role AS role ON role.activity_id = laid.activity_id
    ORDER BY laid.id, role.id
)
SELECT count(*) AS shifts FROM laid
"""


def lay_out(session: Session, series: Sequence[Series], *, now: datetime) -> int:
    """Make the shifts of these series from now to the horizon; the number of new ones."""
    if not series:
        return 0
    horizon = horizon_on(now)
    area_of = _areas(session, series)
    known = calendars(session, set(area_of.values()))
    rows = [row for one in series for row in _wanted(one, known[area_of[one.activity_id]], now=now)]
    made = fetch(session, _LAY_OUT, _columns(rows))
    session.execute(update(Series).where(Series.id.in_([one.id for one in series])).values(laid_out_until=horizon))
    return int(made.shifts) if made else 0


class Extended(NamedTuple):
    """How many series were behind, and how many shifts they got."""

    series: int
    shifts: int


def extend(session: Session, *, now: datetime, limit: int = A_BATCH) -> Extended:
    """Lay out what has come within the horizon for some published series that are behind, until none is.

    Another worker's series are passed over, so that two share the work.
    """
    today, horizon = local(now).date(), horizon_on(now)
    behind = session.scalars(
        select(Series)
        .join(Activity, Activity.id == Series.activity_id)
        .where(Activity.state == ActivityState.PUBLISHED)
        .where(or_(Series.until_on.is_(None), Series.until_on >= today))
        .where(or_(Series.laid_out_until.is_(None), Series.laid_out_until < horizon))
        .order_by(Series.id)
        .limit(limit)
        .with_for_update(of=Series, skip_locked=True)
    ).all()
    return Extended(len(behind), lay_out(session, behind, now=now))


def within_horizon(plan: DatesPlan, calendar: Calendar, *, from_on: date, now: datetime) -> list[date]:
    """The dates of a plan from `from_on` on that exist as shifts, or should."""
    return plan.dates(calendar, from_on=from_on, before=horizon_on(now) + DAY)


def look_again(session: Session, *, area_id: int) -> None:
    """An area's calendar has changed: what depends on it is laid out anew by and by, which adds the new dates."""
    here = select(Activity.id).where(within(Activity.area_id, [area_id]))
    session.execute(
        update(Series)
        .where(Series.day_rule != DayRule.EVERY_DAY, Series.activity_id.in_(here))
        .values(laid_out_until=None)
    )


def horizon_on(now: datetime) -> date:
    """The last date up to which shifts exist."""
    return local(now).date() + HORIZON


def _areas(session: Session, series: Sequence[Series]) -> dict[int, int]:
    """The area of each activity."""
    activity_ids = {one.activity_id for one in series}
    rows = session.execute(select(Activity.id, Activity.area_id).where(Activity.id.in_(activity_ids)))
    return {row.id: row.area_id for row in rows}


def _wanted(series: Series, calendar: Calendar, *, now: datetime) -> Iterator[Wanted]:
    """The shifts of one series that are still to begin, whether they exist or not."""
    plan = series.plan
    for day in within_horizon(plan, calendar, from_on=local(now).date(), now=now):
        starts_at, ends_at = plan.span(day)
        if starts_at > now:
            yield series.id, day, starts_at, ends_at, rest_after(starts_at, ends_at)


def _columns(rows: Sequence[Wanted]) -> Mapping[str, list[object]]:
    names = ("series_ids", "days", "starts", "ends", "rests")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}
