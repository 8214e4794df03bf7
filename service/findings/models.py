"""Findings, and where each activity's findings are carried."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Carrying(Base):
    """What one activity finds is on the agenda of the later shifts of `to_id`: 晨巡 → 午议, or the next visit.

    An activity without such a row keeps no findings. `to_id` may be the activity itself. `within_days`: how soon
    somebody must have said what came of each; no limit where it is None.
    """

    __tablename__ = "carrying"

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    to_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), index=True)
    within_days: Mapped[int | None] = mapped_column(SmallInteger)


class Finding(Base):
    """What somebody found in a shift, open until somebody says what came of it.

    `place_id` is where exactly, if that is known; `due_on` the last day to settle it, where there is a limit;
    `settled_in_id` the shift in which it was settled, if it was in one.
    """

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (outcome = '')", name="settled"),
        Index("ix_finding_area_id_open", "area_id", "id", postgresql_where="settled_at IS NULL"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("area.id"))
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, comment="the coordinator who wrote it")
    words: Mapped[str] = mapped_column(String(500))
    found_at: Mapped[datetime]
    due_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(String(500), default="", server_default="")
    settled_at: Mapped[datetime | None]
    settled_in_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("shift.id"))
    settled_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")

    def is_overdue(self, today: date) -> bool:
        """Whether its limit is past and nobody has said what came of it."""
        return self.settled_at is None and self.due_on is not None and today > self.due_on
