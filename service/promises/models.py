"""Promised items and the states they go through."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import PromiseState

P = PromiseState

#: Where a promise may go from where. What is done or dropped stays so.
MOVES: dict[PromiseState, frozenset[PromiseState]] = {
    P.PROMISED: frozenset({P.DOING, P.DONE, P.DROPPED}),
    P.DOING: frozenset({P.DONE, P.DROPPED}),
    P.DONE: frozenset(),
    P.DROPPED: frozenset(),
}
#: States in which it is still owed.
OWED = (P.PROMISED, P.DOING)


class ForbiddenMove(Exception):
    """A promise cannot go from the state it is in to the one asked for."""


class Promise(Base):
    """One thing promised to an area. A person owns it; `due_on` is the last day on which it is in time."""

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("(state = 'dropped') <= (reason <> '')", name="reason"),
        CheckConstraint("(settled_on IS NOT NULL) = (state IN ('done', 'dropped'))", name="settled"),
        Index("ix_promise_area_id_due_on", "area_id", "due_on"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    title: Mapped[str] = mapped_column(String(120))
    owner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    due_on: Mapped[date]
    state: Mapped[PromiseState] = mapped_column(String(20), default=P.PROMISED)
    reason: Mapped[str] = mapped_column(String(200), default="")
    settled_on: Mapped[date | None]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    promised_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    def is_overdue(self, day: date) -> bool:
        """Whether it is still owed although its last day is over."""
        return self.state in OWED and self.due_on < day

    def move(self, to: PromiseState) -> None:
        """The only way a promise changes state. Raises ForbiddenMove."""
        if to not in MOVES[PromiseState(self.state)]:
            raise ForbiddenMove(f"a promise cannot go from {self.state} to {to}")
        self.state = to
