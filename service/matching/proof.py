"""What no plan of a block can beat, closer than its linear program says.

A linear program gives people halves of duties. What somebody can really do is a set of whole duties, and there are few
of them: for any worth of her duties the best set is found by trying, and "no more worth than that" is true of every
plan. Such rows are added for whoever got halves that come to more, until they do not (a Lagrangian bound by rows).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from service.matching.plan import Plan
from service.matching.problem import Wish
from service.matching.relaxed import Relaxation, Relaxed, costs_of_rows
from service.matching.rules import OWN_TIME, fits

if TYPE_CHECKING:
    from service.matching.block import Part

Row: TypeAlias = tuple[list[tuple[int, int]], int]
#: Rounds of new rows, at most.
ROUNDS = 8
#: Worth is counted in these parts, so that it is a whole number.
PARTS = 64
HALF = 1e-6


def most_wishes(part: Part, relaxation: Relaxation, *, heads: int) -> float | None:
    """What wishes come to at most in a plan of the part that has so many heads."""
    counted = [(column, part.start.openings[opening].weight) for opening, (column, _) in part.heads.items()]
    if counted:
        relaxation.hold(counted, least=heads)
    worth = part.aim.copy()
    worth[len(part.worth) :] = 0
    for _ in range(ROUNDS):
        relaxed = relaxation.best(worth)
        rows = list(_rows_of_people(part, relaxed)) if relaxed is not None else []
        if relaxed is None or not rows:
            break
        for row, most in rows:
            relaxation.hold(row, most=most)
    return relaxed.best if relaxed is not None else None


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

    costs = costs_of_rows(part.frame.program, relaxed, begin=part.frame.own_rows)
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
