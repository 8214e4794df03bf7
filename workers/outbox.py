"""Rings the reactions that the relay has leased."""

from __future__ import annotations

import traceback
from contextlib import suppress

import structlog
from kombu.exceptions import OperationalError

from celery_app import app
from service import bell, clock, outbox, tracing
from service.db import transaction
from service.reactions import react
from workers.notifications import send_due

log = structlog.get_logger(__name__)


@app.task(name="workers.outbox.run")
def run(reaction_ids: list[int]) -> None:
    """Run each reaction in a transaction of its own: one that fails takes no other with it."""
    with transaction() as session:
        open_ids = outbox.begin(session, reaction_ids)
    for reaction_id in open_ids:
        run_one(reaction_id)
    bell.ring()  # there is room for more
    with suppress(OperationalError):  # a hint: beat rings as well
        send_due.apply_async(expires=5, retry=False)


def run_one(reaction_id: int) -> None:
    """Effect and done-mark commit together; a failure is written down in a transaction after it."""
    try:
        with transaction() as session:
            reaction = outbox.claim(session, reaction_id)
            if reaction is None:
                return
            tracing.follow(reaction.event.request_id)
            react(session, reaction.reaction, reaction.event.fact(), now=clock.now(session))
            outbox.mark_done(session, reaction)
            log.info("reacted", fact=reaction.event.kind, event_id=reaction.event_id, reaction=reaction.reaction)
    except Exception:
        log.warning("reaction failed", reaction_id=reaction_id, exc_info=True)
        with transaction() as session:
            if reaction := outbox.claim(session, reaction_id):
                outbox.mark_failed(session, reaction, error=traceback.format_exc())
    finally:
        tracing.follow(None)
