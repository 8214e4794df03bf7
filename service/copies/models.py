"""One copying, and the drafts it made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import CopySpan


class Copy(Base):
    """What a team held in the month or week from `from_on` on, drafted for that from `to_on` on."""

    __tablename__ = "copy"
    __table_args__ = (CheckConstraint("from_on <> to_on", name="elsewhere"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    team_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("team.id"), index=True)
    span: Mapped[CopySpan] = mapped_column(String(20))
    from_on: Mapped[date]
    to_on: Mapped[date]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class CopiedActivity(Base):
    """A draft that a copying made, what it was made from, and what belonged to it then (`duties.rules.Belongings`)."""

    __tablename__ = "copied_activity"

    activity_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True
    )
    copy_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("copy.id"), index=True)
    source_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    laid: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
