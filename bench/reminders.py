"""Reminders: many planned, a part of them due in one minute, said to a channel that keeps nothing.

    python -m bench.reminders [--people 5000] [--full]

Each person holds two places, 25 people a shift, with ten lead times each; one of each is due, so that two reminders
become one message. One worker, and then two, do what the sweep does: claim, condense, lease, write, send, mark.
Then as many fall due at a steady rate, in real time, and are swept every two seconds: how late is each marked as
sent? Beside it, in the same run, one Celery process with a task for each person: tasks that do nothing, and tasks
that do the same work.
`--full`: 50,000 people, one million reminders, 100,000 of them due, or falling due at 5,000 a second.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from celery import Celery
from sqlalchemy import text

from bench import crowd
from bench.load import percentile
from service import clock
from service.activities.rules import RolePlan, once
from service.calendars.rules import local
from service.db import transaction
from service.notifications import channels
from service.notifications.channels import Message
from service.reminders import sweeping
from tests import factories
from tests.house import House
from workers.process import spare_the_collector

#: Ten in the morning: nobody sleeps.
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
LEAD_TIMES = [f"P{days}D" for days in range(1, 11)]
PLACES, PEOPLE_A_SHIFT = 2, 25
#: Reminders falling due in a second, and seconds between two rings of the sweep (celery_app.py).
RATE, RING = 5_000, 2.0
SPREAD = 20


class Nowhere:
    """A channel that keeps nothing but which messages it was given."""

    REPEATS_SAFELY = True

    def __init__(self) -> None:
        self.ids: list[int] = []

    def send(self, message: Message) -> None:
        """Forget what it says."""
        self.ids.append(message.notification_id)


def main() -> None:
    """Measure one worker, two workers, lateness and Celery's rates; print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--full", action="store_true", help="50,000 people")
    options = parser.parse_args()
    people = 50_000 if options.full else options.people
    people -= people % PEOPLE_A_SHIFT
    figures: dict[str, Any] = {"people": people, "reminders": people * PLACES * len(LEAD_TIMES), "due": people * PLACES}
    for workers in (1, 2):
        figures |= _throughput(people, workers)
    figures["second_worker"] = round(figures["per_second_2"] / figures["per_second_1"], 2)
    figures |= _lateness(people)
    figures["noop_tasks_per_second"] = _task_rate("noop", tasks=5_000)
    figures["task_a_person_per_second"] = _task_rate("person", tasks=1_000)
    people_per_second = figures["per_second_1"] / PLACES
    figures["times_a_noop_task_a_person"] = round(people_per_second / figures["noop_tasks_per_second"], 1)
    figures["times_a_task_a_person"] = round(people_per_second / figures["task_a_person_per_second"], 1)
    figures["load_average"] = round(os.getloadavg()[0], 2)
    for name, value in figures.items():
        print(f"{name:>26}: {value}")
    print(json.dumps(figures))


@contextmanager
def _house() -> Iterator[House]:
    """A database of its own, and a clock that can be turned to NOW."""
    with tempfile.TemporaryDirectory(prefix="lunzhi-reminders-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True, overrides={"VIRTUAL_CLOCK": "1"}) as house:
            yield house


# --- how many a second ---


def _throughput(people: int, workers: int) -> dict[str, Any]:
    """Reminders a second until nothing is due, and the CPU of one: the worker's and PostgreSQL's."""
    with _house() as house:
        _plant(people)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(_warm, range(workers)))
            cpu, start = house.cpu_seconds(), time.perf_counter()
            spent = sum(one.result() for one in [pool.submit(_work) for _ in range(workers)])
            wall, cpu = time.perf_counter() - start, house.cpu_seconds() - cpu
        _judge(people)
    due = people * PLACES
    return {
        f"per_second_{workers}": round(due / wall),
        f"worker_cpu_us_a_reminder_{workers}": round(1e6 * spent / due),
        f"database_cpu_us_a_reminder_{workers}": round(1e6 * cpu / due),
    }


