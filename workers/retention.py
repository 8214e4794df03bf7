"""Rings retention: what is over its time is forgotten, a kind at a time."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.retention import actions
from service.terms import Kept


@app.task(name="workers.retention.forget")
def forget() -> None:
    """Forget some of what has been kept long enough."""
    for kind in Kept:
        with transaction() as session:
            actions.forget_over(session, kind, now=clock.now(session))
