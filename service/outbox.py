"""The outbox: record an event, fan it out to its reactions, lease them, mark them done or failed.

The rows are the truth; a message in Redis is only a wake-up. A reaction is done once because its
done-mark commits with its effect; a failed one is tried again later; after MAX_ATTEMPTS it is dead,
visible and retryable.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, and_, case, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from service import bell, events
from service.db import Base, Id, after_commit, one_of
from service.tracing import request_id

MAX_ATTEMPTS = 8
#: How long a reaction that was rung for may stay undone before it is rung for again. Ringing twice is harmless,
#: because a worker takes the row's lock before it works; so this is short, and a wake-up lost on the way costs little.
LEASE = timedelta(seconds=15)
#: Reactions rung for and not yet done, at most: so that a busy worker finds no wake-up twice in its queue.
MOST_LEASED = 400
#: While there is room for fewer than these, none are rung for: else a busy worker would be given them one by one.
LEAST_ROOM = 200
FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=30)
WORKER_LOST = "its worker ended in the middle, more than once: see the worker's log"


class OutboxEvent(Base):
    """A fact as it was recorded. `fanned_out_at` is empty until its reactions have rows."""

    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_new", "id", postgresql_where="fanned_out_at IS NULL"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    request_id: Mapped[str | None] = mapped_column(String(64))
    fanned_out_at: Mapped[datetime | None]

    def fact(self) -> events.Event:
        """The event as the dataclass it was recorded from."""
        return events.BY_NAME[self.kind](**self.payload)


class OutboxReaction(Base):
    """One reaction to one event: open until done or dead."""

    __tablename__ = "outbox_reaction"
    __table_args__ = (
        Index("ix_outbox_reaction_open", "due_at", postgresql_where="done_at IS NULL AND dead_at IS NULL"),
        Index("ix_outbox_reaction_dead", "dead_at", postgresql_where="dead_at IS NOT NULL"),
        Index("uq_outbox_reaction_event_id_reaction", "event_id", "reaction", unique=True),
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("outbox_event.id", ondelete="CASCADE"))
    reaction: Mapped[str] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]

    event: Mapped[OutboxEvent] = relationship()


@dataclass(frozen=True, slots=True)
class Taken:
    """A reaction whose effect is to be in the same transaction as its done-mark, and the event it is to."""

    id: int
    reaction: str
    event_id: int
    kind: str
    payload: Mapping[str, int]
    request_id: str | None

    def fact(self) -> events.Event:
        """The event as the dataclass it was recorded from."""
        return events.BY_NAME[self.kind](**self.payload)


def record(session: Session, event: events.Event) -> None:
    """Write down that `event` happened, in this transaction, and ring the relay once it commits."""
    session.add(OutboxEvent(kind=type(event).__name__, payload=asdict(event), request_id=request_id()))
    after_commit(session, bell.ring)


_FAN_OUT = text("""
WITH new AS (
    SELECT id, kind FROM outbox_event WHERE fanned_out_at IS NULL ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE outbox_event SET fanned_out_at = now() FROM new WHERE outbox_event.id = new.id RETURNING new.id, new.kind
), opened AS (
    INSERT INTO outbox_reaction (event_id, reaction)
    SELECT taken.id, follows.reaction
    FROM taken
    JOIN unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) WITH ORDINALITY AS follows(kind, reaction, place)
      ON follows.kind = taken.kind
    ORDER BY taken.id, follows.place
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM taken
""")


def fan_out(session: Session, *, reactions: Mapping[str, Sequence[str]], limit: int = 500) -> int:
    """Give each new event a row per reaction; the number of events taken.

    Picks rows by `fanned_out_at IS NULL`, never by "id above the last seen": ids commit out of order.
    """
    session.flush()
    pairs = [(kind, name) for kind, names in reactions.items() for name in names]
    values = {"kinds": [kind for kind, _ in pairs], "names": [name for _, name in pairs], "limit": limit}
    return session.scalar(_FAN_OUT, values) or 0


@dataclass(frozen=True, slots=True)
class Leased:
    """A reaction to ring for. One that was tried before is rung for alone: it may have killed its worker."""

    id: int
    attempts: int
    reaction: str


def lease(session: Session) -> list[Leased]:
    """Open reactions that are due, now ours for LEASE; no other relay rings for them meanwhile.

    Due times here are real time, not the virtual clock's: retries are machinery, not plans.
    """
    under_way = select(func.count()).where(_is_open(), OutboxReaction.leased_until >= func.now()).scalar_subquery()
    due = (
        select(OutboxReaction.id)
        .where(_is_open(), OutboxReaction.due_at <= func.now())
        .where(or_(OutboxReaction.leased_until.is_(None), OutboxReaction.leased_until < func.now()))
        .order_by(OutboxReaction.due_at, OutboxReaction.id)
        .limit(case((under_way <= MOST_LEASED - LEAST_ROOM, MOST_LEASED - under_way), else_=0))
        .with_for_update(skip_locked=True)
        # Run once: as a subquery the planner may run it for each row, and each run leases as many again.
        .cte("due")
    )
    rows = session.execute(
        update(OutboxReaction)
        .where(OutboxReaction.id.in_(select(due.c.id)))
        .values(leased_until=func.now() + LEASE)
        .returning(OutboxReaction.id, OutboxReaction.attempts, OutboxReaction.reaction)
    )
    return sorted((Leased(*row) for row in rows), key=lambda leased: leased.id)


def give_back(session: Session, reaction_ids: Iterable[int]) -> None:
    """End leases at once: the wake-up could not be sent."""
    session.execute(update(OutboxReaction).where(OutboxReaction.id.in_(list(reaction_ids))).values(leased_until=None))


def begin(session: Session, reaction_ids: Collection[int]) -> dict[str, list[int]]:
    """Count an attempt at each reaction that is still open, and give the ids of those to run, by reaction.

    Counted before the work and committed apart, so that a reaction that kills its worker is counted too, and is
    dead after MAX_ATTEMPTS instead of killing workers for ever. One that is in other hands is neither counted nor
    waited for. Of many, only those never tried are begun: one that was tried may have killed its worker, and is rung
    for alone.
    """
    ours = select(OutboxReaction.id).where(one_of(OutboxReaction.id, reaction_ids), _is_open())
    if len(reaction_ids) > 1:
        ours = ours.where(OutboxReaction.attempts == 0)
    rows = session.execute(
        update(OutboxReaction)
        .where(OutboxReaction.id.in_(ours.with_for_update(skip_locked=True).scalar_subquery()))
        .values(
            attempts=OutboxReaction.attempts + 1,
            dead_at=case((OutboxReaction.attempts >= MAX_ATTEMPTS, func.now())),
            last_error=case(
                (OutboxReaction.attempts >= MAX_ATTEMPTS, func.coalesce(OutboxReaction.last_error, WORKER_LOST)),
                else_=OutboxReaction.last_error,
            ),
        )
        .returning(OutboxReaction.id, OutboxReaction.reaction, OutboxReaction.dead_at)
    ).all()
    begun: dict[str, list[int]] = {}
    for row in sorted(rows):
        if row.dead_at is None:
            begun.setdefault(row.reaction, []).append(row.id)
    return begun


def take(session: Session, reaction_ids: Collection[int]) -> list[Taken]:
    """Mark reactions as done, and give those that were still open and in no other hands, with their events, in order.

    The mark is this transaction's, and so is the effect that has to follow: both commit, or neither.
    """
    ours = select(OutboxReaction.id).where(one_of(OutboxReaction.id, reaction_ids), _is_open())
    ours_alone = ours.with_for_update(skip_locked=True).cte("ours")
    rows = session.execute(
        update(OutboxReaction)
        .where(OutboxReaction.id == ours_alone.c.id, OutboxEvent.id == OutboxReaction.event_id)
        .values(done_at=func.now(), last_error=None)
        .returning(
            OutboxReaction.id,
            OutboxReaction.reaction,
            OutboxEvent.id,
            OutboxEvent.kind,
            OutboxEvent.payload,
            OutboxEvent.request_id,
        )
        .execution_options(synchronize_session=False)
    )
    return sorted((Taken(*row) for row in rows), key=attrgetter("id"))


def mark_failed(session: Session, reaction_id: int, *, error: str) -> None:
    """Try again later, each time about twice as late, with jitter; dead after MAX_ATTEMPTS.

    One that is done or dead by now, or in other hands, stays as it is.
    """
    reaction = session.scalar(
        select(OutboxReaction).where(OutboxReaction.id == reaction_id, _is_open()).with_for_update(skip_locked=True)
    )
    if reaction is None:
        return
    wait = min(FIRST_RETRY * 2 ** (reaction.attempts - 1), LAST_RETRY) * random.uniform(0.5, 1.5)  # noqa: S311 (jitter)
    session.execute(
        update(OutboxReaction)
        .where(OutboxReaction.id == reaction_id)
        .values(
            last_error=error[-4000:],
            leased_until=None,
            due_at=func.now() + wait,
            dead_at=func.now() if reaction.attempts >= MAX_ATTEMPTS else None,
        )
    )


def retry(session: Session, *, reaction_ids: Iterable[int]) -> int:
    """Bring dead reactions back to life, with all attempts before them; the number revived."""
    revived = session.scalars(
        update(OutboxReaction)
        .where(OutboxReaction.id.in_(list(reaction_ids)), OutboxReaction.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, due_at=func.now(), leased_until=None)
        .returning(OutboxReaction.id)
    ).all()
    after_commit(session, bell.ring)
    return len(revived)


def dead(session: Session, *, limit: int = 100) -> Sequence[OutboxReaction]:
    """Reactions given up, newest first, with their events."""
    return session.scalars(
        select(OutboxReaction)
        .where(OutboxReaction.dead_at.is_not(None))
        .order_by(OutboxReaction.dead_at.desc())
        .limit(limit)
    ).all()


def backlog(session: Session) -> dict[str, int]:
    """Counts: events not fanned out, open reactions, dead reactions."""
    new = select(func.count()).where(OutboxEvent.fanned_out_at.is_(None)).scalar_subquery()
    waiting = select(func.count()).where(_is_open()).scalar_subquery()
    gone = select(func.count()).where(OutboxReaction.dead_at.is_not(None)).scalar_subquery()
    row = session.execute(select(new, waiting, gone)).one()
    return {"new": row[0], "open": row[1], "dead": row[2]}


def _is_open() -> Any:
    return and_(OutboxReaction.done_at.is_(None), OutboxReaction.dead_at.is_(None))
