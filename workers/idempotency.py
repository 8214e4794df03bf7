"""Rings the idempotency keys: those nobody will ask for again are forgotten."""

from __future__ import annotations

from celery_app import app
from service import clock, idempotency
from service.db import transaction


@app.task(name="workers.idempotency.forget")
def forget() -> None:
    """Drop the answers kept long enough."""
    with transaction() as session:
        idempotency.forget(session, now=clock.now(session))
