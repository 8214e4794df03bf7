"""Rings the notifications: what is planned is sent, and what is told by the week is written down."""

from __future__ import annotations

from contextlib import suppress

import redis
from kombu.exceptions import OperationalError

from celery_app import app
from service import bell, clock
from service.db import transaction
from service.notifications import appointments, courses, digests, sending

ERRAND, SECONDS = "send_due", 5


@app.task(name="workers.notifications.send_due")
def send_due() -> None:
    """Send whatever is due."""
    bell.begin(ERRAND)
    sending.send_due()


@app.task(name="workers.notifications.write_digests")
def write_digests() -> None:
    """Write down the digests of the week, a batch a transaction, until nobody lacks one."""
    while True:
        with transaction() as session:
            if not digests.write_due(session, now=clock.now(session)):
                return


@app.task(name="workers.notifications.remind_learners")
def remind_learners() -> None:
    """Write down who is to be reminded of a course's day, a batch a transaction, until nobody is left out."""
    while True:
        with transaction() as session:
            if not courses.remind_due(session, now=clock.now(session)):
                return


@app.task(name="workers.notifications.forget_appointments")
def forget_appointments() -> None:
    """Who had an appointment is forgotten a day after it."""
    with transaction() as session:
        appointments.forget(session, now=clock.now(session))


def send_soon() -> None:
    """Ring for it, unless that has been done and it has not begun yet. A hint that may be lost: beat rings as well."""
    with suppress(redis.RedisError, OperationalError):
        if bell.is_first(ERRAND, seconds=SECONDS):
            send_due.apply_async(expires=SECONDS, retry=False)
