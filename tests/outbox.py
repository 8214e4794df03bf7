"""The relay and the worker of a test: what follows is done here and now, without Celery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service import db, outbox

MANY = 1000


def follow(session: Session, *, now: datetime) -> int:
    """Do all that follows from what this transaction recorded, and what follows from that; how many reactions.

    An exception of a reaction is the test's: nothing is tried again.
    """
    from service.reactions import NAMES, react

    done = 0
    while outbox.fan_out(session, reactions=NAMES):
        for reaction_id in outbox.lease(session, limit=MANY):
            reaction = session.get_one(outbox.OutboxReaction, reaction_id)
            react(session, reaction.reaction, reaction.event.fact(), now=now)
            outbox.mark_done(session, reaction)
            done += 1
    return done


def drain() -> int:
    """Do all that follows from what was committed, each reaction in its transaction as the worker does it."""
    from service.reactions import NAMES
    from workers.outbox import run

    done = 0
    while True:
        with db.transaction() as session:
            outbox.fan_out(session, reactions=NAMES)
        with db.transaction() as session:
            leased = outbox.lease(session, limit=MANY)
        if not leased:
            return done
        run(leased)
        done += len(leased)
