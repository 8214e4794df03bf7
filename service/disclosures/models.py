"""What must be published."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Disclosure(Base):
    """One thing to be published in an area, in time until `due_on`, that day included: 公开栏, 财务公示.

    With `every_months` the next one is due so many months later, and is written down when this one is done.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        CheckConstraint("every_months > 0", name="every_months"),
        CheckConstraint("(done_on IS NULL) = (done_at IS NULL)", name="done"),
        Index("ix_disclosure_area_id_due_on", "area_id", "due_on"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    title: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    due_on: Mapped[date]
    every_months: Mapped[int | None] = mapped_column(SmallInteger)
    where: Mapped[str] = mapped_column(String(200), default="", comment="where it was published")
    done_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    account_id: Mapped[int | None] = mapped_column(BigInteger, comment="who asked for it")

    def is_overdue(self, day: date) -> bool:
        """Whether it is not published although its last day is over."""
        return self.done_on is None and self.due_on < day

    @property
    def was_late(self) -> bool:
        """Whether it was published after its last day."""
        return self.done_on is not None and self.done_on > self.due_on
