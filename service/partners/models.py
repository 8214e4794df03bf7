"""Organisations that stand by a neighbourhood, their people, and the part each has in an activity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import CoHostState, PartnerKind


class Partner(Base):
    """An organisation that stands by an area: a courtyard, or a whole community. The phone of the person to turn to is
    sealed."""

    __tablename__ = "partner"
    __table_args__ = (
        Index("uq_partner_area_id_name", "area_id", "name", unique=True, postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    kind: Mapped[PartnerKind] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    contact_name: Mapped[str] = mapped_column(String(60))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    registered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PartnerMember(Base):
    """A person of the organisation. `is_lead`: she sees its part in what it holds together with others."""

    __tablename__ = "partner_member"

    partner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("partner.id"), primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True, index=True)
    is_lead: Mapped[bool] = mapped_column(default=False)


S = CoHostState

#: From which state a co-host may go where. Who said no can be asked again; who said yes may think better of it.
MOVES: dict[CoHostState, frozenset[CoHostState]] = {
    S.TO_ASK: frozenset({S.ASKED}),
    S.ASKED: frozenset({S.ACCEPTED, S.DECLINED}),
    S.ACCEPTED: frozenset({S.DECLINED}),
    S.DECLINED: frozenset({S.ASKED}),
}


class ForbiddenMove(Exception):
    """A co-host cannot go from the state it is in to the one asked for."""


class CoHost(Base):
    """A team or an organisation that is asked to hold an activity, all its dates, together with whose it is.

    It holds it once it has accepted. `account_id` wants it, `answered_by` said yes or no; `reason` is why not.
    """

    __tablename__ = "co_host"
    __table_args__ = (
        CheckConstraint("(team_id IS NULL) <> (partner_id IS NULL)", name="one"),
        UniqueConstraint("activity_id", "team_id"),
        UniqueConstraint("activity_id", "partner_id"),
        CheckConstraint("(state = 'to_ask') = (asked_at IS NULL)", name="asked"),
        CheckConstraint("(state IN ('accepted', 'declined')) = (answered_at IS NOT NULL)", name="answered"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("team.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("partner.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[CoHostState] = mapped_column(String(20), default=S.TO_ASK)
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    reason: Mapped[str] = mapped_column(String(200), default="")

    def move(self, to: CoHostState) -> None:
        """The only way a co-host changes state. Raises ForbiddenMove."""
        if to not in MOVES[CoHostState(self.state)]:
            raise ForbiddenMove(f"a co-host cannot go from {self.state} to {to}")
        self.state = to


class CoHostRole(Base):
    """A role for which the co-host provides people."""

    __tablename__ = "co_host_role"

    co_host_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("co_host.id", ondelete="CASCADE"), primary_key=True)
    activity_role_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("activity_role.id", ondelete="CASCADE"), primary_key=True
    )
