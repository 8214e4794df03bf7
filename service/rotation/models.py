"""A post whose turns are dealt: its pool, its deals, and what one guard writes for the next."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.rotation.problem import Limits
from service.terms import DealState

D = DealState

#: From which state a deal may go where.
MOVES: dict[DealState, frozenset[DealState]] = {
    D.REQUESTED: frozenset({D.DRAFTED, D.DISCARDED}),
    D.DRAFTED: frozenset({D.PUBLISHED, D.DISCARDED}),
    D.PUBLISHED: frozenset(),
    D.DISCARDED: frozenset(),
}
PENDING = (D.REQUESTED, D.DRAFTED)


class ForbiddenMove(Exception):
    """A deal cannot go from the state it is in to the one asked for."""


class Rotation(Base):
    """One activity whose shifts are blocks day and night. `dealt_until`: turns before it have been published.

    Weeks are lettered A, B, … in a cycle of `cycle`, from the week of `counts_from` on. With `is_automatic` turns go
    out as offers without a coordinator having looked.
    """

    __tablename__ = "rotation"
    __table_args__ = (
        Index("ix_rotation_area_id_id", "area_id", "id"),
        CheckConstraint("cycle BETWEEN 1 AND 4", name="cycle"),
        CheckConstraint("(closed_at IS NULL) = (close_reason IS NULL)", name="closed"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), unique=True)
    block_hours: Mapped[int] = mapped_column(SmallInteger)
    cycle: Mapped[int] = mapped_column(SmallInteger, default=1)
    counts_from: Mapped[date]
    is_automatic: Mapped[bool] = mapped_column(default=False)
    no_nights_from: Mapped[int] = mapped_column(SmallInteger, default=60)
    nights_a_week: Mapped[int] = mapped_column(SmallInteger, default=3)
    dealt_until: Mapped[datetime]
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None] = mapped_column(String(200))

    @property
    def limits(self) -> Limits:
        """What it never asks of anybody."""
        return Limits(nights_a_week=self.nights_a_week, no_nights_from=self.no_nights_from)


class RotationParty(Base):
    """A person or a household that has one share. `weeks` are the letters of its weeks, all when empty.

    Whoever joins later is credited with what the others had by then, so that nobody has to catch up.
    """

    __tablename__ = "rotation_party"

    id: Mapped[Id]
    rotation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation.id"), index=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    weeks: Mapped[str] = mapped_column(String(4), default="")
    joined_at: Mapped[datetime]
    blocks: Mapped[int] = mapped_column(default=0, comment="credited when it joined")
    nights: Mapped[int] = mapped_column(default=0)
    weekends: Mapped[int] = mapped_column(default=0)


class RotationMember(Base):
    """One person of a party. Who has left stays, for what she served counts for her party."""

    __tablename__ = "rotation_member"
    __table_args__ = (
        Index(
            "uq_rotation_member_current", "rotation_id", "volunteer_id", unique=True, postgresql_where="left_at IS NULL"
        ),
        Index("ix_rotation_member_volunteer_id", "volunteer_id"),
    )

    id: Mapped[Id]
    rotation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation.id"))
    party_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation_party.id"), index=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class RotationAbsence(Base):
    """A member is away from one date to another, both included."""

    __tablename__ = "rotation_absence"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="dates"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation_member.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]


class RotationWish(Base):
    """A block a member always takes: on a day of the week, the one that begins then; in some weeks only, or in all."""

    __tablename__ = "rotation_wish"
    __table_args__ = (UniqueConstraint("member_id", "weekday", "starts"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation_member.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger, comment="1 is Monday")
    starts: Mapped[time]
    weeks: Mapped[str] = mapped_column(String(4), default="")


class RotationDeal(Base):
    """One dealing of the blocks that start in [from_at, until_at), with what stayed open and why."""

    __tablename__ = "rotation_deal"
    __table_args__ = (
        # Many requests at once are one dealing.
        Index("uq_rotation_deal_requested", "rotation_id", unique=True, postgresql_where="state = 'requested'"),
        Index("ix_rotation_deal_rotation_id_id", "rotation_id", "id"),
        CheckConstraint("until_at > from_at", name="window"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    rotation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    moves_offers: Mapped[bool] = mapped_column(default=False, comment="who has not answered may be passed over again")
    state: Mapped[DealState] = mapped_column(String(20), default=DealState.REQUESTED)
    requested_by: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime]
    dealt_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    is_proven: Mapped[bool] = mapped_column(default=False)
    gaps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    unmet: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    taken_back: Mapped[list[int]] = mapped_column(JSONB, default=list, comment="offers it would take back")

    def move(self, to: DealState) -> None:
        """The only way a deal changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"a deal cannot go from {self.state} to {to}")
        self.state = to


class RotationTurn(Base):
    """One turn of a deal, with why it is whose. `assignment_id` once it is an offer; `refused`: it no longer fitted.

    `is_stand_by`: not to serve but to stand by; `had` and `passed` then count how often parties stood by.
    """

    __tablename__ = "rotation_turn"
    __table_args__ = (
        UniqueConstraint("deal_id", "shift_role_id", "volunteer_id"),
        Index("ix_rotation_turn_assignment_id", "assignment_id", postgresql_where="assignment_id IS NOT NULL"),
    )

    id: Mapped[Id]
    deal_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rotation_deal.id"))
    shift_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift_role.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    is_held: Mapped[bool] = mapped_column(default=False)
    is_wish: Mapped[bool] = mapped_column(default=False)
    is_stand_by: Mapped[bool] = mapped_column(default=False, server_default="false")
    had: Mapped[int]
    passed: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    refused: Mapped[list[str]] = mapped_column(JSONB, default=list)


class HandOverNote(Base):
    """What whoever leaves a block writes for those of the next."""

    __tablename__ = "hand_over_note"
    __table_args__ = (
        Index("ix_hand_over_note_shift_id_id", "shift_id", "id"),
        CheckConstraint("(volunteer_id IS NULL) <> (account_id IS NULL)", name="author"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    words: Mapped[str] = mapped_column(String(1000))
    written_at: Mapped[datetime]
