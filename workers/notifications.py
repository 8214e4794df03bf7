"""Rings the notifications: what is planned is sent."""

from __future__ import annotations

from contextlib import suppress

import redis
from kombu.exceptions import OperationalError

from celery_app import app
from service import bell
from service.notifications import sending

ERRAND, SECONDS = "send_due", 5


@app.task(name="workers.notifications.send_due")
def send_due() -> None:
    """Send whatever is due."""
    bell.begin(ERRAND)
    sending.send_due()


def send_soon() -> None:
    """Ring for it, unless that has been done and it has not begun yet. A hint that may be lost: beat rings as well."""
    with suppress(redis.RedisError, OperationalError):
        if bell.is_first(ERRAND, seconds=SECONDS):
            send_due.apply_async(expires=SECONDS, retry=False)
