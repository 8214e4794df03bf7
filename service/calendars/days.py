"""What each day is, in China: workday, day off, statutory holiday, make-up workday (调休), school day.

Sources, in this order: the State Council's notice as an administrator pasted it, then the same notice as the `holidays`
library keeps it. For a year whose notice is in neither, statutory holidays are known and make-up days are not:
what is said about such a year is provisional (暂定).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import holidays


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day of a notice: off with the name of its holiday, or a weekend day on which people work."""

    on_date: date
    is_work: bool
    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """A school term, both ends included; what lies between two terms is vacation."""

    name: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days as one area knows them. Without arguments: as the library knows them, and no school terms."""

    notices: frozenset[int] = frozenset()
    notice_days: Mapping[date, NoticeDay] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`: make-up Saturdays and Sundays included, statutory holidays not."""
        if named := self.notice_days.get(day):
            return named.is_work
        if day.year in self.notices:
            return day.isoweekday() <= 5
        return _china().is_working_day(day)

    def holiday_name(self, day: date) -> str | None:
        """The name of the holiday on `day`, such as 国庆节; 调休放假 for a day that is off because people work on
        another; None on other days."""
        if named := self.notice_days.get(day):
            return None if named.is_work else named.name
        if day.year in self.notices:
            return None
        name = str(_china().get(day) or "")
        return "调休放假" if "调休" in name else name or None

    def is_make_up(self, day: date) -> bool:
        """Whether `day` is a Saturday or Sunday on which people work in place of another day (调休)."""
        return day.isoweekday() > 5 and self.is_workday(day)

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is off by a notice, not merely a weekend."""
        return self.holiday_name(day) is not None

    def is_announced(self, year: int) -> bool:
        """Whether the year's notice is known, so that its make-up days are."""
        return year in self.notices or _library_knows(year)

    def is_school_day(self, day: date) -> bool:
        """Whether school is held: a workday within a term, make-up Saturdays included. Days for which no term is
        known are taken for term time, provisionally."""
        return self.is_workday(day) and (self.term(day) is not None or not self.knows_school(day))

    def term(self, day: date) -> Term | None:
        """The term that `day` lies in."""
        return next((term for term in self.terms if term.from_on <= day <= term.until_on), None)

    def knows_school(self, day: date) -> bool:
        """Whether `day` lies between the first and the last day of all known terms."""
        return bool(self.terms) and (
            min(term.from_on for term in self.terms) <= day <= max(term.until_on for term in self.terms)
        )


#: The days without anything an administrator added.
NATIONAL = Calendar()


@cache
def _china() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", language="zh_CN")


@cache
def _library_knows(year: int) -> bool:
    """The library knows a year's notice if it knows a day off that is made up for; each since 2001 has some."""
    found = holidays.country_holidays("CN", language="zh_CN", years=year)
    return any(day.year == year and "调休" in name for day, name in found.items())
