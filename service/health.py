"""How the house is: which part is ill, and the figures an operator watches. Reads, never repairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service import bell
from service.migrations import newest

#: Seconds an event, a reaction or a notification may wait before somebody must be slow or dead.
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the house: well when `trouble` is empty."""

    name: str
    trouble: str = ""


_WAITING = {
    "relay": "SELECT extract(epoch FROM now() - min(recorded_at)) FROM outbox_event WHERE fanned_out_at IS NULL",
    "worker": """SELECT extract(epoch FROM now() - min(due_at)) FROM outbox_reaction
                 WHERE done_at IS NULL AND dead_at IS NULL AND due_at < now()""",
    "beat": """SELECT extract(epoch FROM now() - min(send_at)) FROM notification
               WHERE state = 'planned' AND send_at < now() AND attempts = 0""",
}
_TROUBLE = {
    "relay": "events wait unread for {s:.0f} s: is the relay running?",
    "worker": "reactions wait for {s:.0f} s: is the worker running?",
    "beat": "notifications wait for {s:.0f} s: are beat and worker running?",
}

_COUNTS = {
    ("lunzhi_outbox_events_new", ""): "SELECT count(*) FROM outbox_event WHERE fanned_out_at IS NULL",
    (
        "lunzhi_outbox_reactions",
        "open",
    ): "SELECT count(*) FROM outbox_reaction WHERE done_at IS NULL AND dead_at IS NULL",
    ("lunzhi_outbox_reactions", "dead"): "SELECT count(*) FROM outbox_reaction WHERE dead_at IS NOT NULL",
    ("lunzhi_reminders", "planned"): "SELECT count(*) FROM reminder WHERE state = 'planned'",
    ("lunzhi_notifications", "planned"): "SELECT count(*) FROM notification WHERE state = 'planned'",
    ("lunzhi_assignments", "offered"): "SELECT count(*) FROM assignment WHERE state = 'offered'",
    ("lunzhi_calls", "open"): "SELECT count(*) FROM call WHERE outcome IN ('open', 'later', 'no_answer')",
}


def parts(session: Session) -> Iterator[Part]:
    """Every part, ill or well. A database that cannot be asked is the only part that can then be told of."""
    yield Part("redis", "" if bell.answers() else "the Redis server does not answer: wake-ups wait for the sweep")
    try:
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
        waiting = {name: session.scalar(text(sql)) for name, sql in _WAITING.items()}
    except SQLAlchemyError as error:
        yield Part("database", str(error).splitlines()[0])
        return
    yield Part("database")
    yield Part(
        "migrations", "" if revision == newest() else f"at {revision}, code wants {newest()}: run lunzhi migrate"
    )
    for name, seconds in waiting.items():
        late = seconds is not None and seconds > PATIENCE
        yield Part(name, _TROUBLE[name].format(s=seconds) if late else "")


def counts(session: Session) -> Iterator[tuple[str, str, int]]:
    """(metric, state, count) of what waits in the database."""
    for (name, state), sql in _COUNTS.items():
        yield name, state, session.scalar(text(sql)) or 0
