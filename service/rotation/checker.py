"""An independent look at a deal, before anything of it is saved.

Written apart from rules.py and plan.py on purpose: it walks each person's blocks in order of time, with clocks instead
of bits. What was held already may break a rule; nothing that was dealt may.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from service.calendars.rules import local
from service.rotation.problem import Block, Deal, Person, Problem


class Fault(StrEnum):
    """What can be wrong with a deal."""

    UNKNOWN = "unknown"  # a block or person that is not in the problem
    TWICE = "twice"
    OVERFULL = "overfull"
    DROPPED = "dropped"  # a place that was held is gone
    UNTOLD = "untold"  # a gap that is not named, or not so wide
    BARRED = "barred"  # away, not her week, not fit, or a limit for elders
    REST = "rest"
    A_DAY = "a_day"  # too many hours within 24
    NIGHTS = "nights"
    HOURS = "hours"  # above her weekly limit


class BrokenDeal(Exception):
    """A deal was made that must not be used."""

    def __init__(self, faults: list[tuple[Fault, int]]) -> None:
        super().__init__(", ".join(f"{fault} {about}" for fault, about in faults[:20]))
        self.faults = faults


def check(problem: Problem, deal: Deal) -> list[tuple[Fault, int]]:
    """Everything wrong with the deal, with the block or person it concerns; empty for a sound one."""
    blocks = {block.id: block for block in problem.blocks}
    people = {person.id: person for person in problem.people}
    dealt = [(turn.block_id, turn.person_id) for turn in deal.turns]
    strange = [(Fault.UNKNOWN, at) for at, who in dealt if at not in blocks or who not in people]
    if strange:
        return strange
    served: dict[int, list[Block]] = defaultdict(list)
    for at, who in dealt:
        served[who].append(blocks[at])
    return [
        *((Fault.TWICE, pair[0]) for pair, times in Counter(dealt).items() if times > 1),
        *((Fault.DROPPED, at) for at, _who in problem.held - set(dealt)),
        *_counted(problem, deal),
        *(fault for who, mine in served.items() for fault in _person(problem, people[who], mine)),
    ]


def _counted(problem: Problem, deal: Deal) -> Iterator[tuple[Fault, int]]:
    inside = Counter(turn.block_id for turn in deal.turns)
    held = Counter(at for at, _who in problem.held)
    missing = {gap.block_id: gap.missing for gap in deal.gaps}
    for block in problem.blocks:
        if inside[block.id] > max(block.needed, held[block.id]):
            yield Fault.OVERFULL, block.id
        if max(block.needed - inside[block.id], 0) != missing.get(block.id, 0):
            yield Fault.UNTOLD, block.id


def _person(problem: Problem, person: Person, mine: list[Block]) -> Iterator[tuple[Fault, int]]:
    mine = sorted(mine, key=lambda block: block.starts_at)
    free = {block.id for block in mine if (block.id, person.id) not in problem.held}
    for block in mine:
        if block.id in free:
            yield from _barred(problem, person, block)
    for first, second in pairwise(mine):
        if {first.id, second.id} & free:
            yield from _spaced(problem, person, first, second)
    for block in mine:
        nights = [b for b in mine if b.is_night and timedelta(0) <= b.starts_at - block.starts_at < timedelta(days=7)]
        if len(nights) > problem.limits.nights_a_week and any(b.id in free for b in nights):
            yield Fault.NIGHTS, person.id
    yield from _weekly(person, mine, free)


def _barred(problem: Problem, person: Person, block: Block) -> Iterator[tuple[Fault, int]]:
    weeks = next(party.weeks for party in problem.parties if party.id == person.party_id)
    is_away = any(gone.from_at < block.ends_at and block.starts_at < gone.until_at for gone in person.absences)
    is_long = block.ends_at - block.starts_at > problem.limits.elders_hours
    is_too_much = _is_old(problem, person, block) and (block.is_night or is_long)
    if is_away or is_too_much or block.id in person.unfit or (weeks and block.week not in weeks):
        yield Fault.BARRED, block.id


def _spaced(problem: Problem, person: Person, first: Block, second: Block) -> Iterator[tuple[Fault, int]]:
    limits = problem.limits
    if second.starts_at - first.ends_at < (limits.night_rest if first.is_night else limits.rest):
        yield Fault.REST, person.id
    hours = (first.ends_at - first.starts_at) + (second.ends_at - second.starts_at)
    is_same_day = second.starts_at - first.starts_at < timedelta(days=1)
    if is_same_day and (hours > limits.hours_a_day or _is_old(problem, person, second)):
        yield Fault.A_DAY, person.id


def _weekly(person: Person, mine: list[Block], free: set[int]) -> Iterator[tuple[Fault, int]]:
    minutes: Counter[tuple[int, int]] = Counter()
    dealt = set()
    for block in mine:
        week = local(block.starts_at).isocalendar()[:2]
        minutes[week] += round((block.ends_at - block.starts_at).total_seconds() / 60)
        if block.id in free:
            dealt.add(week)
    used = {day.isocalendar()[:2]: taken for day, taken in person.used.items()}
    for week in dealt:
        if minutes[week] + used.get(week, 0) > person.week_minutes:
            yield Fault.HOURS, person.id


def _is_old(problem: Problem, person: Person, block: Block) -> bool:
    if person.birth_on is None:
        return False
    day = local(block.starts_at).date()
    age = day.year - person.birth_on.year
    return age - ((day.month, day.day) < (person.birth_on.month, person.birth_on.day)) >= problem.limits.no_nights_from
