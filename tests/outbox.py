"""The relay and the worker of a test: what follows is done here and now, without Celery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import db, outbox
from service.outbox import Leased, OutboxReaction
from service.reactions import NAMES, groups, react


def follow(session: Session, *, now: datetime) -> int:
    """Do all that follows from what this transaction recorded, and what follows from that; how many reactions.

    An exception of a reaction is the test's: nothing is tried again.
    """
    done = 0
    while outbox.fan_out(session, reactions=NAMES):
        for together in groups(outbox.begin(session, [one.id for one in due(session)])):
            taken = outbox.take(session, together)
            react(session, taken[0].reaction, [one.fact() for one in taken], now=now)
            done += len(together)
    return done


def drain() -> int:
    """Do all that follows from what was committed, as the relay and the worker do it; how many reactions were run."""
    from workers.outbox import run  # Celery reads the settings when it is imported
    from workers.relay import tasks_for

    done = 0
    while True:
        with db.transaction() as session:
            outbox.fan_out(session, reactions=NAMES)
            waiting = due(session)
        if not waiting:
            return done
        for task in tasks_for(waiting):
            run(task.reaction_ids)
        done += len(waiting)


def due(session: Session) -> list[Leased]:
    """Reactions to be done now, whoever may have leased them."""
    rows = session.execute(
        select(OutboxReaction.id, OutboxReaction.attempts, OutboxReaction.reaction)
        .where(OutboxReaction.done_at.is_(None), OutboxReaction.dead_at.is_(None))
        .where(OutboxReaction.due_at <= func.now())
        .order_by(OutboxReaction.id)
    )
    return [Leased(*row) for row in rows]
