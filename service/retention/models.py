"""How long this house keeps things, where somebody has chosen another time than the usual."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base
from service.terms import Kept


class KeepingTime(Base):
    """So many days one kind of thing is kept. Without a row: as long as is usual (rules.py)."""

    __tablename__ = "keeping_time"
    __table_args__ = (CheckConstraint("days > 0", name="days"),)

    kind: Mapped[Kept] = mapped_column(String(20), primary_key=True)
    days: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    chosen_at: Mapped[datetime]
