"""A file that was uploaded: judged, taken in, perhaps undone. And personal data that somebody asks to take out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import ExportState, SheetKind, SheetState


class Sheet(Base):
    """One upload. Its rows hold names and telephone numbers: they are sealed, and forgotten after some days.

    `scope_ids` are the areas its uploader coordinated: what it may touch. `outcome` holds counts only.
    """

    __tablename__ = "sheet"
    __table_args__ = (Index("ix_sheet_account_id_id", "account_id", "id"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    scope_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    kind: Mapped[SheetKind] = mapped_column(String(20))
    state: Mapped[SheetState] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    headings: Mapped[list[str]] = mapped_column(ARRAY(String(200)))
    uploaded_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    lines_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    done_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Export(Base):
    """Somebody asks to take out personal data of many people: a second person allows it, or nobody can.

    `scope_ids` are the areas it speaks of, all of which the second person looks after too. `is_alone`: nobody else
    could have decided. That nobody allows her own is kept by the constraint, whatever raced.
    """

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint("decided_by <> account_id", name="second_person"),
        CheckConstraint("(state = 'allowed') = (open_until IS NOT NULL)", name="open_until"),
        CheckConstraint("state <> 'allowed' OR is_alone OR decided_by IS NOT NULL", name="decided"),
        Index("ix_export_account_id_id", "account_id", "id"),
        Index("ix_export_asked", "asked_at", postgresql_where="state = 'asked'"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    scope_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    kind: Mapped[SheetKind] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    state: Mapped[ExportState] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    is_alone: Mapped[bool] = mapped_column(default=False)
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(String(200), default="")
    open_until: Mapped[datetime | None]
