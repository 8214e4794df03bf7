"""Problems and solutions as files, for whoever would compare: docs/formats/ has their schemas, docs/matching.md the
meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from service.matching.checker import broken_rules, counted
from service.matching.faults import Violation
from service.matching.form import LATER
from service.matching.problem import KINDS, MalformedProblem, Problem
from service.matching.solution import LevelName, Placement, Solution


class MalformedSolution(ValueError):
    """The file has no placements, or places somebody where the problem has no wish of hers."""


def read_problem(text: str) -> Problem:
    """The problem a file holds. Raises MalformedProblem, saying which table and column is not as it should be."""
    stored = _object(text, error=MalformedProblem)
    for name, kind in KINDS.items():
        table = stored.get(name, {} if name in LATER else None)
        if not isinstance(table, Mapping):
            raise MalformedProblem(f"{name}: an object of columns is missing")
        _check_columns(name, table, kind)
    try:
        return Problem.from_json(stored)
    except MalformedProblem:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedProblem(f"{type(error).__name__}: {error}") from error


def read_placements(text: str, problem: Problem) -> Solution:
    """The placements a file holds, by whatever program, as a plan of the problem; anything else in it is passed over.

    Raises MalformedSolution.
    """
    wishes = {(wish.person_id, wish.opening_id): wish for wish in problem.wishes}
    rows = []
    try:
        keys = [(row["person_id"], row["opening_id"]) for row in _object(text, error=MalformedSolution)["placements"]]
    except (KeyError, TypeError) as error:
        raise MalformedSolution("placements: a list of {person_id, opening_id} is missing") from error
    for person_id, opening_id in keys:
        wish = wishes.get((person_id, opening_id))
        if wish is None:
            raise MalformedSolution(f"placements: person {person_id} has no wish for opening {opening_id}")
        rows.append(
            Placement(person_id=person_id, opening_id=opening_id, rank=wish.rank, signup_id=wish.signup_id),
        )
    return Solution(
        solver="", input_hash=problem.input_hash, placements=tuple(rows), unplaced=(), open_roles=(), levels=()
    )


def judged(problem: Problem, plan: Solution) -> tuple[list[Violation], dict[LevelName, int]]:
    """Every hard rule the placements break, and what they reach at each aim: by the checker, not by any solver."""
    return broken_rules(problem, plan), counted(problem, plan)


def _object(text: str, *, error: type[ValueError]) -> dict[str, Any]:
    try:
        stored = json.loads(text)
    except ValueError as wrong:
        raise error(f"this is no JSON: {wrong}") from wrong
    if not isinstance(stored, dict):
        raise error("a JSON object is expected")
    return stored


def _check_columns(name: str, table: Mapping[str, Any], kind: type[Any]) -> None:
    """Only known columns, none missing that was there from the first version on, all of one length."""
    if unknown := sorted(table.keys() - {f.name for f in fields(kind)}):
        raise MalformedProblem(f"{name}: there is no column {unknown[0]!r}")
    needed = {f.name for f in fields(kind) if "since" not in f.metadata}
    if table and (missing := sorted(needed - table.keys())):
        raise MalformedProblem(f"{name}: column {missing[0]!r} is missing")
    if wrong := [column for column, values in table.items() if not isinstance(values, list)]:
        raise MalformedProblem(f"{name}: column {wrong[0]!r} is no list")
    if len({len(values) for values in table.values()}) > 1:
        raise MalformedProblem(f"{name}: the columns are not of one length")
