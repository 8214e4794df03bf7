"""Reaction: how long after the commit of a sign-up what follows from it begins, with everything on one machine.

    python -m bench.reaction [--rates 25 50 100 200] [--seconds 10] [--http] [--no-faults]

People sign up at a steady rate; each sign-up has two facts and four reactions. Two processes commit them by the action
itself, the same transaction the web commits; with `--http` they ask the web server instead, which needs more of the
same cores. Measured in the database: from the start of the sign-up's transaction to the start of the one that
acknowledges it, an upper bound of the time from its commit to its reaction. A rate that the machine cannot keep shows
as `reached` below it. Then a backlog is worked off, for reactions a second and the CPU of each; then each fault in
turn, for the longest that any reaction waited.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import psutil
import redis
from sqlalchemy import text

from bench import crowd
from bench.load import Line, percentile
from service import clock
from service.activities.models import ShiftRole
from service.db import transaction
from service.signups.actions import sign_up
from service.terms import SignUpVia
from tests.house import House, wait_until

SHIFTS, PROCESSES, THREADS = 10, 2, 8
BACKLOG, WARM_UP = 1_500, 100
FAULT_RATE, FAULT_AFTER, FAULT_SECONDS = 25, 4, 20
#: What may pass after any single fault until a reaction begins.
PATIENCE_SECONDS = 30

#: A role of a shift, and a person with her token.
Wish: TypeAlias = tuple[ShiftRole, int, str]
Make: TypeAlias = Callable[[House, Sequence[Wish], int], None]


def main() -> None:
    """Measure each rate in a house of its own, print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=int, nargs="*", default=[25, 50, 100, 200])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--http", action="store_true", help="ask the web server")
    parser.add_argument("--no-faults", action="store_true", help="leave the faults out")
    options = parser.parse_args()
    rows = [_at_rate(rate, options.seconds, by_http=options.http) for rate in options.rates]
    rows.append(_backlog())
    if not options.no_faults:
        rows += [_after_fault(name) for name in FAULTS]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps(rows))
    worst = [row["worst_s"] for row in rows if "fault" in row]
    assert max(worst, default=0) <= PATIENCE_SECONDS, "a reaction waited too long after a fault"


def _at_rate(rate: int, seconds: int, *, by_http: bool) -> dict[str, Any]:
    with _house() as house:
        house.start("worker", "relay", "beat", *(["web"] if by_http else []))
        wishes = _wishes(rate * seconds)
        since = _warm_up(house)
        (_ask if by_http else _commit)(house, wishes, rate)
        wait_until(crowd.reactions_are_done, seconds=300, what="the reactions to be done")
        return {"rate": rate, "reached": _reached(since), **_summary(_waits(since, of="acknowledge_sign_up"))}


def _backlog() -> dict[str, Any]:
    """Sign-ups that nobody has reacted to yet, then the relay wakes: reactions a second, and the CPU of each."""
    with _house() as house:
        house.start("worker", "relay")
        wishes = _wishes(BACKLOG)
        since = _warm_up(house)
        relay = psutil.Process(house.processes["relay"].pid)
        relay.suspend()
        _commit(house, wishes, 1_000)
        before = house.cpu_of_each()
        relay.resume()
        wait_until(crowd.reactions_are_done, seconds=300, what="the backlog to be worked off")
        with transaction() as session:
            span = text("""SELECT count(*), extract(epoch FROM max(done_at) - min(done_at))::float
                           FROM outbox_reaction WHERE event_id > :since""")
            count, seconds = session.execute(span, {"since": since}).one()
        cpu = {name: seconds - before[name] for name, seconds in house.cpu_of_each().items()}
        return {
            "backlog": count,
            "a_second": round(count / seconds),
            "cpu_ms_each": {name: round(1000 * spent / count, 2) for name, spent in cpu.items()},
            "load_average": round(os.getloadavg()[0], 2),
        }


def _after_fault(name: str) -> dict[str, Any]:
    """People sign up all the while; what is struck is started again at once, as a supervisor does."""
    with _house() as house:
        house.start("worker", "relay", "beat")
        wishes = _wishes(FAULT_RATE * FAULT_SECONDS)
        since = _warm_up(house)
        asking = threading.Thread(target=_commit, args=(house, wishes, FAULT_RATE))
        asking.start()
        time.sleep(FAULT_AFTER)
        FAULTS[name](house)
        asking.join()
        wait_until(crowd.reactions_are_done, seconds=300, what="the reactions to be done")
        return {"fault": name, **_summary(_waits(since))}


def _kill(name: str) -> Callable[[House], None]:
    def strike(house: House) -> None:
        house.kill(name)
        house.start(name)

    return strike


def _kill_worker_child(house: House) -> None:
    house.children("worker")[0].kill()


def _kill_redis(house: House) -> None:
    house.redis.kill()
    house.redis.start_again()


