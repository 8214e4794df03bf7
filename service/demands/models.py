"""What each line of service covers, and what was asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import Audience, DemandState


class LineCover(Base):
    """What a line of service is for: whom, none meaning everybody, and by which words it is asked for besides its
    name."""

    __tablename__ = "line_cover"

    programme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("programme.id"), primary_key=True)
    audiences: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    words: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)


class Demand(Base):
    """Something asked for, in a few words that name nobody. `programme_id` is the line a desk gave it to."""

    __tablename__ = "demand"
    __table_args__ = (
        CheckConstraint("(state = 'given') = (programme_id IS NOT NULL)", name="given"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_demand_area_id_open", "area_id", "id", postgresql_where="state = 'open'"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    audience: Mapped[Audience] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(200))
    state: Mapped[DemandState] = mapped_column(String(20), default=DemandState.OPEN)
    programme_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("programme.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    decided_at: Mapped[datetime | None]
