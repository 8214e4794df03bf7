"""Rings the uploaded tables: names and telephones of old ones are forgotten."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.sheets import actions


@app.task(name="workers.sheets.forget")
def forget() -> None:
    """Drop the rows kept long enough."""
    with transaction() as session:
        actions.forget(session, now=clock.now(session))
