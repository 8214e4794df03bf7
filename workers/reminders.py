"""Rings the reminders: what is due is said, or left unsaid for a reason."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.reminders import actions


@app.task(name="workers.reminders.send_due")
def send_due() -> None:
    """Turn due reminders into notifications, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not actions.send_due(session, now=clock.now(session)):
                return
