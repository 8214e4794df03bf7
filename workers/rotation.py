"""Rings the rotations: turns of the days that came near."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.rotation import turns


@app.task(name="workers.rotation.extend")
def extend() -> None:
    """Have turns dealt as the days go on, some rotations a transaction, until none is behind."""
    while True:
        with transaction() as session:
            if not turns.extend(session, now=clock.now(session)):
                return
