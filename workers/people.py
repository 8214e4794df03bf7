"""Rings the people: entries that were merged are followed and forgotten, and those who asked to be forgotten."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.people import erasing, merging


@app.task(name="workers.people.follow_merges")
def follow_merges() -> None:
    """Take along what was written meanwhile; forget what is over."""
    with transaction() as session:
        now = clock.now(session)
        merging.follow(session, now=now)
        merging.forget(session, now=now)


@app.task(name="workers.people.erase_due")
def erase_due() -> None:
    """Forget those who asked for it long enough ago."""
    with transaction() as session:
        erasing.erase_due(session, now=clock.now(session))
