"""Swaps: a place its holder wants somebody else to take, and who was asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import InvitationState, SwapState

S = SwapState

#: States in which a swap may still come about. The place is its holder's all the while.
PENDING = (S.OPEN, S.AGREED)
_PENDING_SQL = f"state IN ({', '.join(repr(state.value) for state in PENDING)})"

#: From which state a swap may go where. A yes is not the end of it only where a coordinator has to approve.
MOVES: dict[SwapState, frozenset[SwapState]] = {
    S.OPEN: frozenset({S.AGREED, S.DONE, S.TAKEN_BACK, S.DECLINED, S.LAPSED}),
    S.AGREED: frozenset({S.DONE, S.REFUSED, S.TAKEN_BACK, S.LAPSED}),
    S.DONE: frozenset(),
    S.TAKEN_BACK: frozenset(),
    S.DECLINED: frozenset(),
    S.REFUSED: frozenset(),
    S.LAPSED: frozenset(),
}


class ForbiddenMove(Exception):
    """A swap cannot go from the state it is in to the one asked for."""


class Swap(Base):
    """A place given away (`assignment_id`), for nothing or `in_return` for a place of the one who is asked.

    One at a time for each place. `taker_id` has said yes.
    """

    __tablename__ = "swap"
    __table_args__ = (
        Index("uq_swap_pending", "assignment_id", unique=True, postgresql_where=_PENDING_SQL),
        Index("ix_swap_in_return_id", "in_return_id", postgresql_where="in_return_id IS NOT NULL"),
        Index("ix_swap_area_id_id", "area_id", "id"),
        CheckConstraint(f"({_PENDING_SQL}) = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(state IN ('agreed', 'done')) <= (taker_id IS NOT NULL)", name="taker"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    in_return_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    state: Mapped[SwapState] = mapped_column(String(20), default=SwapState.OPEN)
    asked_at: Mapped[datetime]
    taker_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    agreed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that approved or refused it")

    def move(self, to: SwapState) -> None:
        """The only way a swap changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"a swap cannot go from {self.state} to {to}")
        self.state = to


class SwapAsking(Base):
    """One person asked to take the place. `thanked`: somebody else was quicker."""

    __tablename__ = "swap_asking"
    __table_args__ = (
        UniqueConstraint("swap_id", "volunteer_id"),
        Index("ix_swap_asking_volunteer_id_id", "volunteer_id", "id"),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered"),
    )

    id: Mapped[Id]
    swap_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("swap.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    state: Mapped[InvitationState] = mapped_column(String(20), default=InvitationState.ASKED)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that typed the answer for her")