def _warm(_number: int) -> None:
    """Everything is imported and connected before the clock starts, as in a process of the worker."""
    spare_the_collector()
    with transaction() as session:
        clock.now(session)


def _work() -> float:
    """What the task of the sweep does, until nothing is left; seconds of CPU."""
    cpu = time.process_time()
    nowhere = Nowhere()
    with patch.object(channels, "sender", lambda _channel: nowhere):
        while sweeping.send_due():
            pass
    return time.process_time() - cpu


# --- how late ---


def _lateness(people: int) -> dict[str, Any]:
    """Seconds from falling due to being marked as sent, at a steady rate."""
    rate = min(RATE, people * PLACES / SPREAD)
    seconds = people * PLACES / rate
    with _house() as house:
        _plant(people, seconds=seconds)
        cpu = house.cpu_seconds()
        late, spent = _sweep_for(people, seconds)
        cpu = house.cpu_seconds() - cpu
        _judge(people)
    return {
        "lateness_rate": round(rate),
        "lateness_p50_s": round(percentile(late, 0.5), 2),
        "lateness_p99_s": round(percentile(late, 0.99), 2),
        "lateness_max_s": round(max(late), 2),
        "lateness_cpu_us_a_reminder": round(1e6 * (cpu + spent) / (people * PLACES)),
    }


def _sweep_for(people: int, seconds: float) -> tuple[list[float], float]:
    """Sweep at every ring while people's reminders fall due: seconds late of each reminder, and CPU used."""
    nowhere, marked_at, cpu = Nowhere(), dict[int, datetime](), time.process_time()
    with transaction() as session:
        clock.turn_to(session, instant=NOW)
    began = time.monotonic()
    with patch.object(channels, "sender", lambda _channel: nowhere):
        while len(marked_at) < people and time.monotonic() - began < 10 * seconds:
            rung = time.monotonic()
            while sweeping.send_batch():
                at = NOW + timedelta(seconds=time.monotonic() - began)
                marked_at |= dict.fromkeys(nowhere.ids, at)
                nowhere.ids.clear()
            time.sleep(max(0.0, rung + RING - time.monotonic()))
    with transaction() as session:
        told = session.execute(text("SELECT notification_id, due_at FROM reminder WHERE state = 'sent'")).all()
    return [(marked_at[one] - due_at).total_seconds() for one, due_at in told], time.process_time() - cpu


# --- what is planned ---


