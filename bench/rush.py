"""Rush: 10,000 people, one shift of 100 places, 64 connections, over real HTTP to the production web server.

    python -m bench.rush [--people 10000] [--places 100] [--connections 64] [--with-worker]

PostgreSQL commits durably. Three figures stand side by side in one run:

* the service: sign-ups a second, p50 and p99, CPU milliseconds a request of the whole server tree;
* the same SQL bare: the statements one request sends (who asks, her key, her lock, the rules' read, the sign-up, the
  answer kept), replayed by a driver that does nothing else;
* their ratio.

Afterwards the database is asked whether everybody got one definite answer and no place is over or under.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bench import crowd
from bench.load import Answer, percentile, send_all
from service import db
from service.activities.models import ShiftRole
from service.db import transaction
from service.settings import settings
from service.web import create_app
from tests import invariants
from tests.house import House, wait_until


def main() -> None:
    """Run the rush and print the figures as text and, last, as one line of JSON."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="lunzhi-rush-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True) as house:
            figures = rush(house, options)
    print(json.dumps(figures, ensure_ascii=False))


def rush(house: House, options: argparse.Namespace) -> dict[str, Any]:
    """The service first, then the same SQL bare on a shift of its own."""
    role, people = crowd.gather(people=options.people, places=options.places)
    house.start("web", *(("worker", "relay", "beat") if options.with_worker else ()))
    requests = [crowd.sign_up(role, token, key=f"rush-{volunteer_id}") for volunteer_id, token in people]
    warm_role, warm_people = crowd.gather(people=200, places=10)
    send_all(house.address, [crowd.sign_up(warm_role, token, key="warm") for _, token in warm_people], connections=16)
    cpu, start = house.cpu_seconds(), time.perf_counter()
    answers = send_all(house.address, requests, connections=options.connections)
    wall, cpu = time.perf_counter() - start, house.cpu_seconds() - cpu
    broken = _judge(role, answers, options)
    if options.with_worker:
        wait_until(crowd.reactions_are_done, seconds=300, what="the reactions to be done")
        broken += _check()
    bare_role, bare_people = crowd.gather(people=options.people, places=options.places)
    bare_wall = _replay(bare_role, bare_people, options.connections)
    seconds = [answer.seconds for answer in answers if answer]
    figures = {
        "people": options.people,
        "places": options.places,
        "connections": options.connections,
        "with_worker": options.with_worker,
        "per_second": round(options.people / wall, 1),
        "p50_ms": round(1000 * percentile(seconds, 0.5), 1),
        "p99_ms": round(1000 * percentile(seconds, 0.99), 1),
        "cpu_ms_per_request": round(1000 * cpu / options.people, 2),
        "bare_sql_per_second": round(options.people / bare_wall, 1),
        "share_of_bare": round(bare_wall / wall, 2),
        "broken_promises": broken,
        "load_average": round(os.getloadavg()[0], 2),
    }
    for name, value in figures.items():
        print(f"{name:>22}: {value}")
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--places", type=int, default=100)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--with-worker", action="store_true", help="let the reactions run beside the rush")
    return parser.parse_args()


def _judge(role: ShiftRole, answers: Sequence[Answer | None], options: argparse.Namespace) -> list[str]:
    """What was promised and not kept: one definite answer each, exactly the capacity, a queue without hole or tie."""
    told = Counter((a.status, a.body.get("state")) if a else (0, None) for a in answers)
    expected = Counter({(201, "confirmed"): options.places, (201, "waitlisted"): options.people - options.places})
    broken = [] if told == expected else [f"answers: {dict(told)}"]
    with transaction() as session:
        stored: Counter[str] = Counter(
            dict(
                session.execute(
                    text("SELECT state, count(*)::int FROM signup WHERE shift_role_id = :id GROUP BY state"),
                    {"id": role.id},
                ).all()
            )
        )
    if stored != {"confirmed": options.places, "waitlisted": options.people - options.places}:
        broken.append(f"sign-ups: {dict(stored)}")
    return broken + _check()


def _check() -> list[str]:
    with Session(db.engine()) as session:
        return invariants.check(session)


def _replay(role: ShiftRole, people: Sequence[tuple[int, str]], connections: int) -> float:
    """Seconds that the statements of one request take for everybody, sent by as many connections with no service."""
    statements = _statements(role, people[0][1])
    everybody = [_values(volunteer_id, token) for volunteer_id, token in people[1:]]
    halves = [(settings().database_url, statements, everybody[half::2], connections // 2) for half in (0, 1)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as drivers:
        list(drivers.map(len, ["", ""]))  # both are up before the clock starts
        start = time.perf_counter()
        list(drivers.map(_send, halves))
        return time.perf_counter() - start


def _send(half: tuple[str, Sequence[tuple[str, dict[str, Any]]], Sequence[dict[str, Any]], int]) -> None:
    """Send the statements for some people over some connections, one transaction a person."""
    url, statements, people, connections = half
    turn = count()

    def run() -> None:
        with psycopg.connect(url.replace("+psycopg", ""), prepare_threshold=2) as connection:
            for index in turn:
                if index >= len(people):
                    return
                with connection.transaction():
                    for sql, values in statements:
                        connection.execute(sql, {**values, **_kept(people[index], values)}).fetchone()

    with ThreadPoolExecutor(connections) as threads:
        for done in [threads.submit(run) for _ in range(connections)]:
            done.result()


def _values(volunteer_id: int, token: str) -> dict[str, Any]:
    """The values in which one person's statements differ from another's."""
    digest = hashlib.sha256(token.encode()).digest()
    return {
        "volunteer_id": volunteer_id,
        "account_id": int(token.rpartition("_")[2]),
        "digest": digest,
        "fingerprint": digest,
        "key": f"bare-{volunteer_id}",
    }


def _kept(mine: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mine.items() if name in values}


def _statements(role: ShiftRole, token: str) -> list[tuple[Any, dict[str, Any]]]:
    """The statements of one request with their values, caught on their way to the database: who asks, her key,
    her lock, what she is judged by, the sign-up, the answer kept. Asserts that each is sent with values by name."""
    caught: list[tuple[Any, dict[str, Any]]] = []

    class Catching(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            caught.append((query, dict(params)))
            return super().execute(query, params, **options)

    app = create_app(settings())
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bare"}
    path, body = f"/api/v1/shifts/{role.shift_id}/signups", {"shift_role_id": role.id}
    event.listen(db.engine(), "checkout", lambda driver, *_: setattr(driver, "cursor_factory", Catching))
    answer = app.test_client().post(path, json=body, headers=headers)
    db.forget_engine()
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return caught


if __name__ == "__main__":
    main()
