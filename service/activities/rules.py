"""Pure rules about publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from service.calendars.rules import dates, hours, local
from service.terms import DayRule, QualificationKind

#: How far ahead the dates of a series exist as shifts.
HORIZON = timedelta(days=35)
#: Rest owed after a shift that touches the night (22:00 to 6:00); 30 minutes of way after others.
NIGHT_REST, DAY_REST = 8 * 60, 30
LONGEST_SHIFT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePlan:
    """A role as the coordinator asks for it."""

    name: str
    min_needed: int
    max_needed: int
    requires: tuple[QualificationKind, ...] = ()
    min_age: int | None = None
    max_age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPlan:
    """A weekly rule, or a single date (from_on == until_on and every weekday)."""

    starts: time
    ends: time
    from_on: date
    until_on: date
    weekdays: frozenset[int] = frozenset(range(1, 8))
    day_rule: DayRule = DayRule.EVERY_DAY

    def dates(self, *, before: date | None = None) -> list[date]:
        """The dates of the rule, up to but not including `before`."""
        until_on = min(self.until_on, before - timedelta(days=1)) if before else self.until_on
        return dates(from_on=self.from_on, until_on=until_on, weekdays=self.weekdays, day_rule=self.day_rule)


def once(on: date, *, starts: time, ends: time) -> WeeklyPlan:
    """A plan of one date."""
    return WeeklyPlan(starts=starts, ends=ends, from_on=on, until_on=on)


def rest_after(starts_at: datetime, ends_at: datetime) -> int:
    """Minutes of rest owed after a shift: a night's sleep if it took any of the night."""
    moment = starts_at
    while moment < ends_at:
        if local(moment).hour >= 22 or local(moment).hour < 6:
            return NIGHT_REST
        moment += timedelta(minutes=30)
    return DAY_REST


def plan_problems(plan: WeeklyPlan, *, now: datetime) -> list[str]:
    """What is wrong with the dates of a plan, as codes: empty, past, too_long."""
    days = plan.dates()
    if not days:
        return ["empty"]
    problems = []
    starts_at, _ = hours(days[0], starts=plan.starts, ends=plan.ends)
    if starts_at <= now:
        problems.append("past")
    if (plan.until_on - plan.from_on).days > 366:
        problems.append("too_long")
    return problems
