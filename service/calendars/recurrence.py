"""On which dates a series falls: a rule of RFC 5545 in local wall time, or a day of the lunar calendar.

A rule is a text: `FREQ=WEEKLY;BYDAY=MO,WE`, `FREQ=MONTHLY;BYDAY=-1FR` (the last Friday), `LUNAR:9-9` (重阳).
It names whole days; times and last dates stand elsewhere. What becomes of a date on a holiday is said by a DayRule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from dateutil.rrule import rrule, rrulestr
from lunar_python import Lunar, LunarYear

from service.calendars.days import Calendar
from service.terms import DayRule

DAILY = "FREQ=DAILY"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: Monday to Friday: a series of workdays that names them all also runs on make-up weekends.
WORKING_WEEK = frozenset(range(1, 6))
LONGEST_RULE = 120
#: How far a date is moved at most when it falls on a holiday: the longest holiday and some.
FARTHEST_MOVE = timedelta(days=15)

_LUNAR = re.compile(r"LUNAR:(1[0-2]|[1-9])-(30|[12]\d|[1-9])")
_WEEKLY = re.compile(r"FREQ=WEEKLY;(?:INTERVAL=(\d+);)?BYDAY=([A-Z,]+)")
_MONTHLY = re.compile(r"FREQ=MONTHLY;BYDAY=(-?[1-5])([A-Z]{2})")
#: What a rule must name for its frequency, so that it falls on the same dates wherever one begins to count.
_NEEDS = {
    "DAILY": (),
    "WEEKLY": ("BYDAY",),
    "MONTHLY": ("BYDAY", "BYMONTHDAY"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"),
}
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d?",
    "BYDAY": r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU))*",
    "BYMONTHDAY": r"-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01]))*",
    "BYMONTH": r"([1-9]|1[0-2])(,([1-9]|1[0-2]))*",
    "BYSETPOS": r"-?[1-5](,-?[1-5])*",
    "BYYEARDAY": r"-?[1-9]\d{0,2}",
    "BYWEEKNO": r"-?[1-9]\d?",
    "WKST": r"MO|SU",
}


class RuleRefused(Exception):
    """The text is no rule that a series can have."""


def weekly(weekdays: Iterable[int], *, every: int = 1) -> str:
    """The rule of these weekdays (1 Monday … 7 Sunday), each week or every so many. Raises RuleRefused for none."""
    names = ",".join(WEEKDAYS[number - 1] for number in sorted(set(weekdays)))
    if not names:
        raise RuleRefused("a weekly rule names a weekday")
    return f"FREQ=WEEKLY;{f'INTERVAL={every};' if every > 1 else ''}BYDAY={names}"


def by_weekday(weekdays: Iterable[int]) -> str:
    """The rule of these weekdays, DAILY where they are all seven. Raises RuleRefused for none."""
    chosen = set(weekdays)
    return DAILY if len(chosen) == 7 else weekly(chosen)


def monthly(nth: int, weekday: int) -> str:
    """The rule of the nth weekday of each month; -1 is the last."""
    return f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[weekday - 1]}"


def lunar(month: int, day: int) -> str:
    """The rule of a day of the lunar year, never in a leap month; day 30 of a month of 29 days is its last."""
    return f"LUNAR:{month}-{day}"


def checked(text: str) -> str:
    """The rule as it is kept. Raises RuleRefused: whole days, no end of its own, nothing left to the first date."""
    rule = text.strip().upper().removeprefix("RRULE:")
    if _LUNAR.fullmatch(rule):
        return rule
    parts = _parts(rule)
    needs = _NEEDS.get(parts.get("FREQ", ""))
    if parts.get("FREQ") == "WEEKLY" and re.search(r"\d", parts.get("BYDAY", "")):
        raise RuleRefused("a week has each weekday once")
    if needs is None or (needs and not any(name in parts for name in needs)):
        raise RuleRefused("the rule does not say on which days")
    if parts["FREQ"] == "YEARLY" and "BYMONTHDAY" in parts and "BYMONTH" not in parts:
        raise RuleRefused("the rule names a day of which month?")
    try:
        rrulestr(rule, dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 (a date, whatever the zone)
    except ValueError as error:
        raise RuleRefused(str(error)) from error
    return rule


def _parts(rule: str) -> dict[str, str]:
    """The parts of a rule, each understood by itself. Raises RuleRefused."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if len(rule) > LONGEST_RULE or len(parts) != rule.count(";") + 1:
        raise RuleRefused("the rule is too long, or says something twice")
    for name, value in parts.items():
        if name not in _PARTS or not re.fullmatch(_PARTS[name], value):
            raise RuleRefused(f"{name}={value} is not understood")
    return parts


class Weekly(NamedTuple):
    """These weekdays, every so many weeks."""

    weekdays: frozenset[int]
    every: int


class NthWeekday(NamedTuple):
    """The nth such weekday of each month; -1 is the last."""

    nth: int
    weekday: int


class LunarDay(NamedTuple):
    """A day of the lunar year."""

    month: int
    day: int


