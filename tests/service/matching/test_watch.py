"""How a plan was made, written down beside it; and plans taken before they were done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.activities.rules import RolePlan, once
from service.audit import AuditEntry
from service.cli import cli
from service.db import transaction
from service.matching import actions, blocks, engine, lexical, record, solving
from service.matching.building import build_problem
from service.matching.checker import check
from service.matching.models import MatchRun
from service.matching.problem import Problem
from service.matching.solution import Enough, LevelName, Solution
from service.matching.watch import Point, Record, Watch, stop_at, versions
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.standing_by import stand_by
from service.terms import MatchRunState, MatchStage, Mode
from tests import factories
from tests.at_once import committed
from tests.service.matching.strategies import opening
from tests.service.matching.test_actions import FROM, UNTIL, matched, publish, request, solved
from tests.service.matching.test_building import ask
from tests.service.matching.test_engine import small_blocks as small_blocks  # noqa: PLC0414 (a fixture)
from tests.service.matching.test_engine import town
from tests.service.matching.test_lexical import problem_of, wish
from tests.service.matching.test_standing_by import overlooked


def made_of(run: MatchRun) -> Record:
    made = record.record_of(run)
    assert made
    return made


def test_a_run_says_how_it_was_made(session: Session, now: datetime) -> None:
    run = solved(session, matched(session, 3, now)[0], now)
    made = made_of(run)

    assert made.versions == versions()
    assert set(made.versions) == {"python", "highspy", "numpy"}
    assert made.parameters["nodes_in_a_part"] > 0
    assert [(one.stage, one.done, one.of) for one in made.passes] == [
        (MatchStage.GATHERING, 1, 1),
        (MatchStage.PLACING, 3, 3),
        (MatchStage.CHECKING, 1, 1),
    ]
    assert sum(one.wall_seconds for one in made.passes) == pytest.approx(made.wall_seconds, abs=0.01)
    assert made.cpu_seconds > 0
    assert 0 < made.wall_seconds < 600
    assert 20 < made.peak_mib < 100_000
    assert made.stopped is None


def test_nobody_is_in_a_record(session: Session, now: datetime) -> None:
    run = solved(session, matched(session, 3, now)[0], now)
    texts: list[str] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                texts.append(key)
                look(inner)
        elif isinstance(value, list):
            list(map(look, value))
        elif isinstance(value, str):
            texts.append(value)

    look(json.loads(json.dumps(run.record)))
    assert all(text.isascii() for text in texts), "names are Chinese"
    assert not any("person" in text or "name" in text for text in texts)


def test_time_and_memory_are_no_part_of_a_replay_but_other_versions_are_told(session: Session, now: datetime) -> None:
    run = solved(session, matched(session, 3, now)[0], now)
    stored = made_of(run).to_json()
    run.record = {**stored, "cpu_seconds": 9999.0, "peak_mib": 1, "versions": {**versions(), "highspy": "1.0.0"}}
    again = record.replay(session, run.id)

    assert again.is_identical
    assert again.versions == (("highspy", "1.0.0", versions()["highspy"]),)
    run.record = None
    assert record.replay(session, run.id).versions == (), "runs from before say nothing of theirs"


def test_the_command_tells_the_record(database: Settings, now: datetime) -> None:
    run_id = committed(lambda session: solved(session, matched(session, 3, now)[0], now).id)
    told = CliRunner().invoke(cli, ["match", "record", str(run_id)])
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert lines[1] == f"solver {lexical.NAME}"
    assert any(line.startswith("level cover: 1, bound 1, gap 0.0000%") for line in lines)
    assert f"version highspy {versions()['highspy']}" in lines
    assert any(line.startswith("pass placing: 3 of 3, ") for line in lines)
    assert lines[-1].endswith("MiB")
    assert CliRunner().invoke(cli, ["match", "record", "999"]).exit_code == 1
    with transaction() as session:
        stored = session.get_one(MatchRun, run_id)
        assert stored.record
        stored.record = {**stored.record, "versions": {"python": "3.0"}}
    again = CliRunner().invoke(cli, ["match", "replay", str(run_id)])
    assert f"match run {run_id}: made with python 3.0, replayed with {versions()['python']}" in again.output
    assert (again.exit_code, "identical" in again.output) == (0, True)


# --- taken before it was done ---


def all_points(problem: Problem, solve: Callable[..., Solution]) -> list[tuple[MatchStage, int]]:
    """Where the work could be stopped."""
    seen: list[tuple[MatchStage, int]] = []
    solve(problem, tell=lambda stage, done, _of: seen.append((stage, done)))
    return seen


def stopped_at(problem: Problem, solve: Callable[..., Solution], point: tuple[MatchStage, int]) -> Solution:
    watch = Watch(stop_at(point))
    solution = solve(problem, tell=watch.tell)
    assert watch.stopped == point
    assert watch.record(engine.NAME).stopped == point
    return solution


@pytest.mark.usefixtures("small_blocks")
def test_a_town_can_be_taken_after_every_turn_and_the_same_again() -> None:
    points = all_points(town(), engine.solve)
    outline = [point for point in points if point[0] == MatchStage.OUTLINE]
    first, middle, seen = outline[0], outline[1], next(p for p in points if p[0] == MatchStage.PLACING)
    assert len(points) == len(set(points)), "each point is told once, so that a replay finds it"
    values = {}
    for point in (first, middle, outline[-1], seen, points[-1]):
        solution = stopped_at(town(), engine.solve, point)
        assert check(town(), solution) == [], point
        assert stopped_at(town(), engine.solve, point) == solution, "the same, when stopped at the same point"
        values[point] = {level.name: level for level in solution.levels}

    whole = {level.name: level for level in engine.solve(town()).levels}
    assert values[first][LevelName.COVER].bound is values[middle][LevelName.COVER].bound is None, "not all was seen"
    assert values[seen][LevelName.COVER].bound == whole[LevelName.COVER].bound, "what no plan can beat was known"
    assert values[seen][LevelName.COVER].value <= whole[LevelName.COVER].value


def wishing_stand_bys(problem: Problem) -> Problem:
    return replace(problem, openings=tuple(replace(one, stand_bys=1) for one in problem.openings))


@pytest.mark.usefixtures("small_blocks")
def test_a_town_taken_early_has_all_the_stand_bys_that_could_come() -> None:
    problem = wishing_stand_bys(town())
    points = all_points(problem, engine.solve)
    for point in (points[0], points[len(points) // 2], points[-1]):
        solution = stopped_at(problem, engine.solve, point)
        assert check(problem, solution) == [], point
        assert solution.stand_bys
        assert overlooked(problem, solution) == []
        assert stopped_at(problem, engine.solve, point) == solution


def test_parts_not_come_to_keep_the_quick_plan() -> None:
    """Two parts that share nothing; the second is not solved any more."""
    roles = (opening(10, 1), opening(20, 2))
    problem = problem_of(roles, (wish(1, 10), wish(2, 10, 2), wish(3, 20), wish(4, 20, 2)))
    points = all_points(problem, lexical.solve)
    assert points == [(MatchStage.PLACING, 0), (MatchStage.PLACING, 2)]
    for point in points:
        solution = stopped_at(problem, lexical.solve, point)
        assert check(problem, solution) == []
        assert {level.name: level.bound for level in solution.levels}[LevelName.COVER] is None
        assert [(one.person_id, one.opening_id) for one in solution.placements] == [(1, 10), (3, 20)]


def test_a_record_comes_back_as_it_was_stored() -> None:
    watch = Watch(stop_at((MatchStage.PLACING, 4)))
    watch.gathered()
    watch.tell(MatchStage.PLACING, 0, 9)
    with pytest.raises(Enough):
        watch.tell(MatchStage.PLACING, 4, 9)
    watch.tell(MatchStage.CHECKING, 0, 1)
    made = watch.record(lexical.NAME)

    assert [(one.stage, one.done, one.of) for one in made.passes][1] == (MatchStage.PLACING, 4, 9)
    assert Record.from_json(json.loads(json.dumps(made.to_json()))) == made


# --- on the rows ---


def several_days(session: Session, **details: Any) -> int:
    """A run of six shifts, each wished for by three people of its own."""
    area = factories.community(session)
    plans = [once(date(2026, 12, day), starts=time(9), ends=time(11)) for day in range(1, 7)]
    activity = factories.activity(session, area, mode=Mode.MATCHED, plans=plans, **details)
    for shift in factories.shifts(session, activity):
        role = factories.only_role(session, shift)
        for n in range(3):
            ask(session, factories.volunteer(session, area, f"志愿者{shift.id}{n}"), role, now=factories.NOW)
    return request(session, activity, factories.NOW).id


def solve_with_enough_said_at(monkeypatch: pytest.MonkeyPatch, point: Point, run_id: int) -> MatchRun:
    """Solve the run; somebody will not wait when it comes to this point."""
    tell = solving.Teller.tell
    now = factories.NOW

    def told(teller: solving.Teller, stage: MatchStage, done: int, of: int) -> None:
        if (stage, done) == point:
            committed(lambda session: actions.settle_for(session, match_run_id=run_id, account_id=7, now=now).id)
        tell(teller, stage, done, of)

    with monkeypatch.context() as while_it_is_solved:
        while_it_is_solved.setattr(solving.Teller, "tell", told)
        while_it_is_solved.setattr(solving, "TELL_EVERY", 0.0)
        with transaction() as session:
            solving.solve(session, match_run_id=run_id, now=now)
    with transaction() as session:
        return session.get_one(MatchRun, run_id)


def stored(run_id: int) -> tuple[Problem, Solution]:
    """What the run was given, and what it proposed."""
    with transaction() as session:
        run = session.get_one(MatchRun, run_id)
        return record.problem_of(run), record.solution_of(session, run)


def test_whoever_will_not_wait_gets_a_plan_from_where_it_is_and_a_replay_stops_there_too(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "LARGEST_EXACT", 1)
    monkeypatch.setattr(blocks, "SIZE", 3)
    monkeypatch.setattr(blocks, "REGION", 4)
    run_id = committed(several_days)
    with transaction() as session:
        problem = build_problem(
            session,
            activity_ids=session.get_one(MatchRun, run_id).activity_ids,
            from_at=FROM,
            until_at=UNTIL,
            now=factories.NOW,
        )
    point = (MatchStage.OUTLINE, 2)
    assert point in all_points(problem, engine.solve)
    run = solve_with_enough_said_at(monkeypatch, point, run_id)

    assert (run.state, run.solver, run.enough_at) == (MatchRunState.DRAFTED, engine.NAME, factories.NOW)
    problem, solution = stored(run_id)
    assert check(problem, solution) == []
    assert {level.name: level.value for level in solution.levels}[LevelName.COVER] == 6
    assert made_of(run).stopped == point
    outline = next(one for one in made_of(run).passes if one.stage == MatchStage.OUTLINE)
    assert 0 < outline.done == point[1] < outline.of
    with transaction() as session:
        assert record.replay(session, run_id).is_identical
        assert len(session.scalars(select(Assignment).where(Assignment.match_run_id == run_id)).all()) == 12
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == run_id)).all()
    assert "settled_for_match" in verbs


def test_a_run_taken_early_asks_stand_bys_beside_who_stands_by_already_and_a_replay_finds_the_same(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six places, and a stand-by for each: on the first day somebody stands by of her own accord."""
    monkeypatch.setattr(record, "LARGEST_EXACT", 1)
    monkeypatch.setattr(blocks, "SIZE", 3)
    monkeypatch.setattr(blocks, "REGION", 4)
    wanted = (RolePlan(name="引导员", min_needed=1, max_needed=1, stand_bys=1),)
    run_id = committed(lambda session: several_days(session, roles=wanted))
    first, already = committed(someone_stands_by)
    point = (MatchStage.OUTLINE, 2)
    run = solve_with_enough_said_at(monkeypatch, point, run_id)

    problem, solution = stored(run_id)
    assert (made_of(run).stopped, check(problem, solution)) == (point, [])
    assert {one.id: one.stand_bys for one in problem.openings}[first] == 0
    assert sorted(one.opening_id for one in solution.stand_bys) == sorted(
        o.id for o in problem.openings if o.id != first
    )
    assert overlooked(problem, solution) == []
    with transaction() as session:
        assert record.replay(session, run_id).is_identical
        publish(session, session.get_one(MatchRun, run_id), factories.NOW)
    with transaction() as session:
        rows = session.scalars(select(Assignment).where(Assignment.match_run_id == run_id)).all()
        assert (
            sorted((row.is_stand_by, row.state) for row in rows) == [(False, "offered")] * 6 + [(True, "offered")] * 5
        )
        assert session.get_one(Assignment, already).state == "confirmed"
    told = CliRunner().invoke(cli, ["match", "replay", str(run_id)])
    assert (told.exit_code, "identical" in told.output) == (0, True), "published, it can be replayed as before"


