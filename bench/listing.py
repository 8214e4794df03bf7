"""Listing: 2,000 upcoming shifts; the first 30 that a logged-in volunteer can take, over real HTTP.

    python -m bench.listing [--shifts 2000] [--requests 600] [--connections 8]

The list is filtered by the same rules that refuse a sign-up. Figures: requests a second, p50 and p99, CPU
milliseconds a request of the whole server tree.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import time as wall_time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import crowd
from bench.load import percentile, request, send_all
from service import clock
from service.activities.rules import RolePlan, weekly_plan
from service.calendars.rules import local
from service.db import transaction
from service.terms import QualificationKind
from tests import factories
from tests.house import House

PATH = "/api/v1/shifts?takeable=true&limit=30"


def main() -> None:
    """Run and print the figures as text and, last, as one line of JSON."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="lunzhi-listing-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True) as house:
            figures = listing(house, options)
    print(json.dumps(figures, ensure_ascii=False))


def listing(house: House, options: argparse.Namespace) -> dict[str, Any]:
    """Many shifts, a third of which need what nobody of the crowd holds."""
    tokens, shifts = _seed(options.shifts)
    house.start("web")
    requests = [request("GET", PATH, token=tokens[n % len(tokens)]) for n in range(options.requests)]
    send_all(house.address, requests[:50], connections=options.connections)
    cpu, start = house.cpu_seconds(), time.perf_counter()
    answers = send_all(house.address, requests, connections=options.connections)
    wall, cpu = time.perf_counter() - start, house.cpu_seconds() - cpu
    seconds = [answer.seconds for answer in answers if answer]
    good = [answer for answer in answers if answer and answer.status == 200 and len(answer.body["items"]) == 30]
    figures = {
        "shifts": shifts,
        "requests": options.requests,
        "answered_with_30": len(good),
        "per_second": round(len(answers) / wall, 1),
        "p50_ms": round(1000 * percentile(seconds, 0.5), 1),
        "p99_ms": round(1000 * percentile(seconds, 0.99), 1),
        "cpu_ms_per_request": round(1000 * cpu / len(answers), 2),
        "load_average": round(os.getloadavg()[0], 2),
    }
    for name, value in figures.items():
        print(f"{name:>22}: {value}")
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shifts", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--connections", type=int, default=8)
    return parser.parse_args()


def _seed(shifts: int) -> tuple[list[str], int]:
    """Daily activities of 30 days each, every third for doctors only; and the tokens of a small crowd."""
    _, people = crowd.gather(people=20, places=100)
    made = 0
    with transaction() as session:
        now = clock.now(session)
        area = factories.community(session)
        today = local(now).date()
        while made < shifts:
            number = made // 30
            needs = (QualificationKind.DOCTOR,) if number % 3 == 0 else ()
            plan = weekly_plan(
                starts=wall_time(6 + number % 14),
                ends=wall_time(8 + number % 14),
                from_on=today + timedelta(days=1),
                until_on=today + timedelta(days=30),
            )
            role = RolePlan(name="志愿者", min_needed=1, max_needed=3, requires=needs)
            factories.activity(session, area, title=f"值班{number}", roles=[role], plans=[plan], now=now)
            made += 30
        session.execute(text("ANALYZE"))  # as the server does by itself within a minute
    return [token for _, token in people], made


if __name__ == "__main__":
    main()
