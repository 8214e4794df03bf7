"""Teams, their lines of service, and who belongs to them from when to when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint, false, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import literal_column

from service.db import Base, Id
from service.terms import MemberRole, TeamState


class Team(Base):
    """A group that serves. A draft until the residents' committee agrees (志愿服务条例 art. 42)."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("area_id", "name"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(80))
    intro: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[TeamState] = mapped_column(String(20), default=TeamState.DRAFT)
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None]
    needs_review: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="somebody else reads what it publishes, first"
    )
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class Programme(Base):
    """A team's standing line of service: the N of "1+N", a strand of "365"."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("team.id"))
    name: Mapped[str] = mapped_column(String(80))


class Membership(Base):
    """One person in one team, for a term. `area_id` narrows it to a courtyard or building."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on > from_on", name="term"),
        ExcludeConstraint(
            (literal_column("int8range(team_id, team_id, '[]')"), "&&"),
            (literal_column("int8range(volunteer_id, volunteer_id, '[]')"), "&&"),
            (literal_column("daterange(from_on, until_on)"), "&&"),
            name="ex_membership_once",
        ),
    )

    id: Mapped[Id]
    team_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("team.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), index=True)
    role: Mapped[MemberRole] = mapped_column(String(20), default=MemberRole.MEMBER)
    area_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("area.id"))
    from_on: Mapped[date] = mapped_column(server_default=func.current_date())
    until_on: Mapped[date | None]
