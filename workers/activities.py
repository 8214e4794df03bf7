"""Rings the activities: the horizon of shifts moves on with the days."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.activities import laying_out
from service.db import transaction


@app.task(name="workers.activities.extend_horizon")
def extend_horizon() -> None:
    """Lay out the shifts that have come within the horizon, some series a transaction, until none is behind."""
    while True:
        with transaction() as session:
            if not laying_out.extend(session, now=clock.now(session)).series:
                return
