"""The greedy matcher: never a broken rule, always the same plan, each refusal with a true reason."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given

from service.matching import greedy, rules
from service.matching.blockers import Blocker
from service.matching.checker import check
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Opening, Person, Problem, Wish
from service.matching.solution import LevelName, Solution
from service.terms import Refusal
from tests.service.matching.strategies import BARRED, MONDAY, WEEK, opening, problems


def solve(
    openings: tuple[Opening, ...], wishes: tuple[Wish, ...], *, loads: dict[int, int] | None = None
) -> tuple[Problem, Solution]:
    people = {wish.person_id for wish in wishes}
    problem = Problem(
        from_minute=MONDAY,
        until_minute=MONDAY + WEEK,
        persons=tuple(Person(id=n, max_minutes=1200, load_minutes=(loads or {}).get(n, 0)) for n in people),
        openings=openings,
        wishes=wishes,
    )
    return problem, greedy.solve(problem)


def wish(person_id: int, opening_id: int, rank: int = 1) -> Wish:
    signup_id = None if rank == UNASKED else 1000 * person_id + opening_id
    return Wish(person_id=person_id, opening_id=opening_id, rank=rank, signup_id=signup_id)


def places(solution: Solution) -> set[tuple[int, int]]:
    return {(placement.person_id, placement.opening_id) for placement in solution.placements}


def level(solution: Solution, name: LevelName) -> tuple[int, int | None]:
    return next((level.value, level.of) for level in solution.levels if level.name == name)


@given(problems())
def test_the_checker_finds_nothing(problem: Problem) -> None:
    assert check(problem, greedy.solve(problem)) == []


@given(problems())
def test_the_same_input_gives_the_same_plan(problem: Problem) -> None:
    solution = greedy.solve(problem)
    again = greedy.solve(Problem.from_json(json.loads(json.dumps(problem.to_json()))))

    assert again == solution
    assert Solution.from_json(json.loads(json.dumps(solution.to_json()))) == solution


@given(problems())
def test_every_blocker_is_true(problem: Problem) -> None:
    """Each refusal tells exactly what stands in the way in the final plan; nothing does who is placed."""
    solution = greedy.solve(problem)
    final = Plan(problem)
    by_key = {(w.person_id, w.opening_id): w for w in problem.wishes}
    for placement in solution.placements:
        final.place(by_key[placement.person_id, placement.opening_id])
    for unplaced in (*solution.unplaced, *(h for role in solution.open_roles for h in role.hindered)):
        told = rules.blockers(final, by_key[unplaced.person_id, unplaced.opening_id])
        assert unplaced.blockers
        assert [replace(b, person_id=None) for b in unplaced.blockers] == [replace(b, person_id=None) for b in told]
        assert {b.person_id for b in unplaced.blockers} <= {None, *final.holders[unplaced.opening_id]}


def test_the_scarcest_role_is_filled_first() -> None:
    """Person 1 alone can be the doctor; she would rather guide, and two others can guide."""
    guide, doctor = opening(10, 1), opening(11, 1)
    _, solution = solve((guide, doctor), (wish(1, 10), wish(1, 11, 2), wish(2, 10, 2), wish(3, 10, 3)))
    assert places(solution) == {(1, 11), (2, 10)}
    assert level(solution, LevelName.COVER) == (2, 2)


def test_a_dearer_wish_goes_first_then_who_served_less_then_who_asked_first() -> None:
    role = opening(10, 1, max_needed=1)
    _, by_rank = solve((role,), (wish(1, 10, 2), wish(2, 10, 1)), loads={2: 900})
    _, by_load = solve((role,), (wish(1, 10), wish(2, 10)), loads={1: 60})
    _, by_time = solve((role,), (replace(wish(1, 10), signup_id=8), replace(wish(2, 10), signup_id=7)))
    assert [places(plan) for plan in (by_rank, by_load, by_time)] == [{(2, 10)}] * 3


def test_all_first_wishes_come_before_any_second_one() -> None:
    morning, evening = opening(10, 1, min_needed=0), opening(20, 2, min_needed=0, starts=MONDAY + 1200)
    _, solution = solve((morning, evening), (wish(1, 10), wish(1, 20, 2), wish(2, 20)))
    assert places(solution) == {(1, 10), (2, 20)}


def test_a_rota_goes_round() -> None:
    """Ten days, two a day, five people without wishes: everybody serves four times."""
    days = tuple(
        opening(10 * n, n, starts=MONDAY + 1440 * n, min_needed=2, max_needed=4, week=n // 7) for n in range(1, 11)
    )
    everyone = tuple(wish(person_id, day.id, UNASKED) for day in days for person_id in range(1, 6))
    _, solution = solve(days, everyone)
    served = [sum(placement.person_id == n for placement in solution.placements) for n in range(1, 6)]
    assert served == [4] * 5


def test_nobody_is_taken_beyond_the_minimum_who_did_not_ask() -> None:
    role = opening(10, 1, min_needed=1, max_needed=3)
    _, solution = solve((role,), (wish(1, 10, UNASKED), wish(2, 10, UNASKED), wish(3, 10)))
    assert places(solution) == {(3, 10)}


def test_an_open_role_names_everybody_and_why_not() -> None:
    role = opening(10, 1, min_needed=2, max_needed=2)
    barred = replace(wish(1, 10, UNASKED), barred=BARRED)
    _, solution = solve((role,), (barred, wish(2, 10)))
    [open_role] = solution.open_roles

    assert (open_role.opening_id, open_role.missing) == (10, 1)
    assert [(hindered.person_id, hindered.blockers) for hindered in open_role.hindered] == [(1, BARRED)]
    assert solution.unplaced == ()  # person 1 never asked


def test_a_refusal_names_who_got_the_last_place() -> None:
    _, solution = solve((opening(10, 1),), (wish(1, 10), wish(2, 10, 2)))
    assert [unplaced.blockers for unplaced in solution.unplaced] == [(Blocker(Refusal.FULL, person_id=1),)]


def test_ten_thousand_ask_for_a_hundred_places() -> None:
    role = opening(10, 1, min_needed=50, max_needed=100)
    problem, solution = solve((role,), tuple(wish(n, 10) for n in range(1, 10_001)))
    assert places(solution) == {(n, 10) for n in range(1, 101)}
    assert len(solution.unplaced) == 9_900
    assert check(problem, solution) == []
