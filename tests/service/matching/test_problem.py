"""The stored form of a problem: the same facts give the same bytes, and come back whole."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.problem import MalformedProblem, Person, Problem, Wish
from tests.service.matching.strategies import MONDAY, WEEK, opening, problems


def small(**given_tables: object) -> Problem:
    tables = {
        "persons": (Person(id=1, max_minutes=600), Person(id=2, max_minutes=600)),
        "openings": (opening(10, 1),),
        "wishes": (Wish(person_id=1, opening_id=10, rank=1), Wish(person_id=2, opening_id=10, rank=2)),
        **given_tables,
    }
    return Problem(from_minute=MONDAY, until_minute=MONDAY + WEEK, **tables)  # type: ignore[arg-type]  # the tests give wrong tables too


@given(problems())
def test_a_problem_comes_back_whole_from_its_stored_text(problem: Problem) -> None:
    again = Problem.from_json(json.loads(json.dumps(problem.to_json())))

    assert again == problem
    assert again.input_hash == problem.input_hash


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_changes_nothing(problem: Problem, dice: Random) -> None:
    def shuffled(rows: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(dice.sample(rows, len(rows)))

    again = Problem(
        from_minute=problem.from_minute,
        until_minute=problem.until_minute,
        persons=shuffled(problem.persons),  # type: ignore[arg-type]
        openings=shuffled(problem.openings),  # type: ignore[arg-type]
        commitments=shuffled(problem.commitments),  # type: ignore[arg-type]
        wishes=shuffled(problem.wishes),  # type: ignore[arg-type]
        pins=shuffled(problem.pins),  # type: ignore[arg-type]
        weights=problem.weights,
    )
    assert again == problem
    assert again.input_hash == problem.input_hash


def test_the_hash_of_version_1_is_what_it_always_was() -> None:
    """Stored runs are replayed by this hash: if it changes, raise VERSION and keep a reader for the old form."""
    assert small().input_hash == "74d8d38b943d1a093cfd25a00548708f537c495974ea7781fb9df806718afd8b"


def test_how_far_it_is_makes_it_another_problem_and_needs_another_version() -> None:
    far = Wish(person_id=2, opening_id=10, rank=2, travel=3)
    problem = small(wishes=(small().wishes[0], far))
    stored = problem.to_json()

    assert (stored["version"], stored["wishes"]["travel"]) == (4, [0, 3])
    assert Problem.from_json(stored) == problem
    assert problem.input_hash != small().input_hash
    assert "travel" not in small().to_json()["wishes"]


def test_another_fact_gives_another_hash() -> None:
    assert small(openings=(opening(10, 1, max_needed=2),)).input_hash != small().input_hash


@pytest.mark.parametrize(
    "tables",
    [
        {"persons": (Person(id=1, max_minutes=600), Person(id=1, max_minutes=60), Person(id=2, max_minutes=1))},
        {"wishes": (Wish(person_id=3, opening_id=10, rank=1),)},
        {"wishes": (Wish(person_id=1, opening_id=11, rank=1),)},
    ],
    ids=["a person twice", "a wish of nobody", "a wish for nothing"],
)
def test_tables_that_contradict_each_other_are_refused(tables: dict[str, object]) -> None:
    with pytest.raises(MalformedProblem):
        small(**tables)


def test_another_version_is_refused() -> None:
    with pytest.raises(MalformedProblem, match="version 99"):
        Problem.from_json({**small().to_json(), "version": 99})
