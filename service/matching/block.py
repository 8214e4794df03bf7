"""People of one block, everybody else a fact: as a linear program for an outlook, then in whole numbers for the plan.

One head towards a minimum is worth more than all wishes together, so the order of the aims is kept by one solve. What
the outlook is sure of is settled before the whole numbers are looked for. Not settled are people it would cut in two,
people who could fill a role it leaves open, and everybody in a shift it would hold by half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from service.matching.plan import Plan
from service.matching.problem import Wish
from service.matching.prospects import prospects
from service.matching.rows import framed

#: Nodes of the search for one block.
NODES = 200
#: The search may stop so close to its bound, in thousandths of the wishes of the block.
CLOSE = 0.5
#: How much the outlook would lose, in worth, by doing otherwise, before it counts as sure: of a yes, of a no.
SURE_YES, SURE_NO, SURE_ANYHOW = 1, 20, 200
HALF = 1e-6

Key: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a program says that need not be whole: no plan has more `heads`, nor with as many more `wishes`.

    `values` and `prices` are by (person, opening); `loose` are people of whom it is not sure. Not `is_proof`: wishes
    were left out, so that there may be better plans.
    """

    heads: float
    wishes: float
    values: dict[Key, float]
    prices: dict[Key, float]
    loose: frozenset[int]
    is_proof: bool = True


class Part:
    """Wishes as a program whose one aim is heads first, then wishes."""

    def __init__(self, start: Plan, wishes: Sequence[Wish]) -> None:
        self.start = start
        self.able = prospects(start, wishes)
        self.frame = framed(start, self.able)
        self.worth = [start.problem.weights.worth(wish) for wish in self.able]
        self.head = worth_of_a_head(start)
        self.heads: dict[int, tuple[int, int]] = {}
        self.terms = list(enumerate(self.worth))
        for opening_id, columns in self.frame.of_opening.items():
            opening = start.openings[opening_id]
            if missing := start.missing(opening):
                column = self.frame.program.column(0, missing)
                self.heads[opening_id] = (column, missing)
                self.terms.append((column, self.head * opening.weight))
                self.frame.program.row([(column, -1), *((n, 1) for n in columns)], least=0)

    def outlook(self) -> Outlook | None:
        """The best plan if people could be cut in two; None when the rules contradict what is placed."""
        relaxed = self.frame.program.relaxed(self.terms)
        if relaxed is None:
            return None
        keys = [(wish.person_id, wish.opening_id) for wish in self.able]
        weight = {opening_id: self.start.openings[opening_id].weight for opening_id in self.heads}
        return Outlook(
            heads=sum(weight[opening_id] * relaxed.values[column] for opening_id, (column, _) in self.heads.items()),
            wishes=sum(worth * relaxed.values[n] for n, worth in enumerate(self.worth)),
            values=dict(zip(keys, relaxed.values, strict=False)),
            prices=dict(zip(keys, relaxed.prices, strict=False)),
            loose=frozenset(self._loose(relaxed.values)),
        )

    def best(self, outlook: Outlook | None, before: Sequence[Wish]) -> list[Wish]:
        """Whole numbers, near an outlook or, where that one has been overtaken, near the part's own.

        What was there before where nothing better is found.
        """
        if not self.able:
            return list(before)
        chosen = self._whole(outlook, before) if outlook is not None else None
        if chosen is None and (own := self.outlook()) is not None:
            chosen = self._whole(own, before)
        return chosen if chosen is not None and self.value(chosen) > self.value(before) else list(before)

    def _whole(self, outlook: Outlook, before: Sequence[Wish]) -> list[Wish] | None:
        lower, upper = self._settled(outlook)
        slack = CLOSE / 1000 * max(self._worth(before), max([0, *self.worth]) * len(self.frame.of_person) // 2)
        values = self.frame.program.whole(self.terms, lower=lower, upper=upper, node_limit=NODES, slack=max(0.5, slack))
        return None if values is None else [wish for n, wish in enumerate(self.able) if values[n] > 0.5]

    def value(self, chosen: Sequence[Wish]) -> int:
        """Heads first, then wishes, as one number."""
        return self.head * self.heads_of(chosen) + self._worth(chosen)

    def heads_of(self, chosen: Sequence[Wish]) -> int:
        """Heads towards the minimums, by weight, that these make beside the facts."""
        placed: dict[int, int] = {}
        for wish in chosen:
            placed[wish.opening_id] = placed.get(wish.opening_id, 0) + 1
        return sum(
            self.start.openings[opening_id].weight * min(missing, placed.get(opening_id, 0))
            for opening_id, (_, missing) in self.heads.items()
        )

    def _worth(self, chosen: Sequence[Wish]) -> int:
        return sum(self.start.problem.weights.worth(wish) for wish in chosen)

    def _settled(self, outlook: Outlook) -> tuple[list[float], list[float]]:
        """Bounds of all columns, closed where the outlook is sure. What it did not look at stays open."""
        lower, upper = list(self.frame.program.lower), list(self.frame.program.upper)
        for n, wish in enumerate(self.able):
            key = wish.person_id, wish.opening_id
            if key in outlook.values:
                is_loose, price = wish.person_id in outlook.loose, outlook.prices[key]
                if outlook.values[key] > 1 - HALF and price > SURE_YES and not is_loose:
                    lower[n] = 1
                elif outlook.values[key] < HALF and price < -(SURE_ANYHOW if is_loose else SURE_NO):
                    upper[n] = 0
        return lower, upper

    def _loose(self, values: Sequence[float]) -> set[int]:
        cut = [n for n, value in enumerate(values) if HALF < value - int(value + HALF) < 1 - HALF]
        shaky = [cause for column in cut for cause in self.frame.causes.get(column, ())]
        loose = {self.able[n].person_id for n in [*cut, *shaky] if n < len(self.able)}
        for opening_id, (_, missing) in self.heads.items():
            columns = self.frame.of_opening[opening_id]
            if sum(values[n] for n in columns) < missing - HALF:
                loose |= {self.able[n].person_id for n in columns}
        return loose


def worth_of_a_head(plan: Plan) -> int:
    """More than all wishes of the problem can come to together."""
    pays = plan.problem.weights
    return 1 + max(pays.dearest, pays.least) * sum(plan.problem.table("openings").numbers("max_needed"))


def joined(outlooks: Mapping[int, Outlook]) -> Outlook:
    """The outlooks of people who are looked at apart, as one."""
    return Outlook(
        heads=sum(one.heads for one in outlooks.values()),
        wishes=sum(one.wishes for one in outlooks.values()),
        values={key: value for one in outlooks.values() for key, value in one.values.items()},
        prices={key: price for one in outlooks.values() for key, price in one.prices.items()},
        loose=frozenset().union(*(one.loose for one in outlooks.values())),
        is_proof=len(outlooks) == 1,
    )
