"""Who is proposed to stand by in a plan."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given

from service.matching import engine, greedy, lexical
from service.matching.checker import check
from service.matching.faults import Fault
from service.matching.plan import Plan
from service.matching.problem import IF_NEEDED, UNASKED, Bond, BondKind, Opening, Problem, Wish
from service.matching.rules import fits, levels
from service.matching.solution import Placement, Solution
from service.matching.standing_by import ASKED_OF_STAND_BYS, stand_bys
from tests.service.matching.strategies import BARRED, MONDAY, opening, ruled_problems
from tests.service.matching.test_every_rule import slowly
from tests.service.matching.test_lexical import problem_of, wish


def keys(solution: Solution) -> list[tuple[int, int]]:
    return [(one.person_id, one.opening_id) for one in solution.stand_bys]


def role(opening_id: int = 10, shift_id: int = 1, *, stand_bys: int = 1, starts: int = MONDAY + 540) -> Opening:
    return opening(opening_id, shift_id, starts=starts, stand_bys=stand_bys)


def faults(problem: Problem, solution: Solution) -> list[Fault]:
    return [violation.fault for violation in check(problem, solution)]


@slowly
@given(ruled_problems())
def test_whoever_stands_by_could_come_and_nobody_else_could_where_one_is_lacking(problem: Problem) -> None:
    for solver in (lexical, greedy):
        solution = solver.solve(problem)
        assert check(problem, solution) == []
        plan = carried_out(problem, solution)
        before = state(plan)
        chosen = stand_bys(plan)
        assert state(plan) == before
        assert [(one.person_id, one.opening_id) for one in chosen] == keys(solution)
        assert overlooked(problem, solution) == []


def overlooked(problem: Problem, solution: Solution) -> list[Wish]:
    """Who could stand by besides, where the plan has fewer than are wished for."""
    plan, standing = carried_out(problem, solution), set(keys(solution))
    chosen = [one for one in problem.wishes if (one.person_id, one.opening_id) in standing]
    for one in chosen:
        plan.stand_by(one)
    lacking = {o.id for o in problem.openings if o.stand_bys > sum(one.opening_id == o.id for one in chosen)}
    left = [w for w in problem.wishes if w.opening_id in lacking and w.rank != UNASKED and w not in chosen]
    return [w for w in left if (w.person_id, w.opening_id) not in plan.placed and fits(plan, w, by=ASKED_OF_STAND_BYS)]


def state(plan: Plan) -> tuple[object, ...]:
    return dict(plan.placed), levels(plan), {person_id: list(own) for person_id, own in plan.duties.items() if own}


def carried_out(problem: Problem, solution: Solution) -> Plan:
    plan = Plan(problem)
    placed = {(one.person_id, one.opening_id) for one in solution.placements}
    for one in problem.wishes:
        if (one.person_id, one.opening_id) in placed:
            plan.place(one)
    return plan


def test_the_dearest_wish_stands_by_then_who_served_less_then_who_asked_first() -> None:
    wishes = (wish(1, 10), wish(2, 10, 2), wish(3, 10, 2), wish(4, 10, 2), wish(5, 10, 3))
    loads = {2: 120, 3: 60, 4: 60}
    for solver in (lexical, greedy, engine):
        problem = problem_of((role(stand_bys=2),), wishes, loads)
        solution = solver.solve(problem)
        assert [one.person_id for one in solution.placements] == [1]
        assert keys(solution) == [(3, 10), (4, 10)]
        assert check(problem, solution) == []


def test_a_role_that_wishes_nobody_has_nobody_and_the_stored_form_is_as_it_was() -> None:
    problem = problem_of((opening(10, 1),), (wish(1, 10), wish(2, 10)))
    solution = lexical.solve(problem)

    assert solution.stand_bys == ()
    assert (problem.to_json()["version"], solution.to_json()["version"]) == (1, 1)
    assert "stand_bys" not in solution.to_json()


def test_they_are_stored_in_a_form_of_its_own_version() -> None:
    problem = problem_of((role(),), (wish(1, 10), wish(2, 10)))
    solution = lexical.solve(problem)
    stored = json.loads(json.dumps(solution.to_json()))

    assert (problem.to_json()["version"], stored["version"]) == (4, 2)
    assert stored["stand_bys"] == [{"person_id": 2, "opening_id": 10, "rank": 1, "signup_id": 2010}]
    assert Solution.from_json(stored) == solution
    assert Problem.from_json(problem.to_json()) == problem


def test_who_did_not_ask_who_may_not_and_who_serves_then_does_not_stand_by() -> None:
    morning, same_time = role(), role(20, 2, stand_bys=0)
    barred = replace(wish(4, 10), barred=BARRED)
    problem = problem_of((morning, same_time), (wish(1, 10), wish(2, 10, UNASKED), wish(3, 20), wish(3, 10, 2), barred))
    solution = lexical.solve(problem)

    assert solution.stand_bys == ()
    assert check(problem, solution) == []


def test_who_comes_only_if_need_be_may_stand_by_after_the_others() -> None:
    spare = replace(wish(2, 10), availability=IF_NEEDED)
    problem = problem_of((role(),), (wish(1, 10), spare))
    assert keys(lexical.solve(problem)) == [(2, 10)]

    assert keys(lexical.solve(problem_of((role(),), (wish(1, 10), spare, wish(3, 10, 4))))) == [(3, 10)]


def test_one_person_stands_by_at_one_place_at_a_time_and_turns_are_taken() -> None:
    """Person 3 has the best claim everywhere, and could stand by at two of three; person 4 comes before her second."""
    first, at_once, later = role(10, 1), role(20, 2), role(30, 3, starts=MONDAY + 2000)
    served = [wish(1, 10), wish(2, 20), wish(5, 30)]
    asked = [wish(3, 10, 2), wish(3, 20, 2), wish(3, 30, 2), wish(4, 30, 3)]
    problem = problem_of((first, at_once, later), (*served, *asked))
    solution = lexical.solve(problem)

    assert keys(solution) == [(3, 10), (4, 30)]
    alone = lexical.solve(problem_of((first, at_once, later), (*served, *asked[:3])))
    assert keys(alone) == [(3, 10), (3, 30)]


def test_two_who_must_not_meet_do_not_stand_by_together() -> None:
    problem = problem_of((role(stand_bys=2),), (wish(1, 10), wish(2, 10, 2), wish(3, 10, 3)))
    bound = replace(problem, bonds=(Bond(person_id=2, other_id=3, kind=BondKind.APART),))

    assert keys(lexical.solve(bound)) == [(2, 10)]


def test_the_checker_sees_who_must_not_stand_by() -> None:
    first, at_once = role(10, 1), role(20, 2)
    wishes = (wish(1, 10), wish(2, 20), wish(3, 10, 2), wish(3, 20, 2), wish(4, 10, UNASKED))
    problem = problem_of((first, at_once), wishes)
    sound = lexical.solve(problem)
    assert check(problem, sound) == []

    def asking(*stand_bys: Placement) -> list[Fault]:
        return faults(problem, replace(sound, stand_bys=stand_bys))

    def place(one: Wish) -> Placement:
        return Placement(person_id=one.person_id, opening_id=one.opening_id, rank=one.rank, signup_id=one.signup_id)

    assert asking(place(wishes[2])) == []
    assert asking(place(wishes[2]), place(wishes[3])) == [Fault.NO_STAND_BY], "in two places at once"
    assert asking(place(wishes[0])) == [Fault.NO_STAND_BY], "she serves there"
    assert asking(place(wishes[4])) == [Fault.NO_STAND_BY], "she did not ask"
    assert asking(replace(place(wishes[2]), rank=1)) == [Fault.NO_STAND_BY], "not her wish"
    none = replace(problem, openings=(replace(first, stand_bys=0), at_once))
    assert faults(none, replace(lexical.solve(none), stand_bys=(place(wishes[2]),))) == [Fault.MANY_STAND_BYS]
    barred = replace(problem, wishes=(*wishes[:2], replace(wishes[2], barred=BARRED), *wishes[3:]))
    assert Fault.NO_STAND_BY in faults(barred, replace(lexical.solve(barred), stand_bys=(place(wishes[2]),)))
