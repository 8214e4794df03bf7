"""A file that was uploaded: judged, taken in, perhaps undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import SheetKind, SheetState


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
