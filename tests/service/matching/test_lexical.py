"""The exact matcher: each aim at its best before the next, proven, and the same every time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import settings as budget

from service.matching import engine, greedy, lexical, part, rules
from service.matching.checker import check
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Opening, Person, Problem, Wish
from service.matching.solution import Level, LevelName, Solution
from tests.service.matching.strategies import MONDAY, WEEK, opening, problems, ruled_problems

#: So many wishes can be tried in every combination.
MOST_WISHES = 11


def best_by_trying(problem: Problem) -> tuple[int, ...]:
    """The best of all plans, each tried."""
    return max(score(rules.levels(plan)) for plan in every_plan(problem))


def every_plan(problem: Problem) -> Iterator[Plan]:
    """Every plan that breaks no hard rule."""
    able = [wish for wish in problem.wishes if rules.fits(Plan(problem), wish)]
    for chosen in range(2 ** len(able)):
        plan = Plan(problem)
        if all(place(plan, wish) for n, wish in enumerate(able) if chosen >> n & 1):
            yield plan


def place(plan: Plan, wish: Wish) -> bool:
    """Give her the place if nothing stands in the way; whether it was given."""
    may = rules.fits(plan, wish)
    if may:
        plan.place(wish)
    return may


def score(levels: tuple[Level, ...]) -> tuple[int, ...]:
    """(cover, kept, wishes, -burden, -travel): larger is better."""
    less = (LevelName.BURDEN, LevelName.TRAVEL)
    return tuple(-level.value if level.name in less else level.value for level in levels)


def reached(solution: Solution) -> tuple[int, ...]:
    return score(solution.levels)


def wish(person_id: int, opening_id: int, rank: int = 1, *, signup_id: int | None = None) -> Wish:
    asked = None if rank == UNASKED else signup_id or 1000 * person_id + opening_id
    return Wish(person_id=person_id, opening_id=opening_id, rank=rank, signup_id=asked)


def problem_of(openings: tuple[Opening, ...], wishes: tuple[Wish, ...], loads: dict[int, int] | None = None) -> Problem:
    return Problem(
        from_minute=MONDAY,
        until_minute=MONDAY + 2 * WEEK,
        persons=tuple(
            Person(id=n, max_minutes=1200, load_minutes=(loads or {}).get(n, 0)) for n in {w.person_id for w in wishes}
        ),
        openings=openings,
        wishes=wishes,
    )


@budget(max_examples=300)
@given(problems())
def test_no_plan_is_better_and_that_is_proven(problem: Problem) -> None:
    assume(len(problem.wishes) <= MOST_WISHES)
    solution = lexical.solve(problem)

    assert reached(solution) == best_by_trying(problem)
    assert [level.bound for level in solution.levels] == [level.value for level in solution.levels]


@budget(max_examples=300, deadline=None)
@given(problems() | ruled_problems())
def test_in_large_parts_loads_are_nearly_the_fairest_and_never_said_to_be_fairer_than_can_be(problem: Problem) -> None:
    """Parts of any size are taken for large ones: the stronger levels as good as ever, the bound below the optimum."""
    with pytest.MonkeyPatch.context() as large:
        large.setattr(part, "LARGEST_FAIR", 0)
        found = {level.name: level for level in lexical.solve(problem).levels}
    best = {level.name: level.value for level in lexical.solve(problem).levels}
    burden = found[LevelName.BURDEN]

    assert [found[name].value for name in (LevelName.COVER, LevelName.WISHES)] == [
        best[LevelName.COVER],
        best[LevelName.WISHES],
    ]
    assert burden.bound is not None
    assert burden.bound <= best[LevelName.BURDEN] <= burden.value


@budget(max_examples=100)
@given(problems())
def test_the_checker_finds_nothing(problem: Problem) -> None:
    assert check(problem, lexical.solve(problem)) == []


@budget(max_examples=100)
@given(problems())
def test_it_is_never_worse_than_the_greedy_plan(problem: Problem) -> None:
    assert reached(lexical.solve(problem)) >= reached(greedy.solve(problem))


@budget(max_examples=50)
@given(problems())
def test_the_same_input_gives_the_same_plan(problem: Problem) -> None:
    again = Problem.from_json(json.loads(json.dumps(problem.to_json())))

    assert lexical.solve(again) == lexical.solve(problem)


def places(solution: Solution) -> set[tuple[int, int]]:
    return {(placement.person_id, placement.opening_id) for placement in solution.placements}


def test_a_minimum_is_covered_at_the_price_of_a_dearer_wish() -> None:
    """The greedy matcher gives the evening to whoever has served least; only person 2 can do the morning as well."""
    morning, evening = opening(10, 1), opening(20, 2, starts=MONDAY + 600)
    wishes = (wish(1, 20, 2), wish(2, 10, 3), wish(2, 20, 1))

    assert places(lexical.solve(problem_of((morning, evening), wishes))) == {(1, 20), (2, 10)}


def test_between_equal_plans_who_asked_first_goes_first() -> None:
    role = opening(10, 1, min_needed=1, max_needed=2)
    wishes = tuple(wish(n, 10, signup_id=100 - n) for n in range(1, 6))

    assert places(lexical.solve(problem_of((role,), wishes))) == {(4, 10), (5, 10)}


def test_between_people_who_bear_as_much_the_nearer_one_goes_first_whoever_asked_first() -> None:
    role = opening(10, 1)
    far, near = wish(1, 10), replace(wish(2, 10), travel=1)
    problem = problem_of((role,), (replace(far, travel=3), near))
    solution = lexical.solve(problem)

    assert places(solution) == {(2, 10)}
    assert (solution.levels[-1].name, solution.levels[-1].value, solution.levels[-1].bound) == (LevelName.TRAVEL, 1, 1)
    assert places(greedy.solve(problem)) == places(engine.solve(problem)) == {(2, 10)}
    assert check(problem, solution) == check(problem, engine.solve(problem)) == []


def test_nobody_bears_more_for_living_near() -> None:
    role = opening(10, 1)
    wishes = (replace(wish(1, 10), travel=3), replace(wish(2, 10), travel=0))
    problem = problem_of((role,), wishes, loads={2: 60})

    assert [places(solver.solve(problem)) for solver in (lexical, greedy, engine)] == [{(1, 10)}] * 3


def test_a_dearer_wish_is_worth_the_way() -> None:
    """Each could have the place next door; each wished more for the other."""
    here, there = opening(10, 1), opening(20, 2)
    near = (wish(1, 10, 2), wish(2, 20, 2))
    far = (replace(wish(1, 20), travel=3), replace(wish(2, 10), travel=3))
    problem = problem_of((here, there), (*near, *far))

    assert [places(solver.solve(problem)) for solver in (lexical, engine)] == [{(1, 20), (2, 10)}] * 2


def test_nothing_is_said_of_ways_where_nothing_is_known() -> None:
    solution = lexical.solve(problem_of((opening(10, 1),), (wish(1, 10),)))

    assert [level.name for level in solution.levels] == [name for name in LevelName if name != LevelName.TRAVEL]


def test_loads_are_shared_out() -> None:
    """Ten days, two a day, five people without wishes: everybody serves four times."""
    days = tuple(
        opening(10 * n, n, starts=MONDAY + 1440 * n, min_needed=2, max_needed=4, week=n // 7) for n in range(1, 11)
    )
    everyone = tuple(wish(person_id, day.id, UNASKED) for day in days for person_id in range(1, 6))
    solution = lexical.solve(problem_of(days, everyone))

    assert [sum(p.person_id == n for p in solution.placements) for n in range(1, 6)] == [4] * 5


def test_nobody_is_taken_beyond_the_minimum_who_did_not_ask() -> None:
    role = opening(10, 1, min_needed=1, max_needed=3)
    solution = lexical.solve(problem_of((role,), (wish(1, 10, UNASKED), wish(2, 10, UNASKED), wish(3, 10))))

    assert places(solution) == {(3, 10)}


def test_whoever_knows_the_way_in_one_role_of_a_shift_guides_who_is_new_in_the_other() -> None:
    """It is said of a wish, so it may be said of one of two in a shift: also of the second."""
    roles = (opening(10, 1, min_needed=0), opening(11, 1, min_needed=0))
    wishes = (wish(1, 10), replace(wish(1, 11), is_experienced=True), replace(wish(2, 10), is_newcomer=True))
    problem = problem_of(roles, wishes)
    solution = lexical.solve(problem)

    assert places(solution) == {(1, 11), (2, 10)}
    assert [level.bound for level in solution.levels] == [level.value for level in solution.levels]


def test_a_part_too_large_to_prove_says_so() -> None:
    role = opening(10, 1, min_needed=50, max_needed=100)
    wishes = tuple(wish(n, 10) for n in range(1, lexical.LARGEST_PART + 2))
    problem = problem_of((role,), wishes)
    solution = lexical.solve(problem)

    assert [level.bound for level in solution.levels if level.name != LevelName.KEPT] == [None, None, None]
    assert len(solution.placements) == 100
    assert check(problem, solution) == []
