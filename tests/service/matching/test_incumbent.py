"""The plan before: kept where it still goes, never given up for a worse one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget

from service.matching import engine, greedy, lexical
from service.matching.checker import check
from service.matching.incumbent import carried_over, not_worse, standing
from service.matching.plan import Plan
from service.matching.problem import Draft, Opening, Person, Problem, Wish
from tests.service.matching.strategies import ruled_problems

MORNING: dict[str, Any] = {"shift_id": 1, "starts": 600, "ends": 700, "rest_after": 0, "week": 202648}


def drafted(problem: Problem) -> Problem:
    """The problem, to be solved anew after its exact plan was drafted."""
    exact = lexical.solve(problem)
    return replace(
        problem, drafts=[Draft(person_id=one.person_id, opening_id=one.opening_id) for one in exact.placements]
    )


@budget(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems())
def test_no_matcher_gives_back_less_than_the_draft(problem: Problem) -> None:
    again = drafted(problem)
    before = standing(carried_over(again))
    for solver in (lexical, engine):
        found = solver.solve(again)
        assert check(again, found) == []
        reached = tuple(-level.value if level.name in ("burden", "travel") else level.value for level in found.levels)
        assert reached >= before, solver.NAME


def test_a_draft_that_a_quick_matcher_would_miss_is_kept() -> None:
    """Greedy takes the dearer wish first, and leaves the other opening without anybody."""
    both = Problem(
        from_minute=0,
        until_minute=2000,
        persons=[Person(id=n, max_minutes=600) for n in (1, 2)],
        openings=[Opening(id=n, min_needed=1, max_needed=1, **MORNING) for n in (10, 11)],
        wishes=[
            Wish(person_id=1, opening_id=10, rank=1, signup_id=1),
            Wish(person_id=1, opening_id=11, rank=2, signup_id=2),
            Wish(person_id=2, opening_id=10, rank=2, signup_id=3),
        ],
        drafts=[Draft(person_id=1, opening_id=11), Draft(person_id=2, opening_id=10)],
    )
    worse = Plan(both)
    worse.place(both.wishes[0])
    kept = not_worse(worse)
    assert set(kept.placed) == {(1, 11), (2, 10)}
    assert not_worse(carried_over(both)).placed == kept.placed


def test_who_cannot_come_any_more_is_left_out() -> None:
    gone = Problem(
        from_minute=0,
        until_minute=2000,
        persons=[Person(id=1, max_minutes=50), Person(id=2, max_minutes=600)],
        openings=[Opening(id=10, min_needed=1, max_needed=1, **MORNING)],
        wishes=[Wish(person_id=n, opening_id=10, rank=1, signup_id=n) for n in (1, 2)],
        drafts=[Draft(person_id=1, opening_id=10)],
    )
    assert set(carried_over(gone).placed) == {(2, 10)}


def test_the_draft_is_part_of_the_stored_problem() -> None:
    problem = Problem(
        from_minute=0,
        until_minute=2000,
        persons=[Person(id=1, max_minutes=50)],
        openings=[Opening(id=10, min_needed=1, max_needed=1, **MORNING)],
        drafts=[Draft(person_id=1, opening_id=10)],
    )
    stored = problem.to_json()
    assert (stored["version"], stored["drafts"]) == (3, {"person_id": [1], "opening_id": [10]})
    assert Problem.from_json(stored) == problem
    assert replace(problem, drafts=()).to_json()["version"] == 1
    assert problem.input_hash != replace(problem, drafts=()).input_hash


def test_it_is_where_the_exact_matcher_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is too large for a program keeps what it begins with: here the draft, not the empty plan."""
    monkeypatch.setattr(lexical, "LARGEST_PART", 0)
    monkeypatch.setattr(greedy, "plan", Plan)
    monkeypatch.setattr(lexical, "fill_up", lambda plan: None)
    two = Problem(
        from_minute=0,
        until_minute=2000,
        persons=[Person(id=n, max_minutes=600) for n in (1, 2)],
        openings=[Opening(id=n, min_needed=1, max_needed=1, **MORNING) for n in (10, 11)],
        wishes=[Wish(person_id=n, opening_id=9 + n, rank=1, signup_id=n) for n in (1, 2)],
        drafts=[Draft(person_id=n, opening_id=9 + n) for n in (1, 2)],
    )
    assert [(one.person_id, one.opening_id) for one in lexical.solve(two).placements] == [(1, 10), (2, 11)]
