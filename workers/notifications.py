"""Rings the notifications: what is planned is sent."""

from __future__ import annotations

from celery_app import app
from service.notifications import sending


@app.task(name="workers.notifications.send_due")
def send_due() -> None:
    """Send whatever is due."""
    sending.send_due()
