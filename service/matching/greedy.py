"""The greedy matcher: quick, plain, the same plan every time. It proves no bound.

1. Fill the minimums, the scarcest role first: the fewest people who could serve for each one missing.
2. Take back whoever turns out to be alone: a newcomer without a guide, one adult among children, half a crew.
3. Fill again what that left open, and honour the wishes that are left while places last, all first wishes before any
   second one.

Between people, in both: the dearer wish, then who served less lately for her own limit, then who lives
nearer, then who asked first. Nobody is taken beyond a minimum who did not ask. A hard rule is never broken.
"""

from __future__ import annotations

from service.matching.conclusion import conclude
from service.matching.filling import fill_minimums, fill_up, settle
from service.matching.plan import Plan
from service.matching.problem import Problem
from service.matching.solution import Solution, Tell, to_nobody

NAME = "greedy/2"


def solve(problem: Problem, *, tell: Tell = to_nobody) -> Solution:
    """A plan that breaks no hard rule. It is quick and tells nothing on its way."""
    return conclude(plan(problem), solver=NAME)


def plan(problem: Problem) -> Plan:
    """The same, as a plan: where other matchers begin."""
    made = Plan(problem)
    fill_minimums(made, settled=False)
    settle(made)
    fill_up(made)
    return made
