"""Matching measured: neighbourhoods of 1,000 to 100,000 volunteers, by greed and in blocks, against a proven bound.

    python -m bench.match [--sizes 1000x200 10000x2000] [--seed 1] [--processes 1] [--bound] [--cover] [--runs 1]
                          [--exact] [--fairness] [--reasons] [--write FILE]

One line for each size and matcher: minimums covered, wishes, people kept, how far each is from what no plan can beat,
CPU seconds, wall seconds, peak memory of this process and of the largest one split off, the machine's load. The bounds
are those that ship with the plan. `--exact` adds the exact matcher with its own bounds, where it takes the problem
whole. `--bound` proves once more, the whole problem as one region. `--cover` solves the minimums alone in whole
numbers, the sharpest bound (30 CPU-seconds for 10,000 people). `--runs` repeats the blocks, with one and two processes
in turn, and tells how many different plans came out. `--fairness` adds how the loads lie, who has no place, who is
refused though her claim is better (docs/matching.md). `--reasons` adds what comes after the plan before anything is
saved: every reason of every refusal, and the independent checker. `--write` keeps the problem as JSON
(docs/matching.md), for other programs to solve.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.neighbourhoods import neighbourhood
from service.matching import engine, greedy, lexical, rules
from service.matching.block import Part
from service.matching.checker import check
from service.matching.conclusion import conclude
from service.matching.fairness import fairness
from service.matching.plan import Plan
from service.matching.problem import Problem
from service.matching.proof import Outlook, outlook, regions_of
from service.matching.solution import Level, LevelName


def main() -> None:
    """Measure each size and print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="*", default=["1000x200"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--bound", action="store_true")
    parser.add_argument("--cover", action="store_true")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--fairness", action="store_true")
    parser.add_argument("--reasons", action="store_true")
    parser.add_argument("--no-greedy", action="store_true")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        people, shifts = map(int, size.split("x"))
        problem = neighbourhood(people, shifts, seed=options.seed)
        if options.write:
            options.write.write_text(json.dumps(problem.to_json()))
        rows += _measured(problem, size, options)
    print(json.dumps(rows))


def _measured(problem: Problem, size: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    (made, found), spent = _timed(lambda: engine.plan(problem, processes=options.processes))
    bounds = _bounds(made, found, options)
    yield _told(_sound(made), spent, size=size, matcher=engine.NAME, bounds=bounds)
    if options.exact and len(problem.wishes) <= lexical.LARGEST_PART:
        solution, spent = _timed(lambda: lexical.solve(problem))
        own = {level.name: level.bound for level in solution.levels}
        yield _told(solution.levels, spent, size=size, matcher=lexical.NAME, bounds=own)
    if not options.no_greedy:
        drafted, spent = _timed(lambda: greedy.plan(problem))
        yield _told(_sound(drafted), spent, size=size, matcher=greedy.NAME, bounds=bounds)
        if options.fairness:
            _tell_fairness(drafted, greedy.NAME)
    if options.fairness:
        _tell_fairness(made, engine.NAME)
    if options.reasons:
        _tell_reasons(made, found, size)
    if options.runs > 1:
        plans = {_digest(engine.plan(problem, processes=1 + run % 2)[0]) for run in range(1, options.runs)}
        print(f"{size}: {len(plans | {_digest(made)})} different plan(s) in {options.runs} runs")


def _bounds(made: Plan, found: Outlook | None, options: argparse.Namespace) -> dict[LevelName, int | None]:
    """What no plan can beat: as the engine says, or sharper where that was asked for."""
    start = Plan(made.problem)
    if options.bound:
        found = outlook(made, [regions_of(Part(start, made.problem.wishes))], facts=rules.cover(start).value)
    if options.cover and found is not None:
        heads = Part(start, made.problem.wishes).most_heads()
        found = replace(found, heads=found.heads if heads is None else min(found.facts + heads, found.heads))
    return {level.name: level.bound for level in engine.bounded(made, found)}


def _sound(made: Plan) -> tuple[Level, ...]:
    """The plan's levels, after every rule was asked of everybody placed."""
    assert all(rules.stands(made, wish) for wish in list(made.placed.values()))
    return rules.levels(made)


def _told(
    levels: Iterable[Level],
    spent: dict[str, Any],
    *,
    size: str,
    matcher: str,
    bounds: Mapping[LevelName, int | None],
) -> dict[str, Any]:
    row: dict[str, Any] = {"size": size, "matcher": matcher, **spent}
    for level in levels:
        bound = bounds.get(level.name)
        row[level.name.value] = level.value
        if bound:
            off = "over by" if bound < level.value else "short by"
            row[f"{level.name.value} {off}"] = f"{100 * abs(bound - level.value) / bound:.3f} %"
    print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return row


def _tell_fairness(made: Plan, matcher: str) -> None:
    found = asdict(fairness(made, conclude(made, solver=matcher)))
    print(f"{matcher}: " + "  ".join(f"{name} {value}" for name, value in found.items()), flush=True)


def _tell_reasons(made: Plan, found: Outlook | None, size: str) -> None:
    solution, spent = _timed(lambda: engine.finished(made, found))
    faults, checked = _timed(lambda: check(made.problem, solution))
    assert not faults
    print(
        f"{size}: {len(solution.unplaced)} refusals with all reasons {spent['cpu_seconds']} CPU-seconds, "
        f"checked {checked['cpu_seconds']}, peak {checked['peak_mib'][0]} MiB",
        flush=True,
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """What came out, and what it took: the CPU of this process and of those split off it."""
    before, wall = _cpu(), time.monotonic()
    found = work()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return found, {
        "cpu_seconds": round(_cpu() - before, 1),
        "wall_seconds": round(time.monotonic() - wall, 1),
        "peak_mib": [peak // 1024 for peak in peaks],
        "load": round(os.getloadavg()[0], 1),
    }


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _digest(made: Plan) -> str:
    return hashlib.sha256(repr(sorted(made.placed)).encode()).hexdigest()


if __name__ == "__main__":
    main()
