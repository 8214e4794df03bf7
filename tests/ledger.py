"""What was written down: facts, reactions and audit lines, as plain values to compare."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit import AuditEntry
from service.outbox import OutboxEvent


def facts(session: Session, *kinds: str) -> list[tuple[str, int]]:
    """(event, id) of what was recorded, oldest first; of these kinds only, if any are named."""
    recorded = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))
    return [(e.kind, *e.payload.values()) for e in recorded if not kinds or e.kind in kinds]


def audited(session: Session) -> list[tuple[str, str, int | None, int | None]]:
    """(verb, kind of subject, its id, account) of every audit line, oldest first."""
    return [
        (line.verb, line.subject_kind, line.subject_id, line.account_id)
        for line in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]
