"""A deal being made: who holds which block, as bits, so that trying a change costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.rotation.problem import Bar, Block, Limits, Problem
from service.rotation.rules import A_DAY, A_WEEK, are_too_close, barred, is_elder, monday


@dataclass(slots=True)
class Seat:
    """One person's row: each mask has a bit for each block, in order of time; `weeks` are (mask, minutes left)."""

    party: int
    barred: dict[int, Bar]
    open: int
    too_close: list[int]
    weeks: list[tuple[int, int]]
    held: int = 0
    fixed: int = 0


class Plan:
    """The state of a deal. People, parties and blocks are positions in the problem here."""

    def __init__(self, problem: Problem) -> None:
        blocks = problem.blocks
        self.problem, self.count = problem, len(blocks)
        self.missing = [block.needed for block in blocks]
        self.minutes = [int((block.ends_at - block.starts_at) / timedelta(minutes=1)) for block in blocks]
        self.nights = [block.is_night for block in blocks]
        self.weekends = [block.is_weekend for block in blocks]
        self.windows = night_windows(blocks)
        self.seats = _seats(problem)
        self.load = [party.blocks for party in problem.parties]
        self.night_load = [party.nights for party in problem.parties]
        self.weekend_load = [party.weekends for party in problem.parties]

    def bar(self, person: int, block: int, *, without: int = 0) -> Bar | None:
        """What stands against the person in the block beside what she holds but for `without`; None when she fits."""
        seat = self.seats[person]
        if not seat.open >> block & 1:
            return seat.barred[block]
        held = seat.held & ~without
        if held >> block & 1:
            return Bar.HERE
        if held & seat.too_close[block]:
            return Bar.REST
        if any((held & window).bit_count() >= self.problem.limits.nights_a_week for window in self.windows[block]):
            return Bar.NIGHTS
        mask, left = next(week for week in seat.weeks if week[0] >> block & 1)
        if sum(self.minutes[at] for at in bits(held & mask)) + self.minutes[block] > left:
            return Bar.HOURS
        return None

    def put(self, person: int, block: int) -> None:
        self._count(person, block, 1)
        self.seats[person].held |= 1 << block

    def take(self, person: int, block: int) -> None:
        self._count(person, block, -1)
        self.seats[person].held &= ~(1 << block)

    def _count(self, person: int, block: int, change: int) -> None:
        party = self.seats[person].party
        self.missing[block] -= change
        self.load[party] += change
        self.night_load[party] += change * self.nights[block]
        self.weekend_load[party] += change * self.weekends[block]

    def fix(self, person: int, block: int) -> None:
        """She holds the block whatever comes."""
        self.put(person, block)
        self.seats[person].fixed |= 1 << block

    def movable(self, person: int) -> Iterator[int]:
        """The blocks she holds that may go to somebody else."""
        seat = self.seats[person]
        return bits(seat.held & ~seat.fixed)


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def night_windows(blocks: tuple[Block, ...]) -> list[list[int]]:
    """For each block the masks of the nights of seven days that it is part of; none for a block of the day."""
    windows: list[list[int]] = [[] for _ in blocks]
    nights = [at for at, block in enumerate(blocks) if block.is_night]
    for first in nights:
        start = blocks[first].starts_at
        within = [at for at in nights if start <= blocks[at].starts_at < start + A_WEEK]
        for at in within:
            windows[at].append(sum(1 << other for other in within))
    return windows


def close_masks(blocks: tuple[Block, ...], limits: Limits, *, is_elder: bool) -> list[int]:
    """For each block the mask of those nobody can serve in beside it."""
    masks = [0] * len(blocks)
    longest = max((block.ends_at - block.starts_at for block in blocks), default=A_DAY)
    reach = max(longest + max(limits.rest, limits.night_rest), A_DAY)
    for one, first in enumerate(blocks):
        for two in range(one + 1, len(blocks)):
            if blocks[two].starts_at >= first.starts_at + reach:
                break
            if are_too_close(first, blocks[two], limits, is_elder=is_elder):
                masks[one] |= 1 << two
                masks[two] |= 1 << one
    return masks


def _seats(problem: Problem) -> list[Seat]:
    blocks, limits = problem.blocks, problem.limits
    party_at = {party.id: at for at, party in enumerate(problem.parties)}
    close = {is_old: close_masks(blocks, limits, is_elder=is_old) for is_old in (False, True)}
    weeks = [
        (week, sum(1 << at for at, b in enumerate(blocks) if monday(b.starts_at) == week)) for week in _mondays(blocks)
    ]
    seats = []
    for person in problem.people:
        party = problem.parties[party_at[person.party_id]]
        bars = {at: bar for at, block in enumerate(blocks) if (bar := barred(person, party, block, limits))}
        seats.append(
            Seat(
                party=party_at[party.id],
                barred=bars,
                open=sum(1 << at for at in range(len(blocks)) if at not in bars),
                too_close=close[bool(blocks) and is_elder(person, blocks[-1], limits)],
                weeks=[(mask, person.week_minutes - person.used.get(week, 0)) for week, mask in weeks],
            )
        )
    return seats


def _mondays(blocks: tuple[Block, ...]) -> list[date]:
    return sorted({monday(block.starts_at) for block in blocks})
