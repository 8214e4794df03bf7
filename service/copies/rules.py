"""Pure rules about copying: which day of another month or week stands for a day of this one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from service.activities.rules import DatesPlan, once
from service.calendars.days import Calendar
from service.calendars.recurrence import Weekly, shape
from service.terms import CopySpan, DayRule

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, or a week from Monday on; both ends included."""

    span: CopySpan
    from_on: date
    until_on: date

    def __contains__(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


def around(day: date, span: CopySpan) -> Period:
    """The month or the week that `day` lies in."""
    if span == CopySpan.WEEK:
        monday = day - timedelta(days=day.isoweekday() - 1)
        return Period(span, monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    return Period(span, first, before(first + timedelta(days=31)))


def before(day: date) -> date:
    """The last day of the month before the one `day` lies in."""
    return day.replace(day=1) - timedelta(days=1)


def same_weekday(day: date, source: Period, target: Period) -> date | None:
    """Where `day` of `source` stands in `target`: the same weekday; in a month, the nth such one.

    None for the fifth of a month where the other has four.
    """
    first = target.from_on + timedelta(days=(day.isoweekday() - target.from_on.isoweekday()) % 7)
    found = first + (day.day - 1) // 7 * WEEK if source.span == CopySpan.MONTH else first
    return found if found in target else None


def carried_over(plan: DatesPlan, source: Period, target: Period, calendar: Calendar) -> list[DatesPlan]:
    """The plans by which what was held in `source` is held in `target`.

    A rule goes on as a rule, counting every other week as before: the holidays of `source` leave no hole in `target`,
    and those of `target` are what the rule makes of them. What is no rule of every week is carried over date by date
    when a week is copied, and so is what was held once.
    """
    goes_on = not plan.is_once and (source.span == CopySpan.MONTH or _is_of_every_week(plan.rule))
    held = plan.dates(calendar, from_on=source.from_on, before=source.until_on + timedelta(days=1))
    if goes_on:
        within = replace(
            plan, from_on=target.from_on, until_on=target.until_on, left_out=frozenset(), counts_from=plan.anchor
        )
        return [within] if held else []
    days = [same_weekday(day, source, target) for day in held]
    return [_on(day, plan) for day in days if day is not None]


def without_a_day(plan: DatesPlan, source: Period, target: Period, calendar: Calendar) -> list[date]:
    """Days of `source` for which `target` has none: a fifth Wednesday where there are four."""
    if not plan.is_once:
        return []
    held = plan.dates(calendar, from_on=source.from_on, before=source.until_on + timedelta(days=1))
    return [day for day in held if same_weekday(day, source, target) is None]


def let_fall(plan: DatesPlan, calendar: Calendar) -> list[date]:
    """Dates the rule names and the holidays take from it."""
    held = set(plan.dates(calendar))
    return [day for day in replace(plan, day_rule=DayRule.EVERY_DAY).dates(calendar) if day not in held]


def narrowed(plan: DatesPlan, chosen: Iterable[date], calendar: Calendar) -> DatesPlan:
    """The plan with just these of its dates. Raises ValueError when there is none."""
    kept = frozenset(chosen)
    from_on, until_on = min(kept), max(kept)
    within = replace(plan, from_on=from_on, until_on=until_on)
    if plan.is_once:
        return within
    return replace(within, left_out=frozenset(within.dates(calendar)) - kept, counts_from=plan.anchor)


def _on(day: date, plan: DatesPlan) -> DatesPlan:
    held = once(day, starts=plan.starts, ends=plan.ends)
    return replace(held, day_rule=plan.day_rule, dawn_offset=plan.dawn_offset)


def _is_of_every_week(rule: str) -> bool:
    found = shape(rule)
    return isinstance(found, Weekly) and found.every == 1
