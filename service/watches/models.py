"""Watches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Watch(Base):
    """One person, one activity; on any day, or on one `weekday` (1 is Monday)."""

    __tablename__ = "watch"
    __table_args__ = (
        Index(
            "uq_watch_open",
            "volunteer_id",
            "activity_id",
            text("coalesce(weekday, 0)"),
            unique=True,
            postgresql_where="closed_at IS NULL",
        ),
        Index("ix_watch_activity_id", "activity_id", postgresql_where="closed_at IS NULL"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
    )

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    weekday: Mapped[int | None] = mapped_column(SmallInteger)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
