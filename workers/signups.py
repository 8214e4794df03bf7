"""Rings the sign-ups: a place that stayed free because nobody waiting could take it may find somebody now."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.signups import following, queries


@app.task(name="workers.signups.fill_places")
def fill_places() -> None:
    """Offer what is free beside somebody who waits, a role a transaction."""
    with transaction() as session:
        roles = queries.roles_to_fill(session, now=clock.now(session))
    for shift_role_id in roles:
        with transaction() as session:
            following.promote(session, shift_role_id=shift_role_id, now=clock.now(session))
