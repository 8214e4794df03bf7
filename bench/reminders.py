"""Reminders: many planned, a part of them due in one minute, said to a channel that keeps nothing.

    python -m bench.reminders [--people 5000] [--full]

Each person holds two places with ten lead times each; one of each is due, so that two reminders become one message. One
worker, and then two, do what the sweeps do: claim, condense, ask for the message; lease, write, send, mark. Beside it,
in the same run, Celery's rate of tasks that do nothing: what one task for each person would cost at the least.
`--full`: 50,000 people, one million reminders, 100,000 of them due.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from celery import Celery
from sqlalchemy import text

from bench import crowd
from service import clock
from service.activities.rules import RolePlan, once
from service.calendars.rules import local
from service.db import transaction
from service.notifications import channels, sending
from service.notifications.channels import Message
from service.reminders import actions as reminders
from tests import factories
from tests.house import House

#: Ten in the morning: nobody sleeps.
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
LEAD_TIMES = [f"P{days}D" for days in range(1, 11)]
PLACES = 2


class Nowhere:
    """A channel that keeps nothing."""

    REPEATS_SAFELY = True

    def send(self, message: Message) -> None:
        """Forget it."""


def main() -> None:
    """Measure one worker, two workers, and Celery's bare rate; print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--full", action="store_true", help="50,000 people")
    options = parser.parse_args()
    people = 50_000 if options.full else options.people
    figures: dict[str, Any] = {"people": people, "reminders": people * PLACES * len(LEAD_TIMES), "due": people * PLACES}
    for workers in (1, 2):
        figures |= _measure(people, workers)
    figures["second_worker"] = round(figures["per_second_2"] / figures["per_second_1"], 2)
    figures["noop_tasks_per_second"] = _noop_rate()
    figures["times_a_task_a_person"] = round(figures["per_second_1"] / PLACES / figures["noop_tasks_per_second"], 1)
    figures["load_average"] = round(os.getloadavg()[0], 2)
    for name, value in figures.items():
        print(f"{name:>22}: {value}")
    print(json.dumps(figures))


