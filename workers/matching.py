"""Rings for plans that nobody has to ask for."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.matching import closing


@app.task(name="workers.matching.ask_where_closed")
def ask_where_closed() -> None:
    """Ask for a plan where sign-up has closed."""
    with transaction() as session:
        closing.ask_where_closed(session, now=clock.now(session))
