"""Rings the swaps: those whose shift has begun are over."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.swaps import actions


@app.task(name="workers.swaps.lapse_begun")
def lapse_begun() -> None:
    """End swaps that nobody agreed to in time, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not actions.lapse_begun(session, now=clock.now(session)):
                return
