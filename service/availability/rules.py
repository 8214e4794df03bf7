"""Whether somebody can come at a time, by what she has said: pure.

Whatever she says last holds: who asked for a place herself can come, whatever she said of the hour before; who has gone
away since cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from service.calendars.rules import instant, local
from service.terms import Availability, DayPart

#: ISO weekday and part of the day.
Slot: TypeAlias = tuple[int, DayPart]

#: When each part of a day begins, in China. The evening lasts until the next morning begins.
BEGINS = {DayPart.MORNING: time(5), DayPart.AFTERNOON: time(12), DayPart.EVENING: time(18)}
SLOTS: tuple[Slot, ...] = tuple((weekday, part) for weekday in range(1, 8) for part in DayPart)
#: Hours an elder is on duty at most without a pause: our rule, half a day. She may ask for less, never for more.
ELDERS_STRETCH = 4
#: A shift that reaches into a part of the day for less than this is none of that part.
TOUCHES = timedelta(minutes=30)
DAY = timedelta(days=1)


class NeverComes(Exception):
    """Not at any time of the week: that is no answer, but leaving."""


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which she is away, both included, and when she said so."""

    from_on: date
    until_on: date
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that one person has said of when she comes, and of how much."""

    week: Mapping[Slot, Availability] = field(default_factory=dict)
    away: tuple[Away, ...] = ()
    avoids: frozenset[int] = frozenset()
    most_a_week: int | None = None
    most_a_day: int | None = None
    most_at_a_stretch: int | None = None

    def of(
        self, starts_at: datetime, ends_at: datetime, *, activity_id: int, asked_at: datetime | None = None
    ) -> Availability:
        """Whether she can come to a shift of the activity. `asked_at`: when she asked for a place in it herself."""
        first, last = days(starts_at, ends_at)
        if any(
            one.from_on <= last and first <= one.until_on and (asked_at is None or one.noted_at > asked_at)
            for one in self.away
        ):
            return Availability.CANNOT
        if asked_at is not None:
            return Availability.CAN
        if activity_id in self.avoids:
            return Availability.CANNOT
        answers = {self.week.get(slot, Availability.CAN) for slot in slots(starts_at, ends_at)}
        return next(one for one in reversed(Availability) if one in answers)

    def stretch(self, *, is_elder: bool) -> int | None:
        """Minutes of duty without a pause: as she said, and no more than an elder's; None without a limit."""
        limits = [hours for hours in (self.most_at_a_stretch, ELDERS_STRETCH if is_elder else None) if hours]
        return 60 * min(limits) if limits else None


def days(starts_at: datetime, ends_at: datetime) -> tuple[date, date]:
    """The first and the last day, in China, on which any of a shift lies."""
    return local(starts_at).date(), local(ends_at - timedelta(microseconds=1)).date()


def slots(starts_at: datetime, ends_at: datetime) -> frozenset[Slot]:
    """The parts of the week in which a shift lies: those it fills for half an hour, and always that of most of it."""
    shares = dict(_shares(starts_at, ends_at))
    least = min(TOUCHES, max(shares.values()))
    return frozenset(slot for slot, share in shares.items() if share >= least)


def _shares(starts_at: datetime, ends_at: datetime) -> Iterator[tuple[Slot, timedelta]]:
    day = local(starts_at).date() - DAY
    while day <= local(ends_at).date():
        borders = [*(instant(day, begins) for begins in BEGINS.values()), instant(day + DAY, BEGINS[DayPart.MORNING])]
        for part, begin, end in zip(BEGINS, borders, borders[1:], strict=False):
            if (share := min(ends_at, end) - max(starts_at, begin)) > timedelta():
                yield (day.isoweekday(), part), share
        day += DAY


def check_week(week: Mapping[Slot, Availability]) -> None:
    """Raises NeverComes."""
    if all(week.get(slot) == Availability.CANNOT for slot in SLOTS):
        raise NeverComes("not at any time of the week")
