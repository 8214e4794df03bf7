"""Placing somebody all the same: who moves, what it costs, and the plan left as it was."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given
from hypothesis import settings as budget

from service.matching import lexical, rules
from service.matching.blockers import Hindrance
from service.matching.checker import broken_rules
from service.matching.plan import Plan
from service.matching.problem import Bond, BondKind, Pin, Problem
from service.matching.solution import LevelName, Solution
from service.matching.what_if import WhatIf, what_if
from service.terms import Refusal
from tests.service.matching.strategies import MONDAY, opening, ruled_problems
from tests.service.matching.test_lexical import problem_of, wish
from tests.service.matching.test_repair import as_solution, placed

TRIES = int(os.environ.get("LUNZHI_RULED_PROBLEMS", "60"))


def keys(wishes: tuple[object, ...]) -> list[tuple[int, int]]:
    return [(one.person_id, one.opening_id) for one in wishes]  # type: ignore[attr-defined]


def standing(plan: Plan) -> dict[LevelName, int]:
    return {level.name: level.value for level in rules.levels(plan)}


def finished(problem: Problem, solution: Solution) -> Plan:
    return placed(problem, *((one.person_id, one.opening_id) for one in solution.placements))


@budget(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems())
def test_what_comes_of_it_breaks_no_rule_and_never_betters_the_best_plan(problem: Problem) -> None:
    solution = lexical.solve(problem)
    plan = finished(problem, solution)
    before = dict(plan.placed)
    by_key = {(one.person_id, one.opening_id): one for one in problem.wishes}
    for refused in solution.unplaced:
        hers = by_key[refused.person_id, refused.opening_id]
        found = what_if(plan, hers)
        assert dict(plan.placed) == before, "the plan is as it was"
        if not found.is_possible:
            assert (found.goes, found.comes) == ((), ())
            continue
        assert (hers.person_id, hers.opening_id) in keys(found.comes)
        changed = carried_out(problem, plan, found)
        assert dict(found.change) == {
            name: standing(changed).get(name, 0) - standing(plan).get(name, 0)
            for name in LevelName
            if name != LevelName.KEPT
        }
        less = (LevelName.BURDEN, LevelName.TRAVEL)
        assert [(-n if name in less else n) for name, n in found.change] <= [0, 0, 0, 0]
        assert broken_rules(problem, as_solution(changed)) == []


def carried_out(problem: Problem, plan: Plan, found: WhatIf) -> Plan:
    left = (set(plan.placed) - set(keys(found.goes))) | set(keys(found.comes))
    return placed(problem, *left)


def test_the_weakest_gives_way_and_gets_another_wish() -> None:
    later = opening(20, 2, starts=MONDAY + 1000)
    problem = problem_of((opening(10, 1), later), (wish(1, 10), wish(2, 10, 2), wish(1, 20, 2)))
    found = what_if(placed(problem, (1, 10)), problem.wishes[2])
    assert problem.wishes[2].person_id == 2
    assert (keys(found.goes), keys(found.comes)) == ([(1, 10)], [(1, 20), (2, 10)])


def test_her_own_duty_at_that_time_is_given_up_and_somebody_steps_in() -> None:
    problem = problem_of((opening(10, 1), opening(20, 2)), (wish(1, 10), wish(1, 20), wish(2, 10)))
    found = what_if(placed(problem, (1, 10)), next(one for one in problem.wishes if one.opening_id == 20))
    assert (keys(found.goes), keys(found.comes)) == ([(1, 10)], [(1, 20), (2, 10)])
    assert found.change[0] == (LevelName.COVER, 1)


def test_what_lies_in_her_alone_or_is_a_fact_cannot_be_moved() -> None:
    night = opening(10, 1, is_night=True)
    problem = problem_of((night,), (wish(1, 10),))
    elder = Problem(
        from_minute=problem.from_minute,
        until_minute=problem.until_minute,
        persons=[type(problem.persons[0])(id=1, max_minutes=600, is_elder=True)],
        openings=problem.openings,
        wishes=problem.wishes,
    )
    found = what_if(Plan(elder), elder.wishes[0])
    assert [blocker.code for blocker in found.blockers] == [Refusal.NIGHT]
    assert found.change == ()


def test_a_partner_who_cannot_come_is_named() -> None:
    problem = problem_of((opening(10, 1, max_needed=2),), (wish(1, 10),))
    tied = Problem(
        from_minute=problem.from_minute,
        until_minute=problem.until_minute,
        persons=[*problem.persons, type(problem.persons[0])(id=2, max_minutes=600)],
        openings=problem.openings,
        wishes=problem.wishes,
        bonds=[Bond(person_id=1, other_id=2, kind=BondKind.TOGETHER)],
    )
    found = what_if(Plan(tied), tied.wishes[0])
    assert [(blocker.code, blocker.person_id) for blocker in found.blockers] == [(Hindrance.TOGETHER, 2)]


def test_everybody_pinned_the_role_stays_full() -> None:
    problem = problem_of((opening(10, 1),), (wish(1, 10), wish(2, 10)))
    pinned = Problem(
        from_minute=problem.from_minute,
        until_minute=problem.until_minute,
        persons=problem.persons,
        openings=problem.openings,
        wishes=[one for one in problem.wishes if one.person_id == 2],
        pins=[Pin(person_id=1, opening_id=10, is_confirmed=True)],
    )
    found = what_if(Plan(pinned), pinned.wishes[0])
    assert [blocker.code for blocker in found.blockers] == [Refusal.FULL]