def _flush_redis(house: House) -> None:
    redis.Redis.from_url(house.redis.url).flushall()


FAULTS: dict[str, Callable[[House], None]] = {
    "relay killed": _kill("relay"),
    "worker killed": _kill("worker"),
    "one of the worker's processes killed": _kill_worker_child,
    "beat killed": _kill("beat"),
    "Redis killed": _kill_redis,
    "Redis flushed": _flush_redis,
}


@contextmanager
def _house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="lunzhi-reaction-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        awake = {"QUIET_FROM": "00:00", "QUIET_UNTIL": "00:00"}  # messages go out at whatever hour this is run
        with House(Path(folder), is_durable=True, overrides=awake) as house:
            yield house


def _wishes(people: int) -> list[Wish]:
    """Each person of a crowd with a place for her, shift after shift in turn."""
    each = -(-people // SHIFTS)
    crowds = [crowd.gather(people=each, places=each) for _ in range(SHIFTS)]
    turns = zip(*[[(role, *person) for person in persons] for role, persons in crowds], strict=True)
    return [wish for turn in turns for wish in turn][:people]


def _warm_up(house: House) -> int:
    """A few sign-ups and all that follows, so that no start is measured; the id of the last event of it."""
    _commit(house, _wishes(WARM_UP), WARM_UP)
    wait_until(crowd.reactions_are_done, seconds=120, what="the first reactions")
    with transaction() as session:
        return int(session.execute(text("SELECT max(id) FROM outbox_event")).scalar_one())


def _commit(house: House, wishes: Sequence[Wish], rate: int) -> None:
    """Sign each up at her time by the action itself, from processes that do nothing else."""
    plain = [(role.id, role.shift_id, volunteer_id) for role, volunteer_id, _ in wishes]
    context = multiprocessing.get_context("spawn")
    start = time.time() + 2.0  # until they have started
    processes = [
        context.Process(target=_commit_part, args=(plain, first, start, rate), daemon=True)
        for first in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES, "every sign-up is taken"


def _commit_part(wishes: Sequence[tuple[int, int, int]], part: int, start: float, rate: int) -> None:
    def one(index: int) -> None:
        role_id, shift_id, volunteer_id = wishes[index]
        with transaction() as session:
            sign_up(
                session,
                volunteer_id=volunteer_id,
                shift_id=shift_id,
                shift_role_id=role_id,
                now=clock.now(session),
                via=SignUpVia.WEB,
            )

    _in_time(one, range(part, len(wishes), PROCESSES), start=start, rate=rate, threads=THREADS // PROCESSES)


def _ask(house: House, wishes: Sequence[Wish], rate: int) -> None:
    """Send each sign-up at its time over HTTP."""
    requests = [crowd.sign_up(role, token, key=f"at-{volunteer_id}") for role, volunteer_id, token in wishes]
    lines = threading.local()

    def one(index: int) -> None:
        if not hasattr(lines, "line"):
            lines.line = Line(house.address)
        answer = lines.line.send(requests[index])
        assert answer is not None
        assert answer.status == 201, "every sign-up is taken"

    _in_time(one, range(len(requests)), start=time.time(), rate=rate, threads=2 * THREADS)


def _in_time(do: Callable[[int], None], indices: Sequence[int], *, start: float, rate: int, threads: int) -> None:
    """Do each at its time, one thread after the other taking the next. Raises what a thread raised."""
    failures: list[BaseException] = []

    def run(first: int) -> None:
        try:
            for index in indices[first::threads]:
                time.sleep(max(0.0, start + index / rate - time.time()))
                do(index)
        except BaseException as error:  # told below: a thread's own would only be printed
            failures.append(error)

    running = [threading.Thread(target=run, args=(first,), daemon=True) for first in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise failures[0]


def _reached(since: int) -> int:
    """Sign-ups a second, as they were committed."""
    with transaction() as session:
        span = text("""SELECT count(*), extract(epoch FROM max(recorded_at) - min(recorded_at))::float
                       FROM outbox_event WHERE kind = 'SignedUp' AND id > :since""")
        count, seconds = session.execute(span, {"since": since}).one()
        return int(count / seconds)


def _waits(since: int, *, of: str | None = None) -> list[float]:
    """Seconds from each fact to each reaction, or to those called so."""
    with transaction() as session:
        rows = session.scalars(
            text("""SELECT extract(epoch FROM r.done_at - e.recorded_at)::float
                    FROM outbox_reaction r JOIN outbox_event e ON e.id = r.event_id
                    WHERE e.id > :since AND r.reaction = coalesce(:of, r.reaction)"""),
            {"since": since, "of": of},
        )
        return list(rows)


def _summary(waits: Sequence[float]) -> dict[str, Any]:
    return {
        "p50_s": round(percentile(waits, 0.5), 3),
        "p99_s": round(percentile(waits, 0.99), 3),
        "worst_s": round(max(waits), 3),
        "load_average": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()
