"""Series: four weeks of shifts for many series, laid out by the worker's own action.

    python -m bench.series [--occurrences 1000 10000] [--full]

For each size: seconds and CPU of laying everything out, of running again at once, and of running again the next day,
when each series is one day behind. `--full` adds 100,000 occurrences, and 10,000 series of every kind.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from service.activities.laying_out import extend
from service.activities.models import Activity, ActivityRole, Occurrence, Series, Shift
from service.activities.rules import HORIZON, RolePlan
from service.calendars.recurrence import DAILY, WORKING_WEEK, lunar, monthly, weekly
from service.db import transaction
from service.terms import ActivityState, DayRule
from tests import factories
from tests.house import House

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
#: Rules as neighbourhoods have them, with what becomes of holidays; about 13 dates in five weeks on the average.
KINDS = (
    (DAILY, DayRule.EVERY_DAY),
    (weekly(WORKING_WEEK), DayRule.WORKDAYS),
    (weekly(WORKING_WEEK), DayRule.SCHOOL_DAYS),
    (weekly([2]), DayRule.LATER),
    (weekly([6], every=2), DayRule.EVERY_DAY),
    (weekly([1, 3, 5]), DayRule.NOT_HOLIDAYS),
    (monthly(-1, 5), DayRule.EARLIER),
    (lunar(12, 8), DayRule.EVERY_DAY),
)


def main() -> None:
    """Measure each size on a database of its own and print a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--occurrences", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--full", action="store_true", help="100,000 occurrences, and 10,000 series")
    options = parser.parse_args()
    daily = [_measure(n // (HORIZON.days + 1), (KINDS[0],)) for n in options.occurrences + [100_000] * options.full]
    mixed = [_measure(10_000, KINDS)] if options.full else [_measure(1_000, KINDS)]
    for row in daily + mixed:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(json.dumps(daily + mixed))


def _measure(series: int, kinds: tuple[tuple[str, DayRule], ...]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="lunzhi-series-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(folder), is_durable=True) as house:
            _plant(series, kinds)
            first = _run(house, NOW)
            again = _run(house, NOW)
            tomorrow = _run(house, NOW + timedelta(days=1))
            with transaction() as session:
                dates = session.scalars(select(func.count()).select_from(Occurrence)).one()
                shifts = session.scalars(select(func.count()).select_from(Shift)).one()
    assert dates == shifts
    return {
        "series": series,
        "shifts": first["shifts"],
        "seconds": first["seconds"],
        "cpu_ms_per_shift": round(1000 * first["cpu"] / first["shifts"], 3),
        "again_seconds": again["seconds"],
        "again_shifts": again["shifts"],
        "again_share": round(again["cpu"] / first["cpu"], 3),
        "next_day_seconds": tomorrow["seconds"],
        "next_day_shifts": tomorrow["shifts"],
        "load_average": round(os.getloadavg()[0], 2),
    }


def _plant(series: int, kinds: tuple[tuple[str, DayRule], ...]) -> None:
    """So many published activities of one series and one role each, written straight into the tables."""
    with transaction() as session:
        model = factories.activity(
            session,
            factories.community(session),
            roles=[RolePlan(name="志愿者", min_needed=1, max_needed=2)],
            is_published=False,
            now=NOW,
        )
        like = {
            column.key: getattr(model, column.key) for column in Activity.__table__.columns if column.key != "id"
        } | {"state": ActivityState.PUBLISHED, "published_at": NOW}
        ids = session.scalars(insert(Activity).returning(Activity.id), [like] * series).all()
        role = {"name": "志愿者", "min_needed": 1, "max_needed": 2, "requires": []}
        session.execute(insert(ActivityRole), [{**role, "activity_id": id_} for id_ in ids])
        of = {"starts": model.series[0].starts, "ends": model.series[0].ends, "from_on": NOW.date(), "until_on": None}
        rows = [
            {**of, "activity_id": id_, "rule": kinds[n % len(kinds)][0], "day_rule": kinds[n % len(kinds)][1]}
            for n, id_ in enumerate(ids)
        ]
        session.execute(insert(Series), rows)
        session.execute(text("ANALYZE activity, activity_role, series"))


def _run(house: House, now: datetime) -> dict[str, Any]:
    """What the worker's task does: batch after batch, a transaction each."""
    cpu, start, shifts = _cpu(house), time.perf_counter(), 0
    while True:
        with transaction() as session:
            done = extend(session, now=now)
        shifts += done.shifts
        if not done.series:
            break
    return {"shifts": shifts, "seconds": round(time.perf_counter() - start, 2), "cpu": _cpu(house) - cpu}


def _cpu(house: House) -> float:
    """CPU seconds of this process and of the servers."""
    return house.cpu_seconds() + time.process_time()


if __name__ == "__main__":
    main()
