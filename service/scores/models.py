"""The standard of an activity that inspects, and the scores of its visits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.scores.rules import Item, Sheet


class ScoreSheet(Base):
    """The standard that the visits of an activity are scored by from now on: `items` as [{words, points}], in order."""

    __tablename__ = "score_sheet"

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, comment="points below which a place is looked after")
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    @property
    def sheet(self) -> Sheet:
        """As the rules take it."""
        return Sheet(tuple(Item(one["words"], one["points"]) for one in self.items), self.line)


class Score(Base):
    """What a stop got on one visit: once for each stop and shift. It keeps the standard it was scored by.

    `items` as [{words, points, got}]; `finding_id` is what was opened because it fell below the line.
    """

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("shift_id", "stop_id"),
        CheckConstraint("0 <= total AND total <= out_of", name="total"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), index=True)
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    stop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("route_stop.id"))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    total: Mapped[int] = mapped_column(SmallInteger)
    out_of: Mapped[int] = mapped_column(SmallInteger)
    line: Mapped[int] = mapped_column(SmallInteger)
    finding_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("finding.id"))
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    scored_at: Mapped[datetime]

    @property
    def is_below(self) -> bool:
        """Whether it fell below the line of its day."""
        return self.total < self.line
