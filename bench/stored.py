"""A plan in the database: what it takes to store it, to read it back, and to tell one volunteer why she has no place.

    python -m bench.stored [--size 10000x2000] [--seed 1] [--looks 200] [--exact]

The problem is one of bench/neighbourhoods.py, solved by greed (`--exact`: as a run of that size would be); the people,
shifts and sign-ups it speaks of are written beside it. One line for each step: seconds on the clock, CPU-seconds of
this process, its memory before and at its peak, the peak of the database's process. Then how many milliseconds it took
to tell one of those refused why, over so many of them, and how much room the plan takes on the disk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench.load import percentile
from bench.neighbourhoods import neighbourhood
from service.db import transaction
from service.matching import greedy, record, refusals
from service.matching.models import MatchRun
from service.matching.problem import Problem, instant
from service.matching.solution import Solution
from service.matching.telling import told_to_her
from service.signups.models import SignUp
from service.terms import MatchRunState, Mode
from tests import factories
from tests.factories import NOW
from tests.house import House


def main() -> None:
    """Measure each step and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="10000x2000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--looks", type=int, default=200)
    parser.add_argument("--exact", action="store_true")
    options = parser.parse_args()
    people, shifts = map(int, options.size.split("x"))
    problem = neighbourhood(people, shifts, seed=options.seed)
    solution = (record.solver_for(problem) if options.exact else greedy.solve)(problem)
    print(f"{options.size}: {len(solution.placements)} placements, {len(solution.unplaced)} refusals")
    with tempfile.TemporaryDirectory(prefix="lunzhi-stored-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True):
            with transaction() as session:
                activity_id = _write_down(session, problem)
            with transaction() as session:
                run_id = _store(session, problem, solution, activity_id=activity_id)
            with transaction() as session, _step("read back", session):
                assert record.solution_of(session, session.get_one(MatchRun, run_id)) == solution
            _tell(solution, looks=options.looks)
            with transaction() as session:
                for table in ("match_run", "match_refusals"):
                    size = session.scalar(select(func.pg_total_relation_size(table))) or 0
                    print(f"{table}: {size >> 20} MiB on the disk")


def _store(session: Session, problem: Problem, solution: Solution, *, activity_id: int) -> int:
    """A published run, as `actions.solve` stores it."""
    run = MatchRun(
        area_id=1,
        activity_ids=[activity_id],
        from_at=instant(problem.from_minute),
        until_at=instant(problem.until_minute),
        requested_at=NOW,
        state=MatchRunState.PUBLISHED,
        input_hash=solution.input_hash,
    )
    session.add(run)
    session.flush()
    with _step("problem and proposal", session):
        run.problem, run.solution = problem.to_json(), replace(solution, unplaced=()).to_json()
        session.flush()
    session.expire(run)
    with _step("refusals", session):
        refusals.write(session, run.id, solution.unplaced)
    return run.id


def _tell(solution: Solution, *, looks: int) -> None:
    step = max(1, len(solution.unplaced) // looks)
    times = []
    for refused in solution.unplaced[::step]:
        with transaction() as session:
            signup = session.get_one(SignUp, refused.signup_id)
            begun = time.perf_counter()
            assert told_to_her(session, signup)
            times.append(1000 * (time.perf_counter() - begun))
    median, late = percentile(times, 0.5), percentile(times, 0.95)
    print(f"told why: median {median:.1f} ms, p95 {late:.1f} ms, load {os.getloadavg()[0]:.1f}")


def _write_down(session: Session, problem: Problem) -> int:
    """The people, shifts and sign-ups a problem speaks of, by its ids, all of one activity; its id."""
    area = factories.community(session)
    made = factories.activity(session, area, mode=Mode.MATCHED)
    [like] = factories.shifts(session, made)
    session.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL session_replication_role = replica"))
    session.execute(text("DELETE FROM shift_role; DELETE FROM shift"))
    where, how = (area.id, made.id, like.occurrence_id, area.id), ("waitlisted", "", "web", NOW)
    shift_of = {opening.id: opening.shift_id for opening in problem.openings}
    shifts = {opening.shift_id: opening for opening in problem.openings}.values()
    _copy(
        session,
        "volunteer (id, area_id, name, pinyin, initials, tags, weekly_hours, language, registered_at, version)",
        [(one.id, area.id, f"志愿者{one.id}", "", "", [], 20, "zh", NOW, 1) for one in problem.persons],
    )
    _copy(
        session,
        "shift (id, area_id, activity_id, occurrence_id, place_id, starts_at, ends_at, rest_after, state, version)",
        [(one.shift_id, *where, instant(one.starts), instant(one.ends), one.rest_after, "open", 1) for one in shifts],
    )
    _copy(
        session,
        "signup (id, area_id, shift_id, shift_role_id, volunteer_id, state, note, via, signed_up_at, rank)",
        [
            (wish.signup_id, area.id, shift_of[wish.opening_id], wish.opening_id, wish.person_id, *how, wish.rank)
            for wish in problem.wishes
        ],
    )
    return made.id


def _copy(session: Session, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    driver = cast(psycopg.Connection[Any], session.connection().connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {columns} FROM STDIN".encode()) as target:
        for row in rows:
            target.write_row(row)


@contextmanager
def _step(name: str, session: Session) -> Iterator[None]:
    """Say what it took. Peaks are counted anew from here, where the system allows that (Linux, its administrator)."""
    database = session.scalar(select(func.pg_backend_pid())) or 0
    for process in ("self", database):
        Path(f"/proc/{process}/clear_refs").write_text("5")
    before, wall, cpu = _mib("self", "VmRSS"), time.monotonic(), time.process_time()
    yield
    print(
        f"{name}: {time.monotonic() - wall:.1f} s, {time.process_time() - cpu:.1f} CPU-seconds, "
        f"{before} MiB, at most {_mib('self', 'VmHWM')}, database {_mib(database, 'VmHWM')}, "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _mib(process: int | str, what: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) // 1024


if __name__ == "__main__":
    main()
