"""Time sold across regions: what they reach together where each does its own best (a Lagrangian bound).

A wish for a shift of another region is split in two. The region of its person sells her time for it, the region of its
shift buys it, both at one price. At whatever price, no plan is better than what all regions reach together. Good
prices make that close: they lie between what her time is worth at home and what the other region would give for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from service.matching.milp import Program
from service.matching.narrowed import Narrowed
from service.matching.relaxed import Ending, Relaxation

if TYPE_CHECKING:
    from service.matching.milp import Numbers

Key: TypeAlias = tuple[int, int]
#: Person and opening of a wish across regions → what her time there costs, in points of worth.
Prices: TypeAlias = dict[Key, float]
#: Exchanges of prices, at most; each takes about half of what the one before left too much.
EXCHANGES = 3
#: What a seller asks counts so much in the next price, what the buyer bids counts for the rest.
ASKED = 0.4
#: Where there are several regions, columns that cost more points than this are left out.
HARDLY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region as the proof sees it: its program, with everything that crosses allowed; where its linear program ended
    while nobody crossed, and what one more of each column would have added there; and what each column counts.

    `guests` are the columns of others who wish for its shifts, `away` those of its people who wish for other shifts.
    """

    program: Program
    ending: Ending
    prices: Numbers
    heads: Numbers
    worth: Numbers
    guests: dict[Key, int]
    away: dict[Key, int]

    @property
    def bids(self) -> Prices:
        """What its shifts would give for the time of others."""
        return {key: float(self.prices[column]) for key, column in self.guests.items()}

    @property
    def asks(self) -> Prices:
        """What the time of its people is worth here."""
        return {key: -float(self.prices[column]) for key, column in self.away.items()}


#: A region and its linear program, going on where it ended.
Side: TypeAlias = tuple[Region, Relaxation | Narrowed]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What the regions reach together, each its own best at some prices, and prices at which it would be less."""

    best: float
    prices: Prices


def narrowed(region: Region) -> Narrowed:
    """Its linear program without what the region would hardly do, whatever crosses."""
    keep = region.prices > -HARDLY
    keep[[*region.guests.values(), *region.away.values()]] = True
    return Narrowed(region.program, begin=region.ending, keep=keep)


def at_home(regions: Sequence[Region], *, most: float) -> Prices:
    """Halfway between what is asked and bid while nobody crosses; no more than `most` counts of either, or a few whose
    head decides would rule the rest."""
    asks = {key: price for region in regions for key, price in region.asks.items()}
    bids = {key: price for region in regions for key, price in region.bids.items()}
    return {key: (min(asks[key], most) + min(bids[key], most)) / 2 for key in asks if key in bids}


def together(sides: Sequence[Side], *, head: float, prices: Prices, enough: float) -> Exchanged | None:
    """Exchanges, beginning with these prices, until what the regions reach together is no more than `enough`."""
    least = inf
    for _ in range(EXCHANGES):
        exchanged = _exchange(sides, head=head, prices=prices)
        if exchanged is None:
            return None
        least, prices = min(least, exchanged.best), exchanged.prices
        if least <= enough or not prices:
            break
    return Exchanged(least, prices)


def _exchange(sides: Sequence[Side], *, head: float, prices: Prices) -> Exchanged | None:
    """Each region's own best where a head counts so much and time across regions has these prices; None where one has
    no solution."""
    total, asked, bid = 0.0, Prices(), Prices()
    for region, program in sides:
        costs = head * region.heads + region.worth
        parties = (-1, region.guests, bid), (1, region.away, asked)
        for sign, columns, _told in parties:
            costs[list(columns.values())] += [sign * prices.get(key, 0.0) for key in columns]
        relaxed = program.best(costs)
        if relaxed is None:
            return None
        total += relaxed.best
        for sign, columns, told in parties:
            for key, column in columns.items():
                told[key] = prices.get(key, 0.0) - sign * float(relaxed.prices[column])
    # Who pays must pay somebody, or the sum is of less than all.
    return Exchanged(total, {key: ASKED * asked[key] + (1 - ASKED) * bid[key] for key in asked if key in bid})
