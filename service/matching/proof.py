"""What no plan can beat: by the linear programs of the regions, and closer than they say by themselves.

A linear program gives people halves of duties. What somebody can really do is a set of whole duties, and there are few
of them: for any worth of her duties the best set is found by trying, and "no more worth than that" is true of every
plan. Such rows are added for whoever got halves that come to more, until they do not (a Lagrangian bound by rows).

A wish for a shift of another region is split in two. The region of its person sells her time for it, the region of its
shift buys it, both at one price. At whatever price, no plan is better than what all regions reach together if each is
left to do its own best (a Lagrangian bound). Good prices make it close: what her time is worth at home.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from service.matching.milp import Program
from service.matching.plan import Plan
from service.matching.problem import Wish
from service.matching.relaxed import Ending, Relaxation, Relaxed, costs_of_rows
from service.matching.rules import OWN_TIME, fits

if TYPE_CHECKING:
    from service.matching.block import Part
    from service.matching.columns import Whole
    from service.matching.milp import Numbers

Row: TypeAlias = tuple[list[tuple[int, int]], int]
Key: TypeAlias = tuple[int, int]
#: Rounds of new rows, at most.
ROUNDS = 3
#: Exchanges of prices between regions: the second takes half of what the first left too much, for as much time.
EXCHANGES = 2
#: Worth is counted in these parts, so that it is a whole number.
PARTS = 64
#: Where heads are bounded, all wishes together count less than this part of a head.
SLIGHT = 16
HALF = 1e-6


@dataclass(frozen=True, slots=True)
class Outlook:
    """What no plan can beat: none has more `heads` beside the facts, and none more than `points`, where a head counts
    as `head` points beside the worth of its wishes."""

    heads: int
    points: float
    head: int

    def wishes(self, heads: int) -> int:
        """What wishes come to at most in a plan that has so many heads."""
        return int(self.points - self.head * heads + HALF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region as the proof sees it: its program, where its linear program ended, and what each column counts.

    `guests` are the columns of others who wish for its shifts, `away` those of its people who wish for other shifts,
    `prices` what the time of the latter is worth at home.
    """

    program: Program
    ending: Ending
    heads: Numbers
    worth: Numbers
    guests: dict[Key, int]
    away: dict[Key, int]
    prices: dict[Key, float]


def regions_of(part: Part) -> list[Region] | None:
    """What the part, made from the facts alone, tells those who bound the whole: nothing where nobody can be placed;
    None where the facts contradict the rules."""
    if not part.able:
        return []
    if part.relaxed is None:
        return None
    aim = points_of_a_head(part.start) * part.in_heads + part.in_wishes
    relaxed = part.relaxation.best(aim)
    for _ in range(ROUNDS):
        rows = list(_rows_of_people(part, relaxed)) if relaxed is not None else []
        if not rows:
            break
        columns, shares = zip(*(term for terms, _ in rows for term in terms), strict=True)
        sizes, most = zip(*((len(terms), most) for terms, most in rows), strict=True)
        part.relaxation.hold(_whole(columns), _whole(sizes), shares=_whole(shares), most=_whole(most))
        relaxed = part.relaxation.best(aim)
    if relaxed is None:
        return None
    away = _keyed(part, part.away)
    region = Region(
        program=part.frame.program,
        ending=part.relaxation.ending,
        heads=part.in_heads,
        worth=part.in_wishes,
        guests=_keyed(part, part.guests),
        away=away,
        prices=dict(zip(away, (-relaxed.prices[part.away]).tolist(), strict=True)),
    )
    return [region]


def outlook(start: Plan, seen: Sequence[list[Region] | None]) -> Outlook | None:
    """What no plan grown from the start can beat, by all its regions; None where one of them has no solution."""
    regions = [region for told in seen for region in told or ()]
    if None in seen:
        return None
    relaxations = [Relaxation(region.program, begin=region.ending) for region in regions]
    for region, relaxation in zip(regions, relaxations, strict=True):
        relaxation.open(_whole([*region.guests.values(), *region.away.values()]))
    head, much = points_of_a_head(start), everything(start)
    at_home = {key: min(price, head / 4) for region in regions for key, price in region.prices.items()}
    points = _together(regions, relaxations, head=head, prices=at_home)
    heads = _together(regions, relaxations, head=much, prices={})
    return None if points is None or heads is None else Outlook(int(heads / much + HALF), points, head)


