"""Who did or looked at what: every look at personal data and every act for somebody else leaves a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import BigInteger, Index, String, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.db import Base, Id
from service.tracing import request_id


class OfAnArea(Protocol):
    """A row that belongs to an area."""

    __tablename__: Any

    @property
    def id(self) -> int: ...
    @property
    def area_id(self) -> int: ...


class AuditEntry(Base):
    """One line of the audit. Holds ids and words, never a phone number or an ID number."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_area_id_at", "area_id", "at"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[Id]
    area_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(64))


def note(
    session: Session,
    *,
    verb: str,
    subject: tuple[str, int | None],
    account_id: int | None,
    now: datetime,
    area_id: int | None = None,
    **details: Any,
) -> None:
    """Write one line: `account_id` did `verb` to `subject` (kind, id). None is the system itself."""
    session.add(
        AuditEntry(
            area_id=area_id,
            at=now,
            account_id=account_id,
            verb=verb,
            subject_kind=subject[0],
            subject_id=subject[1],
            details=details,
            request_id=request_id(),
        )
    )


def note_about(
    session: Session, verb: str, row: OfAnArea, *, account_id: int | None, now: datetime, **details: Any
) -> None:
    """Write one line about a row, in its area: its kind is the name of its table."""
    subject = (row.__tablename__, row.id)
    note(session, verb=verb, subject=subject, account_id=account_id, area_id=row.area_id, now=now, **details)


def newest_about(session: Session, *, subject: tuple[str, int]) -> AuditEntry | None:
    """The line about `subject` (kind, id) written last."""
    kind, number = subject
    return session.scalar(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == number)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
