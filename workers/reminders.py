"""Rings the reminders: what is due is said, or left unsaid for a reason."""

from __future__ import annotations

from celery_app import app
from service.reminders import sweeping


@app.task(name="workers.reminders.send_due")
def send_due() -> None:
    """Say whatever is due."""
    sweeping.send_due()
