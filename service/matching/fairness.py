"""How fairly a plan deals with its people, in numbers a coordinator can compare. Pure.

Loads are minutes served lately and planned now, over what each person's own limit allows (rules.burden).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from service.matching.plan import Plan
from service.matching.problem import LOAD_WEEKS, UNASKED, Wish
from service.matching.solution import Solution
from service.terms import Refusal


@dataclass(frozen=True, slots=True)
class Fairness:
    """Measures of one plan.

    `jain` is 1 where all loads are the same and 1/n where one person bears everything (Jain, Chiu and Hawe 1984).
    `worst_decile` is how many times the average load the most burdened tenth bears. `ranks` counts placements by the
    rank of the wish, 0 for who did not ask. `without_any` asked and have no place at all. `envious` are refusals
    because a role is full, though her wish was dearer than that of somebody placed there, and as dear but her load
    less.
    """

    people: int
    jain: float
    worst_decile: float
    ranks: tuple[tuple[int, int], ...]
    without_any: int
    envious: int


def fairness(plan: Plan, solution: Solution) -> Fairness:
    """The measures of a finished plan and its solution."""
    shares = [plan.load_share(person_id) for person_id in plan.persons]
    return Fairness(
        people=len(shares),
        jain=round(jain(shares), 4),
        worst_decile=round(worst_decile(shares), 2),
        ranks=tuple(sorted(Counter(wish.rank for wish in plan.placed.values()).items())),
        without_any=_without_any(plan),
        envious=sum(_envies(plan, solution_wish) for solution_wish in _refused_as_full(plan, solution)),
    )


def jain(loads: Sequence[int]) -> float:
    """Jain's index of the loads; 1 where nobody bears anything."""
    squares = sum(load * load for load in loads)
    return sum(loads) ** 2 / (len(loads) * squares) if squares else 1.0


def worst_decile(loads: Sequence[int]) -> float:
    """The mean load of the most burdened tenth (at least one person), over the mean of all; 1 where all are alike."""
    total = sum(loads)
    if not total:
        return 1.0
    most = sorted(loads, reverse=True)[: max(1, len(loads) // 10)]
    return (sum(most) / len(most)) / (total / len(loads))


def _without_any(plan: Plan) -> int:
    asked = {wish.person_id for wish in plan.problem.wishes if wish.rank != UNASKED}
    placed = {person_id for holders in plan.holders.values() for person_id in holders}
    return len(asked - placed)


def _refused_as_full(plan: Plan, solution: Solution) -> list[Wish]:
    """Who asked, could have come, and found the role full."""
    wishes = {(wish.person_id, wish.opening_id): wish for wish in plan.problem.wishes}
    return [
        wishes[one.person_id, one.opening_id]
        for one in solution.unplaced
        if [blocker.code for blocker in one.blockers] == [Refusal.FULL]
    ]


def _envies(plan: Plan, wish: Wish) -> bool:
    holders = plan.placed_in([plan.openings[wish.opening_id]])
    return any(_claim(plan, wish) < _claim(plan, other) for other in holders if not other.is_spare)


def _claim(plan: Plan, wish: Wish) -> tuple[int, int]:
    """The rank of her wish, and what she bore before this plan: less of each is the better claim."""
    person = plan.persons[wish.person_id]
    return wish.rank, 1000 * person.load_minutes // max(1, LOAD_WEEKS * person.max_minutes)
