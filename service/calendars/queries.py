"""Named reads of the calendar: the days as an area knows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Row, any_, or_, select
from sqlalchemy.orm import Session

from service.calendars.days import Calendar, NoticeDay, Term
from service.calendars.models import HeatWarning, HolidayNotice, HolidayNoticeDay, SchoolTerm
from service.calendars.quiet import Quiet
from service.db import fetch
from service.places.models import Area
from service.places.queries import within
from service.settings import settings


def calendar(session: Session, area_id: int) -> Calendar:
    """The days as this area knows them."""
    return calendars(session, [area_id])[area_id]


def calendars(session: Session, area_ids: Collection[int]) -> dict[int, Calendar]:
    """The days as each of these areas knows them: the notices are for all, the terms are its own or set above it."""
    years = frozenset(session.scalars(select(HolidayNotice.year)))
    rows = session.scalars(select(HolidayNoticeDay))
    days = {row.on_date: NoticeDay(row.on_date, row.is_work, row.name) for row in rows}
    terms: dict[int, list[Term]] = {area_id: [] for area_id in area_ids}
    known = session.execute(
        select(Area.id, SchoolTerm.name, SchoolTerm.from_on, SchoolTerm.until_on)
        .join(SchoolTerm, SchoolTerm.area_id == any_(Area.lineage))
        .where(Area.id.in_(area_ids))
        .order_by(SchoolTerm.from_on)
    )
    for area_id, name, from_on, until_on in known:
        terms[area_id].append(Term(name, from_on, until_on))
    return {area_id: Calendar(years, days, tuple(found)) for area_id, found in terms.items()}


def notices(session: Session) -> Sequence[HolidayNotice]:
    """The notices that were pasted, the latest year first."""
    return session.scalars(select(HolidayNotice).order_by(HolidayNotice.year.desc())).all()


def terms(session: Session, *, scope_ids: Sequence[int]) -> Sequence[SchoolTerm]:
    """The school terms set in these areas, the latest first."""
    return session.scalars(
        select(SchoolTerm).where(within(SchoolTerm.area_id, scope_ids)).order_by(SchoolTerm.from_on.desc())
    ).all()


def term_in_scope(session: Session, term_id: int, *, scope_ids: Sequence[int]) -> SchoolTerm | None:
    """The school term, if it was set in one of these areas."""
    return session.scalar(select(SchoolTerm).where(SchoolTerm.id == term_id, within(SchoolTerm.area_id, scope_ids)))


def heat_warnings(session: Session, *, scope_ids: Sequence[int], from_on: date) -> Sequence[Row[HeatWarning, Area]]:
    """(warning, its area) of what holds in these areas on `from_on` or later, soonest first: noted there, or above."""
    mine = select(Area.lineage).where(Area.id.in_(scope_ids)).subquery()
    is_above = select(mine.c.lineage).where(HeatWarning.area_id == any_(mine.c.lineage)).exists()
    return session.execute(
        select(HeatWarning, Area)
        .join(Area, Area.id == HeatWarning.area_id)
        .where(HeatWarning.withdrawn_at.is_(None), HeatWarning.until_on >= from_on)
        .where(or_(is_above, within(HeatWarning.area_id, scope_ids)))
        .order_by(HeatWarning.from_on, HeatWarning.id)
    ).all()


def heat_warning_in_scope(session: Session, warning_id: int, *, scope_ids: Sequence[int]) -> HeatWarning | None:
    """The warning, held or withdrawn, if it was noted for one of these areas or below it."""
    return session.scalar(
        select(HeatWarning).where(HeatWarning.id == warning_id, within(HeatWarning.area_id, scope_ids))
    )


def quiet_hours(session: Session) -> Quiet:
    """The hours of this house in which nobody is written to: as chosen, or else as the settings say."""
    chosen = fetch(session, "SELECT begins, ends FROM quiet_hours", {})
    if chosen is not None:
        return Quiet(chosen.begins, chosen.ends)
    return Quiet(settings().quiet_from, settings().quiet_until)
