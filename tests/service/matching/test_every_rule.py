"""Every rule switched on: no plan breaks one, and none is better at any level, tried out on small problems.

LUNZHI_RULED_PROBLEMS sets how many are tried; `make exactness` tries 2,000.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as budget

from service.matching import greedy, lexical
from service.matching.checker import broken_rules, check
from service.matching.plan import Plan
from service.matching.problem import IF_NEEDED, Problem, Wish
from service.matching.rules import FIXED, GROWING, fits, levels
from service.matching.solution import Level, LevelName, Placement, Solution
from tests.service.matching.strategies import MONDAY, opening, ruled_problems
from tests.service.matching.test_lexical import problem_of, wish

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


def test_a_start_that_leads_the_program_astray_costs_no_head() -> None:
    """HiGHS 1.16, given the greedy plan as a start, ends with three heads of four, and tells of another sum."""
    same_hour = {"starts": MONDAY + 480, "ends": MONDAY + 540, "rest_after": 0}
    doctor, helper = opening(10, 1, weight=2, **same_hour), opening(11, 1, **same_hour)
    pair, single = opening(20, 2, min_needed=2, max_needed=2, **same_hour), opening(30, 3, **same_hour)
    asked = [
        wish(1, 11),
        wish(1, 30),
        replace(wish(2, 10), availability=IF_NEEDED),
        wish(2, 20),
        wish(3, 11),
        wish(3, 30),
    ]
    problem = problem_of((doctor, helper, pair, single), tuple(asked))
    people = [replace(one, max_minutes=120) for one in problem.persons]
    solution = lexical.solve(replace(problem, persons=people))

    assert (solution.levels[0].value, solution.levels[0].bound) == (4, 4)


def test_in_most_of_these_problems_people_are_placed() -> None:
    """What is tried here would be worth little where nobody can be: then every plan is the best."""
    counts: list[int] = []

    @budget(max_examples=300, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(ruled_problems())
    def look(problem: Problem) -> None:
        counts.append(len(greedy.plan(problem).placed))

    look()
    assert sum(count > 0 for count in counts) > 0.55 * len(counts)
    assert sum(count >= 3 for count in counts) > 0.2 * len(counts)


@slowly
@given(ruled_problems())
def test_the_checker_finds_nothing(problem: Problem) -> None:
    assert check(problem, lexical.solve(problem)) == []
    assert check(problem, greedy.solve(problem)) == []
