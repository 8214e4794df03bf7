"""Reaction: how long after a sign-up what follows from it begins, with web, relay and worker on one machine.

    python -m bench.reaction [--rates 25 50 100] [--seconds 20]

People sign up at a steady rate over HTTP; each sign-up has two facts and four reactions. Measured in the database: from
the start of the sign-up's transaction to the start of the transaction that acknowledges it, an upper bound of the time
from its commit to its reaction. A rate that the machine cannot keep shows as `reached` below it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import crowd
from bench.load import Line, percentile
from service.db import transaction
from tests.house import House, wait_until


def main() -> None:
    """Measure each rate in a house of its own, print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=int, nargs="*", default=[25, 50, 100])
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    rows = [_measure(rate, options.seconds) for rate in options.rates]
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps(rows))


def _measure(rate: int, seconds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="lunzhi-reaction-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True) as house:
            house.start("web", "worker", "relay", "beat")
            role, people = crowd.gather(people=rate * seconds, places=rate * seconds)
            requests = [crowd.sign_up(role, token, key=f"at-{volunteer_id}") for volunteer_id, token in people]
            start = time.perf_counter()
            statuses = _send_at(house.address, requests, rate=rate)
            wall = time.perf_counter() - start
            wait_until(crowd.reactions_are_done, seconds=300, what="the reactions to be done")
            waits = _waits()
    assert statuses == [201] * len(requests), "every sign-up is taken"
    return {
        "rate": rate,
        "reached": round(len(requests) / wall),
        "p50_s": round(percentile(waits, 0.5), 3),
        "p99_s": round(percentile(waits, 0.99), 3),
        "worst_s": round(max(waits), 3),
        "load_average": round(os.getloadavg()[0], 2),
    }


def _send_at(address: tuple[str, int], requests: Sequence[bytes], *, rate: int, lines: int = 16) -> list[int]:
    """Send each at its time, one line after the other taking the next; the statuses in order."""
    statuses = [0] * len(requests)
    start = time.perf_counter()

    def run(first: int) -> None:
        line = Line(address)
        for index in range(first, len(requests), lines):
            time.sleep(max(0.0, start + index / rate - time.perf_counter()))
            answer = line.send(requests[index])
            statuses[index] = answer.status if answer else 0

    threads = [threading.Thread(target=run, args=(first,), daemon=True) for first in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _waits() -> list[float]:
    """Seconds from each sign-up to its acknowledgement."""
    with transaction() as session:
        rows = session.scalars(
            text("""SELECT extract(epoch FROM r.done_at - e.recorded_at)::float
                    FROM outbox_reaction r JOIN outbox_event e ON e.id = r.event_id
                    WHERE e.kind = 'SignedUp' AND r.reaction = 'acknowledge_sign_up'""")
        )
        return list(rows)


if __name__ == "__main__":
    main()
