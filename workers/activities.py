"""Rings the activities: the horizon of shifts moves on with the days."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.activities import actions
from service.db import transaction


@app.task(name="workers.activities.extend_horizon")
def extend_horizon() -> None:
    """Lay out the shifts that have come within the horizon."""
    with transaction() as session:
        actions.extend_horizon(session, now=clock.now(session))
