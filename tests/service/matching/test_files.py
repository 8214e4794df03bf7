"""Problems and solutions as files: the schemas say what is written and read, the example is what the matcher makes."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from service.cli import cli
from service.matching import files, lexical
from service.matching.checker import check
from service.matching.problem import KINDS, Draft, MalformedProblem, Problem, Weights
from service.matching.solution import Solution
from tests.service.matching.strategies import ruled_problems

FORMATS = Path(__file__).parents[3] / "docs" / "formats"


@cache
def schema(name: str) -> Any:
    validator = Draft202012Validator
    read = json.loads((FORMATS / f"{name}.schema.json").read_text())
    validator.check_schema(read)
    return validator(read)


def example(name: str) -> Any:
    return json.loads((FORMATS / f"{name}.json").read_text())


def test_the_example_is_as_the_schemas_say_and_the_solution_is_what_the_matcher_makes_of_it() -> None:
    for name in ("problem", "solution"):
        schema(name).validate(example(name))
    problem = files.read_problem(json.dumps(example("problem")))
    assert problem.to_json() == example("problem")
    assert lexical.solve(problem).to_json() == example("solution")
    assert check(problem, Solution.from_json(example("solution"))) == []


def test_the_schema_names_every_column_and_its_default() -> None:
    properties = schema("problem").schema["properties"]
    for name, kind in KINDS.items():
        told = properties[name]
        assert list(told["properties"]) == [f.name for f in fields(kind)], name
        assert told["required"] == [f.name for f in fields(kind) if "since" not in f.metadata], name
        defaults = {f.name: f.default for f in fields(kind) if "since" in f.metadata}
        assert {column: told["properties"][column]["items"]["default"] for column in defaults} == defaults
    weights = {name: one["default"] for name, one in properties["weights"]["properties"].items()}
    assert Weights(**weights) == Weights()


@budget(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ruled_problems())
def test_whatever_is_written_is_as_the_schemas_say(problem: Problem) -> None:
    solution = lexical.solve(problem)
    drafted = [Draft(person_id=one.person_id, opening_id=one.opening_id) for one in solution.placements]
    for one in (problem, Problem(**{**_parts(problem), "drafts": drafted})):
        stored = json.loads(json.dumps(one.to_json()))
        schema("problem").validate(stored)
        assert files.read_problem(json.dumps(stored)) == one
    schema("solution").validate(json.loads(json.dumps(solution.to_json())))
    assert Solution.from_json(json.loads(json.dumps(solution.to_json()))) == solution


def _parts(problem: Problem) -> dict[str, Any]:
    return {f.name: getattr(problem, f.name) for f in fields(problem)}


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ({"version": 9}, "version 9"),
        ({"openings": None}, "openings: an object of columns is missing"),
        ({"persons": {"id": [1], "max_minutes": [60, 60], "load_minutes": [0]}}, "persons: the columns are not of one"),
        ({"persons": {"id": [1], "max_minutes": [60]}}, "persons: column 'load_minutes' is missing"),
        ({"persons": {"id": [1], "max_minutes": [60], "load_minutes": [0], "age": [70]}}, "no column 'age'"),
        ({"persons": {"id": [1], "max_minutes": [60], "load_minutes": [0]}}, "is not in the problem"),
        ({"persons": {"id": [1], "max_minutes": ["x"], "load_minutes": [0]}}, "TypeError"),
        ({"weights": {"best": 1}}, "best"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_is_wrong(spoilt: dict[str, Any], told: str) -> None:
    with pytest.raises(MalformedProblem, match=told):
        files.read_problem(json.dumps(example("problem") | spoilt))


def test_the_commands_solve_a_file_and_judge_any_plan_of_it(tmp_path: Path) -> None:
    problem, plan = FORMATS / "problem.json", tmp_path / "plan.json"
    solved = CliRunner().invoke(cli, ["match", "solve", str(problem)])
    assert (solved.exit_code, json.loads(solved.output)) == (0, example("solution"))

    judged = CliRunner().invoke(cli, ["match", "check", str(problem), str(FORMATS / "solution.json")])
    levels = {level["name"]: level["value"] for level in example("solution")["levels"]}
    assert judged.exit_code == 0
    assert judged.output.splitlines() == [f"level {name}: {value}" for name, value in levels.items()]

    plan.write_text(json.dumps({"placements": [{"person_id": 4, "opening_id": 30}]}))
    broken = CliRunner().invoke(cli, ["match", "check", str(problem), str(plan)])
    assert broken.exit_code == 1
    assert "broken hard_on_elders: person 4, opening 30" in broken.output

    plan.write_text(json.dumps({"placements": [{"person_id": 4, "opening_id": 10}]}))
    unknown = CliRunner().invoke(cli, ["match", "check", str(problem), str(plan)])
    assert (unknown.exit_code, "person 4 has no wish for opening 10" in unknown.output) == (1, True)
    plan.write_text("placements")
    assert CliRunner().invoke(cli, ["match", "check", str(problem), str(plan)]).exit_code == 1
    assert CliRunner().invoke(cli, ["match", "solve", str(plan)]).exit_code == 1