def _plant(people: int, *, seconds: float = 0) -> None:
    """Two places for everybody, and the reminders of all lead times; what is due falls due within so many seconds.

    Nobody shares both of her shifts with many: the first goes by the hundreds of her number, the second by its rest.
    """
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys cost a minute here
        clock.turn_to(session, instant=NOW)
        area = factories.community(session)
        crowd.register(session, area_id=area.id, n=people)
        for days in (1, 2):
            at = local(NOW + timedelta(days=days))
            made = factories.activity(
                session,
                area,
                roles=[RolePlan(name="志愿者", min_needed=0, max_needed=PEOPLE_A_SHIFT)],
                plans=[once(at.date(), starts=at.time(), ends=at.replace(hour=at.hour + 1).time())],
                now=NOW - timedelta(days=20),
                lead_times=LEAD_TIMES,
                what_to_bring="水杯",
            )
            first = factories.shifts(session, made)[0]
            for _ in range(people // PEOPLE_A_SHIFT - 1):
                factories.further_shift(session, first, first.starts_at)
            details = {"activity_id": made.id, "starts_at": first.starts_at, "days": days, "seconds": seconds}
            session.execute(
                _PLACES,
                details
                | {"now": NOW - timedelta(days=15), "leads": LEAD_TIMES, "people": people, "each": PEOPLE_A_SHIFT},
            )
        session.execute(text("UPDATE shift_role SET taken = :n"), {"n": PEOPLE_A_SHIFT})
        # Not of the messages: there are none yet, and whoever is told so reads them all for each foreign key.
        session.execute(text("ANALYZE shift, shift_role, assignment, reminder"))


#: Due: the lead time that is as many days as the shift is ahead. The others are to come.
_PLACES = text("""
WITH role AS (
    SELECT r.id, r.shift_id, h.area_id, h.starts_at, h.ends_at, row_number() OVER (ORDER BY h.id) - 1 AS n
    FROM shift h JOIN shift_role r ON r.shift_id = h.id WHERE h.activity_id = :activity_id
), person AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM volunteer
), placed AS (
    INSERT INTO assignment (area_id, shift_id, shift_role_id, volunteer_id, state, occupies, assigned_at, answered_at,
                            decline_reason, version)
    SELECT r.area_id, r.shift_id, r.id, p.id, 'confirmed', tstzrange(r.starts_at, r.ends_at), :now, :now, '', 1
    FROM person p JOIN role r ON r.n = CASE WHEN :days = 1 THEN p.n / :each ELSE p.n % (:people / :each) END
    RETURNING id, area_id, volunteer_id
), facts AS (
    INSERT INTO outbox_event (kind, payload, fanned_out_at)
    SELECT 'AssignmentConfirmed', jsonb_build_object('assignment_id', id), now() FROM placed RETURNING 1
)
INSERT INTO reminder (area_id, assignment_id, volunteer_id, lead_time, due_at, state)
SELECT p.area_id, p.id, p.volunteer_id, lead,
       CASE WHEN day = :days THEN CAST(:starts_at AS timestamptz) - make_interval(days => day::int)
                                  + make_interval(secs => :seconds * person.n / :people)
            ELSE CAST(:starts_at AS timestamptz) + make_interval(days => day::int) END,
       'planned'
FROM placed p JOIN person ON person.id = p.volunteer_id
CROSS JOIN unnest(CAST(:leads AS text[])) WITH ORDINALITY AS t(lead, day)
""")


def _judge(people: int) -> None:
    """Everybody got one message about both places, each was delivered once, and what was not due is planned still."""
    with transaction() as session:
        sent = session.execute(
            text("SELECT count(*), count(DISTINCT volunteer_id), count(text) FROM notification WHERE state = 'sent'")
        ).one()
        delivered = session.scalar(text("SELECT count(*) FROM delivery WHERE error IS NULL"))
        told = session.scalar(text("SELECT count(*) FROM reminder WHERE state = 'sent'"))
        planned = session.scalar(text("SELECT count(*) FROM reminder WHERE state = 'planned'"))
    assert tuple(sent) == (people, people, people), sent
    assert delivered == people, delivered
    assert (told, planned) == (people * PLACES, people * PLACES * (len(LEAD_TIMES) - 1)), (told, planned)


# --- beside it: a task for each ---


def _task_rate(what: str, *, tasks: int) -> int:
    """Tasks a second of one Celery process: tasks that do nothing, or each all that is due to one person."""
    with _house() as house:
        if what == "person":
            _plant(tasks)
        context = get_context("spawn")
        rates: Any = context.Queue()
        worker = context.Process(target=_be_worker, args=(what, house.environment["REDIS_URL"], tasks, rates))
        worker.start()
        try:
            rate = int(rates.get(timeout=300))
        finally:
            worker.terminate()
            worker.join()
        if what == "person":
            _judge(tasks)
    return rate


def _be_worker(what: str, broker: str, tasks: int, rates: Any) -> None:
    """Queue so many tasks, then be the worker that does them."""
    app = Celery("bench", broker=broker)
    app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=4)
    done = []
    nowhere = Nowhere()
    patch.object(channels, "sender", lambda _channel: nowhere).start()

    @app.task(name=what)
    def task() -> None:
        if what == "person":
            sweeping.send_batch(limit=PLACES)
        done.append(time.perf_counter())
        if len(done) == tasks:
            rates.put((tasks - 1) / (done[-1] - done[0]))

    for _ in range(tasks):
        task.delay()
    app.Worker(pool="solo", loglevel="ERROR", quiet=True, without_heartbeat=True, without_gossip=True).start()


if __name__ == "__main__":
    main()