def _measure(people: int, workers: int) -> dict[str, Any]:
    """On a database of its own: reminders a second through both sweeps, and the CPU of one."""
    with tempfile.TemporaryDirectory(prefix="lunzhi-reminders-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True, overrides={"VIRTUAL_CLOCK": "1"}) as house:
            _plant(people)
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                list(pool.map(_warm, range(workers)))
                cpu, start = house.cpu_seconds(), time.perf_counter()
                spent = [one.result() for one in [pool.submit(_work) for _ in range(workers)]]
                wall, cpu = time.perf_counter() - start, house.cpu_seconds() - cpu
            _judge(people)
    due = people * PLACES
    return {
        f"per_second_{workers}": round(due / wall),
        f"condensing_s_{workers}": round(max(one["condensing"] for one in spent), 1),
        f"sending_s_{workers}": round(max(one["sending"] for one in spent), 1),
        f"cpu_us_a_reminder_{workers}": round(1e6 * (cpu + sum(one["cpu"] for one in spent)) / due),
    }


def _warm(_number: int) -> None:
    """Everything is imported and connected before the clock starts."""
    with transaction() as session:
        clock.now(session)


def _work() -> dict[str, float]:
    """What the tasks of the two sweeps do, until nothing is left: seconds of each, and CPU."""
    start, cpu = time.perf_counter(), time.process_time()
    while True:
        with transaction() as session:
            if not reminders.send_due(session, now=NOW):
                break
    condensed = time.perf_counter()
    with patch.object(channels, "sender", lambda _channel: Nowhere()):
        while sending.send_due():
            pass
    return {
        "condensing": condensed - start,
        "sending": time.perf_counter() - condensed,
        "cpu": time.process_time() - cpu,
    }


def _plant(people: int) -> None:
    """Two shifts, a confirmed place in each for everybody, and the reminders of all lead times."""
    with transaction() as session:
        clock.turn_to(session, instant=NOW)
        area = factories.community(session)
        crowd.register(session, area_id=area.id, n=people)
        for days in (1, 2):
            at = local(NOW + timedelta(days=days))
            made = factories.activity(
                session,
                area,
                roles=[RolePlan(name="志愿者", min_needed=0, max_needed=people)],
                plans=[once(at.date(), starts=at.time(), ends=at.replace(hour=at.hour + 1).time())],
                now=NOW - timedelta(days=20),
                lead_times=LEAD_TIMES,
            )
            shift = factories.shifts(session, made)[0]
            session.execute(
                _PLACES, {"shift_id": shift.id, "now": NOW - timedelta(days=15), "leads": LEAD_TIMES, "days": days}
            )
        session.execute(text("UPDATE shift_role SET taken = :n"), {"n": people})
        session.execute(text("ANALYZE assignment, reminder, notification"))


#: Due: the lead time that is as many days as the shift is ahead. The others are to come.
_PLACES = text("""
WITH placed AS (
    INSERT INTO assignment (area_id, shift_id, shift_role_id, volunteer_id, state, occupies, assigned_at, answered_at,
                            decline_reason, version)
    SELECT h.area_id, h.id, r.id, v.id, 'confirmed', tstzrange(h.starts_at, h.ends_at), :now, :now, '', 1
    FROM shift h JOIN shift_role r ON r.shift_id = h.id CROSS JOIN volunteer v WHERE h.id = :shift_id
    RETURNING id, area_id, volunteer_id
), facts AS (
    INSERT INTO outbox_event (kind, payload, fanned_out_at)
    SELECT 'AssignmentConfirmed', jsonb_build_object('assignment_id', id), now() FROM placed RETURNING 1
)
INSERT INTO reminder (area_id, assignment_id, volunteer_id, lead_time, due_at, state, unsent_reason, settled_at)
SELECT p.area_id, p.id, p.volunteer_id, lead,
       CASE WHEN n = :days THEN (SELECT starts_at FROM shift WHERE id = :shift_id) - make_interval(days => n::int)
            ELSE (SELECT starts_at FROM shift WHERE id = :shift_id) + make_interval(days => n::int) END,
       'planned', NULL, NULL
FROM placed p CROSS JOIN unnest(CAST(:leads AS text[])) WITH ORDINALITY AS t(lead, n)
""")


def _judge(people: int) -> None:
    """Everybody got one message about both places, and what was not due is planned still."""
    with transaction() as session:
        sent = session.execute(
            text("SELECT count(*), count(DISTINCT volunteer_id) FROM notification WHERE state = 'sent'")
        ).one()
        told = session.scalar(text("SELECT count(*) FROM reminder WHERE state = 'sent'"))
        planned = session.scalar(text("SELECT count(*) FROM reminder WHERE state = 'planned'"))
    assert tuple(sent) == (people, people), sent
    assert (told, planned) == (people * PLACES, people * PLACES * (len(LEAD_TIMES) - 1)), (told, planned)


def _noop_rate(tasks: int = 5_000) -> int:
    """Tasks a second of one Celery process that has nothing to do in them, over the same kind of broker."""
    with tempfile.TemporaryDirectory(prefix="lunzhi-noop-") as folder:
        Path(folder).chmod(0o711)
        with House(Path(folder), is_durable=True) as house:
            context = get_context("spawn")
            rates: Any = context.Queue()
            worker = context.Process(target=_do_nothing, args=(house.environment["REDIS_URL"], tasks, rates))
            worker.start()
            try:
                return int(rates.get(timeout=120))
            finally:
                worker.terminate()
                worker.join()


def _do_nothing(broker: str, tasks: int, rates: Any) -> None:
    """Queue so many tasks, then be the worker that does them."""
    app = Celery("noop", broker=broker)
    app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=4)
    done = []

    @app.task(name="noop")
    def noop() -> None:
        done.append(time.perf_counter())
        if len(done) == tasks:
            rates.put((tasks - 1) / (done[-1] - done[0]))

    for _ in range(tasks):
        noop.delay()
    app.Worker(pool="solo", loglevel="ERROR", quiet=True, without_heartbeat=True, without_gossip=True).start()


if __name__ == "__main__":
    main()