def someone_stands_by(session: Session) -> tuple[int, int]:
    """(role of the first shift, place) of somebody who offered to stand by there."""
    role = session.scalars(select(ShiftRole).order_by(ShiftRole.id)).first()
    assert role
    her = factories.volunteer(session, factories.community(session), "李候备")
    where = {"shift_id": role.shift_id, "shift_role_id": role.id}
    return role.id, stand_by(session, volunteer_id=her.id, now=factories.NOW, **where).id


def test_enough_is_heard_while_a_run_is_solved_and_only_then(database: Settings) -> None:
    run_id = committed(several_days)

    def settle(session: Session) -> object:
        return actions.settle_for(session, match_run_id=run_id, account_id=7, now=factories.NOW).enough_at

    with pytest.raises(actions.NotADraft):
        committed(settle)
    assert solving.begin(run_id, now=factories.NOW)
    assert committed(settle) == committed(settle) == factories.NOW
    teller = solving.Teller(run_id)
    teller.tell(MatchStage.CHECKING, 0, 1)
    with pytest.raises(Enough):
        teller.tell(MatchStage.PLACING, 0, 8)
    committed(lambda session: actions.discard(session, match_run_id=run_id, account_id=7, now=factories.NOW).id)
    with pytest.raises(actions.NotADraft):
        committed(settle)
