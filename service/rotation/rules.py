"""Who may serve in which block: one small function for each rule, on plain values.

Sources: an elder is who is 60 (老年人权益保障法 art. 2), though a rotation may set another age from which on there
are no nights; eight hours a day (劳动法 art. 36, by analogy); a night's sleep after a night.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from service.calendars.rules import local
from service.rotation.problem import Bar, Block, Limits, Party, Person
from service.volunteers.rules import age_on

A_DAY, A_WEEK = timedelta(hours=24), timedelta(days=7)
WEEKS = "ABCD"
#: Hours a block may have: a day is made of whole blocks.
BLOCK_HOURS = (4, 6, 8)


def barred(person: Person, party: Party, block: Block, limits: Limits) -> Bar | None:
    """What stands against a person in a block whatever else she serves; None when nothing does."""
    if party.weeks and block.week not in party.weeks:
        return Bar.WEEK
    if any(block.starts_at < gone.until_at and gone.from_at < block.ends_at for gone in person.absences):
        return Bar.AWAY
    if block.id in person.unfit:
        return person.unfit[block.id]
    if is_elder(person, block, limits):
        if block.is_night:
            return Bar.NIGHT_AGE
        if block.ends_at - block.starts_at > limits.elders_hours:
            return Bar.LONG_BLOCK
    return None


def is_elder(person: Person, block: Block, limits: Limits) -> bool:
    """Whether the limits for elders hold for her on the block's date."""
    return (
        person.birth_on is not None and age_on(person.birth_on, local(block.starts_at).date()) >= limits.no_nights_from
    )


def are_too_close(first: Block, second: Block, limits: Limits, *, is_elder: bool) -> bool:
    """Whether one person cannot serve in both, `second` not beginning before `first`: rest, and hours in a day."""
    rest = limits.night_rest if first.is_night else limits.rest
    if second.starts_at < first.ends_at + rest:
        return True
    both = (first.ends_at - first.starts_at) + (second.ends_at - second.starts_at)
    return second.starts_at < first.starts_at + A_DAY and (is_elder or both > limits.hours_a_day)


def monday(moment: datetime) -> date:
    """The Monday of the local week of a moment."""
    day = local(moment).date()
    return day - timedelta(days=day.weekday())


def week_letter(moment: datetime, *, counts_from: date, cycle: int) -> str:
    """The letter of a moment's week in a cycle of so many weeks that begins in the week of `counts_from`."""
    weeks = (monday(moment) - (counts_from - timedelta(days=counts_from.weekday()))).days // 7
    return WEEKS[weeks % cycle]


def within_one(loads: Iterable[int]) -> bool:
    """Whether no load is more than one above another."""
    values = list(loads)
    return not values or max(values) - min(values) <= 1
