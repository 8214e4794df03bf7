"""The relay and the worker of a test: what follows is done here and now, without Celery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import db, outbox
from service.outbox import OutboxReaction
from service.reactions import NAMES, react


def follow(session: Session, *, now: datetime) -> int:
    """Do all that follows from what this transaction recorded, and what follows from that; how many reactions.

    An exception of a reaction is the test's: nothing is tried again.
    """
    done = 0
    while outbox.fan_out(session, reactions=NAMES):
        for reaction_id in due(session):
            reaction = session.get_one(OutboxReaction, reaction_id)
            react(session, reaction.reaction, reaction.event.fact(), now=now)
            outbox.mark_done(session, reaction)
            done += 1
    return done


def drain() -> int:
    """Do all that follows from what was committed, each reaction in its transaction as the worker does it."""
    from workers.outbox import run  # Celery reads the settings when it is imported

    done = 0
    while True:
        with db.transaction() as session:
            outbox.fan_out(session, reactions=NAMES)
        with db.transaction() as session:
            open_ids = list(due(session))
        if not open_ids:
            return done
        run(open_ids)
        done += len(open_ids)


def due(session: Session) -> Sequence[int]:
    """Ids of reactions to be done now, whoever may have leased them."""
    return session.scalars(
        select(OutboxReaction.id)
        .where(OutboxReaction.done_at.is_(None), OutboxReaction.dead_at.is_(None))
        .where(OutboxReaction.due_at <= func.now())
        .order_by(OutboxReaction.id)
    ).all()
