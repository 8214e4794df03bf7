"""Blocks: sound plans near what no plan can beat, the same however many processes solve them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget

from bench.neighbourhoods import neighbourhood
from service.matching import blocks, engine, greedy, lexical, record, rules
from service.matching.checker import check
from service.matching.plan import Plan
from service.matching.problem import Problem
from service.matching.solution import LevelName
from tests.service.matching.strategies import opening, ruled_problems
from tests.service.matching.test_lexical import problem_of, wish


@cache
def town() -> Problem:
    """Three communities of a hundred people and thirty shifts each."""
    return neighbourhood(300, 90, seed=3)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a hundred people: seams in a problem a test can afford."""
    monkeypatch.setattr(blocks, "SIZE", 100)


@budget(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems())
def test_the_checker_finds_nothing(problem: Problem) -> None:
    assert check(problem, engine.solve(problem)) == []


def values(plan: Plan) -> dict[LevelName, int]:
    return {level.name: level.value for level in rules.levels(plan)}


@pytest.mark.usefixtures("small_blocks")
def test_a_town_in_blocks_is_near_what_no_plan_can_beat_and_much_nearer_than_greedy() -> None:
    made, outlook = engine.plan(town())
    begun, reached, drafted = values(Plan(town())), values(made), values(greedy.plan(town()))
    most = begun[LevelName.COVER] + outlook.heads

    assert 0.97 * most <= reached[LevelName.COVER] <= most
    assert reached[LevelName.COVER] >= drafted[LevelName.COVER]
    assert reached[LevelName.KEPT] == len(town().pins)
    assert outlook.wishes - drafted[LevelName.WISHES] > 2 * (outlook.wishes - reached[LevelName.WISHES])


@pytest.mark.usefixtures("small_blocks")
def test_a_town_in_blocks_breaks_no_rule_and_leaves_nobody_untold() -> None:
    assert check(town(), engine.solve(town())) == []


@pytest.mark.usefixtures("small_blocks")
def test_the_same_plan_with_one_process_and_with_two() -> None:
    alone, _ = engine.plan(town())
    beside, _ = engine.plan(town(), processes=2)

    assert list(alone.placed) == list(beside.placed)


@pytest.mark.usefixtures("small_blocks")
def test_blocks_of_one_turn_share_nothing() -> None:
    plan = Plan(town())
    for turn in blocks.in_turns(plan, blocks.by_area(plan)):
        shifts = [{plan.openings[w.opening_id].shift_id for w in block.wishes(plan)} for block in turn]
        assert sum(map(len, shifts)) == len(set().union(*shifts))


def test_what_is_small_is_solved_exactly_and_what_is_large_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of((opening(10, 1, max_needed=3),), tuple(wish(n, 10) for n in (1, 2)))
    assert record.solver_for(problem) is lexical.solve
    monkeypatch.setattr(record, "LARGEST_EXACT", 1)
    assert record.solver_for(problem) is engine.solve
    assert record.solver_for(replace(problem, wishes=problem.wishes[:1])) is lexical.solve
