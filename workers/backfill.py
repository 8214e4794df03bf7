"""Rings the searches for people to step in: whose time has come climbs on."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.backfill import climbing
from service.db import transaction


@app.task(name="workers.backfill.climb_due")
def climb_due() -> None:
    """Let due searches take their next step, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not climbing.climb_due(session, now=clock.now(session)):
                return
