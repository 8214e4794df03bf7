"""When it is too hot to be outdoors, and for whom: from warnings of high temperature and the hours of a shift. Pure.

A warning (高温预警) is yellow for three days of 35 °C and more, orange for 37 °C, red for 40 °C within a day
(《气象灾害预警信号发布与传播办法》). What an employer may ask on such days is said by 《防暑降温措施管理办法》 art. 8:
from 40 °C nobody works outdoors that day; from 37 °C nobody in the three hottest hours; from 35 °C no minor, nor
anybody unfit for the heat. It speaks of employees. A community asks no more of neighbours who come for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias

from service.calendars.rules import hours, local
from service.terms import HeatLevel

Hours: TypeAlias = tuple[time, time]

ALL_DAY: Hours = (time(), time())
#: 12 to 15 are the three hottest hours of a day in the sun.
FOR_ANYBODY: dict[HeatLevel, Hours] = {HeatLevel.ORANGE: (time(12), time(15)), HeatLevel.RED: ALL_DAY}
#: For the old and the young: 11 to 16, as cities order it for building sites; from 37 °C on an hour before and two
#: after, which is our rule.
FOR_THE_FRAIL: dict[HeatLevel, Hours] = {
    HeatLevel.YELLOW: (time(11), time(16)),
    HeatLevel.ORANGE: (time(10), time(18)),
    HeatLevel.RED: ALL_DAY,
}


class Warned(NamedTuple):
    """A warning: how hot, and on which days, both included."""

    level: HeatLevel
    from_on: date
    until_on: date


class Heat(NamedTuple):
    """It is too hot outdoors then: for the frail only, or for anybody."""

    level: HeatLevel
    is_for_all: bool


def heat_in(starts_at: datetime, ends_at: datetime, warnings: Iterable[Warned]) -> Heat | None:
    """The worst of the heat in [starts_at, ends_at), outdoors, where these warnings hold; a minute of it counts."""
    found = [
        Heat(warned.level, is_for_all)
        for warned in warnings
        for is_for_all, hot in ((True, FOR_ANYBODY), (False, FOR_THE_FRAIL))
        if warned.level in hot and _touches(starts_at, ends_at, warned, hot[warned.level])
    ]
    levels = list(HeatLevel)
    return max(found, key=lambda heat: (heat.is_for_all, levels.index(heat.level)), default=None)


def _touches(starts_at: datetime, ends_at: datetime, warned: Warned, hot: Hours) -> bool:
    first, last = local(starts_at).date(), local(ends_at).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    spans = (hours(day, starts=hot[0], ends=hot[1]) for day in days if warned.from_on <= day <= warned.until_on)
    return any(starts_at < until_at and from_at < ends_at for from_at, until_at in spans)


def read(rows: Sequence[Sequence[str]] | None) -> list[Warned]:
    """Warnings as the database hands them over with a shift (`models.warnings_over`)."""
    return [
        Warned(HeatLevel(level), date.fromisoformat(from_on), date.fromisoformat(until_on))
        for level, from_on, until_on in rows or ()
    ]
