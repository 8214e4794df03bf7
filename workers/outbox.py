"""Rings the reactions that the relay has leased."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import structlog

from celery_app import app
from service import bell, clock, outbox, tracing
from service.db import transaction
from service.reactions import groups, react
from workers.notifications import send_soon

log = structlog.get_logger(__name__)


@app.task(name="workers.outbox.run")
def run(reaction_ids: list[int]) -> None:
    """Run reactions: those that take many events together, each of the others in a transaction of its own."""
    with transaction() as session:
        begun = outbox.begin(session, reaction_ids)
    for together in groups(begun):
        run_together(together)
    bell.ring()  # there is room for more
    send_soon()


def run_together(reaction_ids: Sequence[int]) -> None:
    """Run these in one transaction.

    What fails is undone and run again in halves, so that one that cannot be done takes no other with it; down to that
    one, whose failure is written down.
    """
    error = _failure_of(reaction_ids)
    if error and len(reaction_ids) > 1:
        middle = len(reaction_ids) // 2
        run_together(reaction_ids[:middle])
        run_together(reaction_ids[middle:])
    elif error:
        with transaction() as session:
            outbox.mark_failed(session, reaction_ids[0], error=error)


def _failure_of(reaction_ids: Sequence[int]) -> str | None:
    """Effect and done-marks commit together. The traceback, if it failed and nothing came of it."""
    try:
        with transaction() as session:
            taken = outbox.take(session, reaction_ids)
            if not taken:
                return None
            tracing.follow_each({about: one.request_id for one in taken for about in one.payload.values()})
            react(session, taken[0].reaction, [one.fact() for one in taken], now=clock.now(session))
            log.info("reacted", reaction=taken[0].reaction, event_ids=[one.event_id for one in taken])
    except Exception:
        log.warning("reaction failed", reaction_ids=reaction_ids, exc_info=True)
        return traceback.format_exc()
    finally:
        tracing.follow(None)
    return None
