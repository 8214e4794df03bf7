"""The record of a run: its problem and solution as values again, and the proof that it can be repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from service.matching import engine, greedy, lexical, refusals
from service.matching.models import MatchRun
from service.matching.plan import Plan
from service.matching.problem import Problem
from service.matching.solution import Solution, Solver, Unplaced
from service.matching.watch import Record, stop_at, versions

#: Every matcher by the name its runs carry. One that made stored plans stays here as long as they do.
SOLVERS: dict[str, Solver] = {greedy.NAME: greedy.solve, lexical.NAME: lexical.solve, engine.NAME: engine.solve}
#: Problems with more wishes than this are solved in blocks, all others exactly.
LARGEST_EXACT = lexical.LARGEST_PART


class NotSolved(Exception):
    """The run has no plan yet."""


class UnknownSolver(Exception):
    """The matcher that made the plan is not part of this program."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored run solved anew: `differences` names what came out otherwise, and is empty as it should be.

    `versions` are those that are others now: (name, then, now). Time and memory are not compared.
    """

    solution: Solution
    differences: tuple[str, ...]
    versions: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_identical(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What publishing made of a run, summed over its parts if it was published bit by bit.

    `skipped` are drafts that no longer fitted; `waitlisted` and `declined` count sign-ups that got no place.
    """

    offered: int = 0
    waitlisted: int = 0
    declined: int = 0
    skipped: tuple[Unplaced, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The outcome as JSON values."""
        counts = {"offered": self.offered, "waitlisted": self.waitlisted, "declined": self.declined}
        return {**counts, "skipped": [unplaced.to_json() for unplaced in self.skipped]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Outcome:
        """The outcome that `to_json` wrote."""
        return cls(**{**stored, "skipped": tuple(map(Unplaced.from_json, stored["skipped"]))})


def solver_for(problem: Problem) -> Solver:
    """The matcher a new run uses."""
    return SOLVERS[lexical.NAME if len(problem.wishes) <= LARGEST_EXACT else engine.NAME]


def problem_of(run: MatchRun) -> Problem:
    """What the run was given. Raises NotSolved."""
    if run.problem is None:
        raise NotSolved(f"match run {run.id} is {run.state}")
    return Problem.from_json(run.problem)


def solution_of(session: Session, run: MatchRun) -> Solution:
    """What the run proposed, and everybody it refused. Raises NotSolved."""
    proposal = proposal_of(run)
    unplaced = sorted(refusals.read(session, run.id), key=lambda one: (one.person_id, one.opening_id))
    return replace(proposal, unplaced=tuple(unplaced))


def proposal_of(run: MatchRun) -> Solution:
    """The same without those refused: they are most of it. Raises NotSolved."""
    if run.solution is None:
        raise NotSolved(f"match run {run.id} is {run.state}")
    return Solution.from_json(run.solution)


def record_of(run: MatchRun) -> Record | None:
    """How the run was made; None for one from before this was written down."""
    return Record.from_json(run.record) if run.record is not None else None


def told(run: MatchRun) -> list[str]:
    """The record line by line, for whoever operates the service. Raises NotSolved."""
    proposal, made = proposal_of(run), record_of(run)
    lines = [f"input {run.input_hash}", f"solver {proposal.solver}"]
    for level in proposal.levels:
        gap = "" if level.gap is None else f", gap {level.gap:.4%}"
        lines.append(f"level {level.name}: {level.value}, bound {'-' if level.bound is None else level.bound}{gap}")
    if made is None:
        return [*lines, "made before records were kept"]
    lines += [f"version {name} {value}" for name, value in made.versions.items()]
    lines += [f"parameter {name} {value}" for name, value in made.parameters.items()]
    lines += [
        f"pass {one.stage}: {one.done} of {one.of}, {one.wall_seconds} s, {one.cpu_seconds} CPU-seconds"
        for one in made.passes
    ]
    if made.stopped:
        lines.append(f"stopped in {made.stopped[0]} after {made.stopped[1]}")
    lines.append(f"in all {made.wall_seconds} s, {made.cpu_seconds} CPU-seconds, process at most {made.peak_mib} MiB")
    return lines


def plan_of(run: MatchRun) -> Plan:
    """What the run proposed, as a plan that can be asked. Raises NotSolved."""
    return finished(problem_of(run), proposal_of(run))


def finished(problem: Problem, solution: Solution) -> Plan:
    """The plan of a solution, which can be asked."""
    plan = Plan(problem)
    placed = {(one.person_id, one.opening_id) for one in solution.placements}
    for wish in problem.wishes:
        if (wish.person_id, wish.opening_id) in placed:
            plan.place(wish)
    return plan


def outcome_of(run: MatchRun) -> Outcome:
    """What publishing made of the run; empty before."""
    return Outcome.from_json(run.outcome) if run.outcome is not None else Outcome()


def replay(session: Session, match_run_id: int) -> Replay:
    """Solve a stored problem again, by the matcher of that run, as far as it went, and compare. Changes nothing.

    Raises NotSolved, and UnknownSolver when that matcher is no longer part of the program.
    """
    run = session.get_one(MatchRun, match_run_id)
    problem, stored = problem_of(run), solution_of(session, run)
    if stored.solver not in SOLVERS:
        raise UnknownSolver(f"match run {run.id} was made by {stored.solver!r}, which this program does not have")
    made = record_of(run)
    again = SOLVERS[stored.solver](problem, tell=stop_at(made.stopped if made else None))
    parts = ("placements", "unplaced", "open_roles", "levels", "stand_bys")
    differences = [part for part in parts if getattr(stored, part) != getattr(again, part)]
    if problem.input_hash != run.input_hash:
        differences.append("input_hash")
    return Replay(solution=again, differences=tuple(differences), versions=_other_versions(made))


def _other_versions(made: Record | None) -> tuple[tuple[str, str, str], ...]:
    """Runs from before records were kept say nothing of theirs."""
    then, now = made.versions if made else {}, versions()
    return tuple((name, then[name], now.get(name, "-")) for name in sorted(then) if then[name] != now.get(name))
