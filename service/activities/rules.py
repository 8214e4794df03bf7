"""Pure rules about publishing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from service.calendars import dawn
from service.calendars.days import Calendar
from service.calendars.quiet import Quiet
from service.calendars.recurrence import DAILY, by_weekday, dates
from service.calendars.rules import hours, local
from service.terms import DayRule, QualificationKind

#: How far ahead the dates of a series exist as shifts.
HORIZON = timedelta(days=35)
#: Minutes of rest owed after a shift that touches the night; of way to the next place after any other.
NIGHT_REST, DAY_REST = 8 * 60, 30
NIGHT_FROM, NIGHT_UNTIL = time(22), time(6)
LONGEST_SHIFT = timedelta(hours=24)
LONGEST_SERIES = timedelta(days=366)
DAY = timedelta(days=1)
#: `reveal_before`, in minutes, of what is by invitation: whoever is asked knows at once, and nobody else ever.
BY_INVITATION = 366 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePlan:
    """A role as the coordinator asks for it: of `requires` all, of `tags` one."""

    name: str
    min_needed: int
    max_needed: int
    requires: tuple[QualificationKind, ...] = ()
    tags: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    stand_bys: int = 0
    #: Places one sign-up may take: a family's.
    most_together: int = 1


class AsksForPeople(Protocol):
    """A role: planned, or stored."""

    @property
    def min_needed(self) -> int: ...
    @property
    def requires(self) -> Sequence[QualificationKind]: ...


def is_essential(role: AsksForPeople) -> bool:
    """Whether nothing is held without this role: one that needs somebody, and not everybody may do.

    A clinic without a doctor is no clinic, however many helpers there are (医师法 art. 14; 社区义诊 is announced so).
    """
    return role.min_needed > 0 and bool(role.requires)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesPlan:
    """On which dates something is held, and at what local time: a rule from a first date to a last, or without end.

    With `dawn_offset` it begins so many minutes after sunrise and lasts as long as from `starts` to `ends`.
    `left_out` are dates of the rule that were struck out by hand. Every other week counts from `counts_from`, where
    that is another day than the first.
    """

    starts: time
    ends: time
    from_on: date
    until_on: date | None
    rule: str = DAILY
    day_rule: DayRule = DayRule.EVERY_DAY
    dawn_offset: int | None = None
    left_out: frozenset[date] = frozenset()
    counts_from: date | None = None

    @property
    def anchor(self) -> date:
        """The date from which every other week counts."""
        return self.counts_from or self.from_on

    def dates(self, calendar: Calendar, *, from_on: date | None = None, before: date | None = None) -> list[date]:
        """The dates of the plan, from `from_on` on and before `before`; without an end, those of the first year."""
        last = self.until_on or self.from_on + LONGEST_SERIES
        return [
            day
            for day in dates(
                self.rule,
                from_on=max(self.from_on, from_on or self.from_on),
                until_on=min(last if before is None else before - DAY, self.until_on or date.max),
                anchor=self.anchor,
                day_rule=self.day_rule,
                calendar=calendar,
            )
            if day not in self.left_out
        ]

    def span(self, day: date) -> tuple[datetime, datetime]:
        """(start, end) on `day`, in UTC."""
        starts_at, ends_at = hours(day, starts=self.starts, ends=self.ends)
        if self.dawn_offset is None:
            return starts_at, ends_at
        first_light = dawn.start(day, offset=timedelta(minutes=self.dawn_offset))
        return first_light, first_light + (ends_at - starts_at)

    @property
    def is_once(self) -> bool:
        return self.from_on == self.until_on


def once(on: date, *, starts: time, ends: time) -> DatesPlan:
    """A plan of one date."""
    return DatesPlan(starts=starts, ends=ends, from_on=on, until_on=on)


def weekly_plan(*, weekdays: Collection[int] = range(1, 8), **details: Any) -> DatesPlan:
    """A plan of these weekdays, each week."""
    return DatesPlan(rule=by_weekday(weekdays), **details)


def rest_after(starts_at: datetime, ends_at: datetime) -> int:
    """Minutes of rest owed after a shift: a night's sleep if it took any of the night."""
    first, last = local(starts_at).date(), local(ends_at).date()
    evenings = (first + timedelta(days=n) for n in range(-1, (last - first).days + 1))
    nights = (hours(day, starts=NIGHT_FROM, ends=NIGHT_UNTIL) for day in evenings)
    return NIGHT_REST if any(starts_at < dawn and dusk < ends_at for dusk, dawn in nights) else DAY_REST


def plan_problems(plan: DatesPlan, calendar: Calendar, *, now: datetime, quiet: Quiet | None = None) -> list[str]:
    """What is wrong with the dates of a plan, as codes: empty, past, too_long; quiet, where it is heard all around and
    lies in the hours `quiet`."""
    if plan.until_on is not None and plan.until_on - plan.from_on > LONGEST_SERIES:
        return ["too_long"]
    days = plan.dates(calendar)
    if not days:
        return ["empty"]
    starts_at, _ = plan.span(days[0])
    is_heard = quiet is not None and any(quiet.touches(*plan.span(day)) for day in days)
    return [*(["past"] if starts_at <= now else []), *(["quiet"] if is_heard else [])]
