"""Organisations that stand by a neighbourhood, their people, and the part each has in an activity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import PartnerKind


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


class CoHost(Base):
    """A team or an organisation that holds an activity, all its dates, together with whose it is."""

    __tablename__ = "co_host"
    __table_args__ = (
        CheckConstraint("(team_id IS NULL) <> (partner_id IS NULL)", name="one"),
        UniqueConstraint("activity_id", "team_id"),
        UniqueConstraint("activity_id", "partner_id"),
    )

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("team.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("partner.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    joined_at: Mapped[datetime]


class CoHostRole(Base):
    """A role for which the co-host provides people."""

    __tablename__ = "co_host_role"

    co_host_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("co_host.id", ondelete="CASCADE"), primary_key=True)
    activity_role_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("activity_role.id", ondelete="CASCADE"), primary_key=True
    )
