"""Rings the drafts: unannounced checks whose people may be told now."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.drafting import actions


@app.task(name="workers.drafting.reveal_due")
def reveal_due() -> None:
    """Ask who is meant for a check that may be known by now, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not actions.reveal_due(session, now=clock.now(session)):
                return