def points_of_a_head(start: Plan) -> int:
    """So many that no head is left for wishes, and no more: each head that a plan lacks makes its bound so much
    looser."""
    return 2 * max(start.problem.weights.dearest, start.problem.weights.least)


def everything(start: Plan) -> int:
    """So much that all wishes together are a small part of it."""
    places = sum(start.free(opening) for opening in start.problem.openings)
    return SLIGHT * (1 + points_of_a_head(start) * places)


def _together(
    regions: Sequence[Region], relaxations: Sequence[Relaxation], *, head: int, prices: dict[Key, float]
) -> float | None:
    """What the regions reach together, each its own best, beginning with these prices of time across regions.

    After each exchange a price lies halfway between what the seller asks and the buyer bids for it.
    """
    least = None
    for _ in range(EXCHANGES):
        total, asked, bid = 0.0, dict[Key, float](), dict[Key, float]()
        for region, relaxation in zip(regions, relaxations, strict=True):
            costs = head * region.heads + region.worth
            sides = (-1, region.guests, bid), (1, region.away, asked)
            for sign, columns, _told in sides:
                costs[_whole(list(columns.values()))] += [sign * prices.get(key, 0.0) for key in columns]
            relaxed = relaxation.best(costs)
            if relaxed is None:
                return None
            total += relaxed.best
            for sign, columns, told in sides:
                for key, column in columns.items():
                    told[key] = prices.get(key, 0.0) - sign * float(relaxed.prices[column])
        least = total if least is None else min(least, total)
        # Who pays must pay somebody, or the sum is of less than all.
        prices = {key: (asked[key] + bid[key]) / 2 for key in asked.keys() & bid.keys()}
        if not bid:
            break
    return least


def _keyed(part: Part, columns: Whole) -> dict[Key, int]:
    wishes = part.frame.wishes
    return {(wishes[n].person_id, wishes[n].opening_id): n for n in columns.tolist()}


def _whole(numbers: Sequence[int]) -> Whole:
    import numpy as np

    return np.array(numbers, np.int64)


def _rows_of_people(part: Part, relaxed: Relaxed) -> Iterator[Row]:
    """For each person who got halves that come to more than any set of whole duties: that they may not."""
    worth = _worth_to_her(part, relaxed)
    values = relaxed.values.tolist()
    for columns in part.frame.of_person.values():
        if any(HALF < values[n] < 1 - HALF for n in columns):
            terms = [(n, worth[n]) for n in columns if worth[n] >= 1]
            most = best_of(part.start, [(part.able[n], value) for n, value in terms])
            if sum(value * values[n] for n, value in terms) > most + 1:
                yield terms, most


def _worth_to_her(part: Part, relaxed: Relaxed) -> list[int]:
    """What each wish is worth less what it costs others, by the prices of all rows that are not hers alone."""
    import numpy as np

    costs = costs_of_rows(part.frame.program, relaxed, part.shared_rows)
    worth: list[int] = np.floor(PARTS * (part.worth - costs[: len(part.worth)])).astype(int).tolist()
    return worth


def best_of(start: Plan, offered: Sequence[tuple[Wish, int]]) -> int:
    """The most that one person's wishes come to, by these values, in duties that her own time allows together."""
    return _best(start, sorted(offered, key=lambda pair: -pair[1]), 0)


def _best(start: Plan, left: Sequence[tuple[Wish, int]], at: int) -> int:
    most = 0
    for n in range(at, len(left)):
        wish, value = left[n]
        if fits(start, wish, by=OWN_TIME):
            start.place(wish)
            most = max(most, value + _best(start, left, n + 1))
            start.take_back(wish)
    return most
