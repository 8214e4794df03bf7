"""Pure rules about publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from service.calendars.rules import dates, hours, local
from service.terms import DayRule, QualificationKind

#: How far ahead the dates of a series exist as shifts.
HORIZON = timedelta(days=35)
#: Minutes of rest owed after a shift that touches the night; of way to the next place after any other.
NIGHT_REST, DAY_REST = 8 * 60, 30
NIGHT_FROM, NIGHT_UNTIL = time(22), time(6)
LONGEST_SHIFT = timedelta(hours=24)
LONGEST_SERIES = timedelta(days=366)


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
    first, last = local(starts_at).date(), local(ends_at).date()
    evenings = (first + timedelta(days=n) for n in range(-1, (last - first).days + 1))
    nights = (hours(day, starts=NIGHT_FROM, ends=NIGHT_UNTIL) for day in evenings)
    return NIGHT_REST if any(starts_at < dawn and dusk < ends_at for dusk, dawn in nights) else DAY_REST


def plan_problems(plan: WeeklyPlan, *, now: datetime) -> list[str]:
    """What is wrong with the dates of a plan, as codes: empty, past, too_long."""
    if (plan.until_on - plan.from_on).days > LONGEST_SERIES.days:
        return ["too_long"]
    days = plan.dates()
    if not days:
        return ["empty"]
    starts_at, _ = hours(days[0], starts=plan.starts, ends=plan.ends)
    return ["past"] if starts_at <= now else []
