"""Searches for people to step in, the rungs they climbed, and who was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.backfill.rules import RungPlan, as_plan
from service.db import Base, Id
from service.terms import BackfillCause, BackfillState, Channel, InvitationState, Rung, RungOutcome

S = InvitationState

#: From which state an invitation may go where. Whoever said no may think again; who was too late may be wanted yet.
MOVES: dict[InvitationState, frozenset[InvitationState]] = {
    S.ASKED: frozenset({S.ACCEPTED, S.DECLINED, S.THANKED}),
    S.DECLINED: frozenset({S.ACCEPTED, S.THANKED}),
    S.THANKED: frozenset({S.ACCEPTED, S.DECLINED}),
    S.ACCEPTED: frozenset(),
}


class ForbiddenMove(Exception):
    """An invitation cannot go from the state it is in to the one asked for."""


class Ladder(Base):
    """The ladder of an activity whose coordinator wants another than rules.LADDER. Searches under way keep theirs."""

    __tablename__ = "ladder"

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), unique=True)
    rungs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    @property
    def plans(self) -> tuple[RungPlan, ...]:
        """The rungs, in order."""
        return tuple(as_plan(row) for row in self.rungs)


class Backfill(Base):
    """One search for people missing in a role of a shift; one at a time.

    `rungs` is the ladder as it was when the search began; `position` the rung it stands on. `next_at` is when it looks
    again: to ask more people, to climb on, or to end.
    """

    __tablename__ = "backfill"
    __table_args__ = (
        Index("uq_backfill_climbing", "shift_role_id", unique=True, postgresql_where="state = 'climbing'"),
        Index("ix_backfill_next_at", "next_at", postgresql_where="state = 'climbing'"),
        Index("ix_backfill_shift_role_id", "shift_role_id"),
        Index("ix_backfill_area_id_id", "area_id", "id"),
        CheckConstraint("(state = 'climbing') = (next_at IS NOT NULL)", name="next"),
        CheckConstraint("(state = 'climbing') = (closed_at IS NULL)", name="closed"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    shift_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift_role.id"))
    cause: Mapped[BackfillCause] = mapped_column(String(20))
    state: Mapped[BackfillState] = mapped_column(String(20), default=BackfillState.CLIMBING)
    rungs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    opened_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    @property
    def plans(self) -> tuple[RungPlan, ...]:
        """The rungs of this search, in order."""
        return tuple(as_plan(row) for row in self.rungs)


class BackfillStep(Base):
    """A rung whose turn came, and what came of it. One that was climbed is waited for until `until_at`."""

    __tablename__ = "backfill_step"
    __table_args__ = (
        UniqueConstraint("backfill_id", "position"),
        CheckConstraint("(outcome = 'climbed') = (until_at IS NOT NULL)", name="until"),
    )

    id: Mapped[Id]
    backfill_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("backfill.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    rung: Mapped[Rung] = mapped_column(String(20))
    outcome: Mapped[RungOutcome] = mapped_column(String(20))
    climbed_at: Mapped[datetime]
    until_at: Mapped[datetime | None]


class Invitation(Base):
    """One person asked to step in. `wakes`: her rung may write to her in the night, if the shift cannot wait.

    `channel`: the one her rung is asked over first; empty: as she prefers.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("backfill_id", "volunteer_id"),
        Index("ix_invitation_volunteer_id_id", "volunteer_id", "id"),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(state = 'accepted') = (assignment_id IS NOT NULL)", name="place"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    backfill_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("backfill.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    rung: Mapped[Rung] = mapped_column(String(20))
    wakes: Mapped[bool]
    channel: Mapped[Channel | None] = mapped_column(String(20))
    state: Mapped[InvitationState] = mapped_column(String(20), default=InvitationState.ASKED)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that typed the answer for her")
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))

    def move(self, to: InvitationState) -> None:
        """The only way an invitation changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"an invitation cannot go from {self.state} to {to}")
        self.state = to
