"""Which days are what, in China: weekends, statutory holidays, make-up workdays (调休)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays

from service.settings import LOCAL_ZONE
from service.terms import DayRule

#: Monday to Friday.
WORKING_WEEK = frozenset(range(1, 6))


def is_workday(day: date) -> bool:
    """Whether people work on `day`: make-up Saturdays and Sundays included, statutory holidays not.

    Source: the State Council's yearly notice, as kept by the `holidays` library. For a year not yet
    announced the library knows the holidays themselves but no make-up days.
    """
    return _china().is_working_day(day)


def holiday_name(day: date) -> str | None:
    """The Chinese name of the statutory holiday on `day`, such as 国庆节; 调休放假 for a day that is off because
    people work on another; None on other days."""
    name = str(_china().get(day) or "")
    return "调休放假" if "调休" in name else name or None


def is_make_up(day: date) -> bool:
    """Whether `day` is a Saturday or Sunday on which people work in place of another day (调休)."""
    return day.isoweekday() > 5 and is_workday(day)


def dates(*, from_on: date, until_on: date, weekdays: frozenset[int], day_rule: DayRule) -> list[date]:
    """The dates from `from_on` to `until_on`, both included, on which a weekly series runs.

    `weekdays` are ISO numbers (1 Monday … 7 Sunday). A series of workdays that names all of Monday to
    Friday also runs on make-up weekends; one that names some of them does not, because no notice says
    which weekday a make-up day stands for.
    """
    days = (from_on + timedelta(days=n) for n in range((until_on - from_on).days + 1))
    if day_rule == DayRule.EVERY_DAY:
        return [day for day in days if day.isoweekday() in weekdays]
    wanted = weekdays | {6, 7} if weekdays >= WORKING_WEEK else weekdays
    return [day for day in days if is_workday(day) and day.isoweekday() in wanted]


def instant(day: date, at: time) -> datetime:
    """The instant of a local wall time, in UTC."""
    return datetime.combine(day, at, LOCAL_ZONE).astimezone(UTC)


def hours(day: date, *, starts: time, ends: time) -> tuple[datetime, datetime]:
    """(start, end) of a shift on `day` in UTC; an end at or before the start is on the next morning."""
    last_day = day if ends > starts else day + timedelta(days=1)
    return instant(day, starts), instant(last_day, ends)


def local(moment: datetime) -> datetime:
    """The instant on a Chinese wall clock."""
    return moment.astimezone(LOCAL_ZONE)


@cache
def _china() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", language="zh_CN")
