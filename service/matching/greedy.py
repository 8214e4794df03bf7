"""The greedy matcher: quick, plain, the same plan every time. It proves no bound.

1. Fill the minimums, the scarcest role first: the fewest people who could serve for each one missing.
2. Honour the wishes that are left while places last, all first wishes before any second one.

Between people, in both: the dearer wish first, then who served less lately for her own limit, then who asked
first. Nobody is taken beyond a minimum who did not ask. A hard rule is never broken.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TypeAlias

from service.matching.conclusion import conclude
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Opening, Problem, Wish
from service.matching.rules import fits
from service.matching.solution import Solution

NAME = "greedy/1"

Claim: TypeAlias = tuple[int, int, int, int, int]
#: Later than any rank or sign-up: who did not ask comes after all who did.
LAST = 2**62


def solve(problem: Problem) -> Solution:
    """A plan that breaks no hard rule."""
    return conclude(plan(problem), solver=NAME)


def plan(problem: Problem) -> Plan:
    """The same, as a plan: where other matchers begin."""
    made = Plan(problem)
    fill_minimums(made)
    honour_wishes(made)
    return made


def fill_minimums(plan: Plan) -> None:
    """Bring each opening to its minimum, as far as people can be found."""
    lacking = [opening for opening in plan.problem.openings if plan.missing(opening)]
    for opening in sorted(lacking, key=lambda opening: scarcity(plan, opening)):
        able = [wish for wish in plan.wishes_for[opening.id] if fits(plan, wish)]
        wanted = min(plan.missing(opening), plan.free(opening))
        for wish in sorted(able, key=lambda wish: claim(plan, wish))[:wanted]:
            plan.place(wish)


def honour_wishes(plan: Plan) -> None:
    """Give places that are left to those who asked for them.

    A claim only weakens while its person is given more, so a queue of stale claims is put right as it is read.
    """
    queue = [(claim(plan, wish), wish.opening_id, wish) for wish in plan.problem.wishes if _is_waiting(plan, wish)]
    heapify(queue)
    while queue:
        stale, opening_id, wish = heappop(queue)
        if (now := claim(plan, wish)) != stale:
            heappush(queue, (now, opening_id, wish))
        elif fits(plan, wish):
            plan.place(wish)


def scarcity(plan: Plan, opening: Opening) -> tuple[int, int, int, int]:
    """Sorts the scarcest role first: able people for each one missing, then weight, then the earlier start."""
    able = sum(fits(plan, wish) for wish in plan.wishes_for[opening.id])
    return (1000 * able // plan.missing(opening), -opening.weight, opening.starts, opening.id)


def claim(plan: Plan, wish: Wish) -> Claim:
    """Sorts the strongest claim first; no two are equal for one opening."""
    return (
        LAST if wish.rank == UNASKED else wish.rank,
        plan.load_share(wish.person_id),
        plan.load[wish.person_id],
        LAST if wish.signup_id is None else wish.signup_id,
        wish.person_id,
    )


def _is_waiting(plan: Plan, wish: Wish) -> bool:
    return wish.rank != UNASKED and (wish.person_id, wish.opening_id) not in plan.placed
