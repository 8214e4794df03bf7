"""Live repair: the fewest changes, every rule kept, nobody confirmed moved, and the plan given in left as it was."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from service.matching import greedy
from service.matching.checker import broken_rules
from service.matching.plan import Plan
from service.matching.problem import Pin, Problem
from service.matching.repair import apply, repair
from service.matching.solution import Placement, Solution
from tests.service.matching.strategies import MONDAY, opening, ruled_problems
from tests.service.matching.test_lexical import problem_of, wish


def placed(problem: Problem, *keys: tuple[int, int]) -> Plan:
    plan = Plan(problem)
    for one in problem.wishes:
        if (one.person_id, one.opening_id) in keys:
            plan.place(one)
    return plan


def as_solution(plan: Plan) -> Solution:
    rows = tuple(
        Placement(person_id=w.person_id, opening_id=w.opening_id, rank=w.rank, signup_id=w.signup_id)
        for w in plan.placed.values()
    )
    return Solution(solver="", input_hash="", placements=rows, unplaced=(), open_roles=(), levels=())


def test_who_is_free_steps_in() -> None:
    problem = problem_of((opening(10, 1),), (wish(1, 10), wish(2, 10, 2), wish(3, 10, 3)))
    mended = repair(placed(problem), opening(10, 1), without={1})

    assert mended is not None
    assert (mended.changes, [w.person_id for w in mended.placed]) == (1, [2])


def test_who_can_be_spared_moves_over() -> None:
    morning, same_time = opening(10, 1), opening(20, 2, min_needed=1, max_needed=2)
    problem = problem_of((morning, same_time), (wish(1, 10), wish(1, 20), wish(2, 20)))
    mended = repair(placed(problem, (1, 20), (2, 20)), morning)

    assert mended is not None
    assert [(w.person_id, w.opening_id) for w in (*mended.given_up, *mended.placed)] == [(1, 20), (1, 10)]


def test_somebody_steps_in_behind_her() -> None:
    morning, same_time = opening(10, 1), opening(20, 2)
    problem = problem_of((morning, same_time), (wish(1, 10), wish(1, 20), wish(2, 20)))
    mended = repair(placed(problem, (1, 20)), morning)

    assert mended is not None
    assert mended.changes == 3
    assert {(w.person_id, w.opening_id) for w in mended.placed} == {(1, 10), (2, 20)}


def test_who_has_confirmed_is_not_moved() -> None:
    morning, same_time = opening(10, 1), opening(20, 2, max_needed=2)
    problem = replace(
        problem_of((morning, same_time), (wish(1, 10), wish(2, 20))),
        pins=(Pin(person_id=1, opening_id=20, is_confirmed=True),),
    )
    assert repair(Plan(problem), morning) is None


def test_later_in_the_day_she_can_do_both() -> None:
    morning, evening = opening(10, 1), opening(20, 2, starts=MONDAY + 1140)
    problem = problem_of((morning, evening), (wish(1, 10), wish(1, 20)))
    mended = repair(placed(problem, (1, 20)), morning)

    assert mended is not None
    assert mended.given_up == ()


@budget(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems(), st.data())
def test_a_repair_breaks_no_rule_and_gives_one_more_head(problem: Problem, data: st.DataObject) -> None:
    plan = greedy.plan(problem)
    assume(plan.placed)
    gone = data.draw(st.sampled_from(sorted(plan.placed)))
    plan.take_back(plan.placed[gone])
    assume(not broken_rules(problem, as_solution(plan)))
    before, role = dict(plan.placed), plan.openings[gone[1]]
    mended = repair(plan, role, without={gone[0]})

    assert plan.placed == before
    if mended is not None:
        heads = len(plan.holders[role.id])
        apply(plan, mended)
        assert len(plan.holders[role.id]) == heads + 1
        assert mended.changes <= 3
        assert broken_rules(problem, as_solution(plan)) == []
