"""A rehearsal: what was to be played, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import Assumption, RehearsalState


class Rehearsal(Base):
    """Some days of an area, or of one activity in it, as if its draft, or a matching's plan, were published first."""

    __tablename__ = "rehearsal"
    __table_args__ = (
        Index("ix_rehearsal_area_id_id", "area_id", "id"),
        CheckConstraint("until_at > from_at", name="order"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("activity.id"))
    match_run_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("match_run.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    assumption: Mapped[Assumption] = mapped_column(String(20))
    state: Mapped[RehearsalState] = mapped_column(String(20), default=RehearsalState.REQUESTED)
    requested_by: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime]
    played_until: Mapped[datetime | None] = mapped_column(comment="how far the play has come")
    played_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB, comment="see service/rehearsal/outcome.py")
