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


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region as the proof sees it: its program, where its linear program ended, and what each column counts.

    `guests` are the columns of others who wish for its shifts, `away` those of its people who wish for other shifts;
    `bids` and `asks` say what their time is worth here while nobody crosses.
    """

    program: Program
    ending: Ending
    heads: Numbers
    worth: Numbers
    guests: dict[Key, int]
    away: dict[Key, int]
    bids: Prices
    asks: Prices


#: A region, and its program with nothing held at nothing.
Side: TypeAlias = tuple[Region, Relaxation]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What the regions reach together, each its own best at some prices, and prices at which it would be less."""

    best: float
    prices: Prices


def opened(region: Region) -> Side:
    """Going on where its linear program ended, with everything that crosses allowed."""
    relaxation = Relaxation(region.program, begin=region.ending)
    relaxation.open([*region.guests.values(), *region.away.values()])
    return region, relaxation


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
    for region, relaxation in sides:
        costs = head * region.heads + region.worth
        parties = (-1, region.guests, bid), (1, region.away, asked)
        for sign, columns, _told in parties:
            costs[list(columns.values())] += [sign * prices.get(key, 0.0) for key in columns]
        relaxed = relaxation.best(costs)
        if relaxed is None:
            return None
        total += relaxed.best
        for sign, columns, told in parties:
            for key, column in columns.items():
                told[key] = prices.get(key, 0.0) - sign * float(relaxed.prices[column])
    # Who pays must pay somebody, or the sum is of less than all.
    return Exchanged(total, {key: ASKED * asked[key] + (1 - ASKED) * bid[key] for key in asked if key in bid})
