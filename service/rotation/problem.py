"""What is dealt, among whom, within which limits; and the deal: plain values, the same from the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Bar(StrEnum):
    """Why a person is not given a block."""

    AWAY = "away"
    WEEK = "week"
    NIGHT_AGE = "night_age"
    LONG_BLOCK = "long_block"
    UNFIT = "unfit"
    BUSY = "busy"
    SAID_NO = "said_no"
    HERE = "here"
    TAKEN = "taken"
    REST = "rest"
    NIGHTS = "nights"
    HOURS = "hours"
    EVENNESS = "evenness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a rotation never asks of anybody.

    `rest` lies between two blocks of one person, `night_rest` after a night; more than `hours_a_day` in 24 hours is
    nobody's. From the age `no_nights_from` on there are no nights, one block in 24 hours, and none longer than
    `elders_hours`.
    """

    rest: timedelta = timedelta(hours=8)
    night_rest: timedelta = timedelta(hours=12)
    hours_a_day: timedelta = timedelta(hours=8)
    nights_a_week: int = 3
    no_nights_from: int = 60
    elders_hours: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One turn's time and how many serve in it. `week` is its letter in the cycle of weeks."""

    id: int
    starts_at: datetime
    ends_at: datetime
    needed: int
    is_night: bool = False
    is_weekend: bool = False
    week: str = "A"


@dataclass(frozen=True, slots=True)
class Absence:
    """A time a person is away."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes turns, for the party she belongs to.

    `week_minutes` is her own limit for an ISO week, `used` what other duties take of it, by the Monday of the week.
    `unfit` says of blocks she may not serve in why not, as the rules of sign-ups see it: her qualifications, her age,
    her other duties.
    """

    id: int
    party_id: int
    birth_on: date | None = None
    absences: tuple[Absence, ...] = ()
    week_minutes: int = 20 * 60
    used: Mapping[date, int] = field(default_factory=dict)
    unfit: Mapping[int, Bar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or household with one share. `weeks` are the letters of the weeks it serves in: all when empty.

    `blocks`, `nights` and `weekends` are what it has served, or was credited with, before the first block.
    """

    id: int
    blocks: int = 0
    nights: int = 0
    weekends: int = 0
    weeks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Blocks in order of time, parties and people in order of id.

    `held` are places that stay as they are; `kept` those that stay unless evenness asks otherwise; `wishes` what people
    take on beyond their turn: (block, person), given to them first where the rules allow.
    """

    blocks: tuple[Block, ...]
    parties: tuple[Party, ...]
    people: tuple[Person, ...]
    limits: Limits = Limits()
    held: frozenset[tuple[int, int]] = frozenset()
    kept: frozenset[tuple[int, int]] = frozenset()
    wishes: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A block given to a person.

    `had` is her party's count of blocks before it; `passed` counts the parties that had fewer and were not taken, by
    what stood against them. `is_wish`: she has asked for this block always.
    """

    block_id: int
    person_id: int
    is_held: bool = False
    is_wish: bool = False
    had: int = 0
    passed: Mapping[Bar, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """A block that lacks people, and what stands against everybody who is not in it."""

    block_id: int
    missing: int
    against: Mapping[Bar, int]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that was not met, and what stood against it."""

    block_id: int
    person_id: int
    bar: Bar


@dataclass(frozen=True, slots=True)
class Deal:
    """The turns by time, what stayed open, and whether coverage and evenness are proven to be the best there is."""

    turns: tuple[Turn, ...]
    gaps: tuple[Gap, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    is_proven: bool = False