def shape(rule: str) -> Weekly | NthWeekday | LunarDay | None:
    """What the rule is, if it is of a kind that has words and a form of its own; daily rules are weekly."""
    if rule == DAILY:
        return Weekly(frozenset(range(1, 8)), 1)
    if found := _WEEKLY.fullmatch(rule):
        return Weekly(frozenset(WEEKDAYS.index(name) + 1 for name in found[2].split(",")), int(found[1] or 1))
    if found := _MONTHLY.fullmatch(rule):
        return NthWeekday(int(found[1]), WEEKDAYS.index(found[2]) + 1)
    if found := _LUNAR.fullmatch(rule):
        return LunarDay(int(found[1]), int(found[2]))
    return None


def weekdays_of(rule: str) -> frozenset[int]:
    """The weekdays of a rule that runs each week, daily rules included; none for any other."""
    of = shape(rule)
    return of.weekdays if isinstance(of, Weekly) and of.every == 1 else frozenset()


def dates(
    rule: str,
    *,
    from_on: date,
    until_on: date,
    anchor: date | None = None,
    day_rule: DayRule = DayRule.EVERY_DAY,
    calendar: Calendar,
) -> list[date]:
    """The dates from `from_on` to `until_on`, both included, on which a series runs, in order and each once.

    `anchor` is the first date of the series, from which every-other-week counts. Under WORKDAYS and SCHOOL_DAYS a
    weekly rule that names all of Monday to Friday also runs on make-up weekends; one that names some of them does
    not, because no notice says which weekday a make-up day stands for.
    """
    anchor = anchor or from_on
    if day_rule in (DayRule.EARLIER, DayRule.LATER):
        around = falls(rule, anchor, from_on - FARTHEST_MOVE, until_on + FARTHEST_MOVE)
        moved = {_moved(day, day_rule, calendar) for day in around}
        return sorted(day for day in moved if from_on <= day <= until_on)
    if day_rule in (DayRule.WORKDAYS, DayRule.SCHOOL_DAYS) and weekdays_of(rule) >= WORKING_WEEK:
        rule = DAILY
    return [day for day in falls(rule, anchor, from_on, until_on) if _is_held(day, day_rule, calendar)]


def is_provisional(day: date, day_rule: DayRule, calendar: Calendar) -> bool:
    """Whether it may still change that a series runs on `day`, because a notice or the school's terms are not known."""
    if day_rule == DayRule.EVERY_DAY:
        return False
    return not calendar.is_announced(day.year) or (
        day_rule == DayRule.SCHOOL_DAYS and not calendar.knows_school(day) and calendar.is_workday(day)
    )


def _is_held(day: date, day_rule: DayRule, calendar: Calendar) -> bool:
    match day_rule:
        case DayRule.WORKDAYS:
            return calendar.is_workday(day)
        case DayRule.SCHOOL_DAYS:
            return calendar.is_school_day(day)
        case DayRule.NOT_HOLIDAYS:
            return not calendar.is_holiday(day)
        case DayRule.DAYS_OFF:
            return not calendar.is_workday(day)
        case DayRule.HOLIDAYS:
            return calendar.is_holiday(day)
        case _:
            return True


def _moved(day: date, day_rule: DayRule, calendar: Calendar) -> date:
    """`day` itself, or the nearest workday before or after it when it falls on a holiday."""
    if not calendar.is_holiday(day):
        return day
    step = timedelta(days=-1 if day_rule == DayRule.EARLIER else 1)
    steps = (day + n * step for n in range(1, FARTHEST_MOVE.days))
    return next((other for other in steps if calendar.is_workday(other)), day)


@lru_cache(maxsize=4096)
def falls(rule: str, anchor: date, from_on: date, until_on: date) -> tuple[date, ...]:
    """The dates of a rule from `from_on` to `until_on`, whatever kind of days they are, none before `anchor`."""
    from_on = max(from_on, anchor)
    if from_on > until_on:
        return ()
    if found := _LUNAR.fullmatch(rule):
        years = range(from_on.year - 1, until_on.year + 1)
        days = (_lunar_date(year, int(found[1]), int(found[2])) for year in years)
        return tuple(day for day in days if from_on <= day <= until_on)
    starts = anchor if "INTERVAL" in rule else from_on
    return tuple(_between(rule, starts, from_on, until_on))


def _between(rule: str, starts: date, from_on: date, until_on: date) -> Iterator[date]:
    parsed = rrulestr(rule, dtstart=datetime.combine(starts, time()))
    assert isinstance(parsed, rrule)  # noqa: S101 (one rule makes no set)
    last = datetime.combine(until_on, time())
    return (moment.date() for moment in parsed.between(datetime.combine(from_on, time()), last, inc=True))


@lru_cache(maxsize=1024)
def _lunar_date(year: int, month: int, day: int) -> date:
    """The date of a lunar day; the 30th of a month of 29 days is its last, as 除夕 is."""
    length = LunarYear.fromYear(year).getMonth(month).getDayCount()
    solar = Lunar.fromYmd(year, month, min(day, length)).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
