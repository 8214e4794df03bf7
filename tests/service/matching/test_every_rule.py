"""Every rule switched on: no plan breaks one, and none is better at any level, tried out on small problems.

LUNZHI_RULED_PROBLEMS sets how many are tried; `make exactness` tries 2,000.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as budget

from service.matching import greedy, lexical
from service.matching.checker import broken_rules, check
from service.matching.plan import Plan
from service.matching.problem import Problem, Wish
from service.matching.rules import FIXED, GROWING, fits, levels
from service.matching.solution import Level, LevelName, Placement, Solution
from tests.service.matching.strategies import ruled_problems

#: So many wishes can be tried in every combination.
MOST_WISHES = 9
TRIES = int(os.environ.get("LUNZHI_RULED_PROBLEMS", "60"))
slowly = budget(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))


def score(solution_levels: tuple[Level, ...]) -> tuple[int, int, int, int]:
    """(cover, wishes, -burden, -travel): larger is better."""
    values = {level.name: level.value for level in solution_levels}
    far = values.get(LevelName.TRAVEL, 0)
    return values[LevelName.COVER], values[LevelName.WISHES], -values[LevelName.BURDEN], -far


def sound_plans(problem: Problem) -> Iterator[Plan]:
    """Every set of wishes in which the checker, and not the rules, finds nothing broken."""
    able = [wish for wish in problem.wishes if fits(Plan(problem), wish, by=FIXED + GROWING)]
    assume(len(able) <= MOST_WISHES)
    for count in range(len(able) + 1):
        for chosen in combinations(able, count):
            if not broken_rules(problem, bare(problem, chosen)):
                plan = Plan(problem)
                for wish in chosen:
                    plan.place(wish)
                yield plan


def bare(problem: Problem, chosen: tuple[Wish, ...]) -> Solution:
    placements = tuple(
        Placement(person_id=w.person_id, opening_id=w.opening_id, rank=w.rank, signup_id=w.signup_id) for w in chosen
    )
    return Solution(solver="", input_hash="", placements=placements, unplaced=(), open_roles=(), levels=())


@slowly
@given(ruled_problems())
def test_no_plan_is_better_at_any_level_and_that_is_proven(problem: Problem) -> None:
    solution = lexical.solve(problem)

    assert score(solution.levels) == max(score(levels(plan)) for plan in sound_plans(problem))
    assert [level.bound for level in solution.levels] == [level.value for level in solution.levels]


@slowly
@given(ruled_problems())
def test_the_checker_finds_nothing(problem: Problem) -> None:
    assert check(problem, lexical.solve(problem)) == []
    assert check(problem, greedy.solve(problem)) == []
