"""What is asked of those on duty together, what is held together, and bonds between two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import BondKind


class CompanyRule(Base):
    """What an activity asks of those who serve in one shift. No row: nothing."""

    __tablename__ = "company_rule"
    __table_args__ = (CheckConstraint("children >= 0 AND per_adult >= 0 AND most_faces >= 0", name="counts"),)

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    children: Mapped[int] = mapped_column(
        SmallInteger, default=0, server_default="0", comment="in each shift, while none are enrolled"
    )
    per_adult: Mapped[int] = mapped_column(
        SmallInteger, default=0, server_default="0", comment="children for one adult at most; 0: no ratio"
    )
    pairs_newcomers: Mapped[bool] = mapped_column(default=False, server_default=false())
    held_together: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="all roles reach their minimum, or nobody is placed"
    )
    most_faces: Mapped[int] = mapped_column(
        SmallInteger, default=0, server_default="0", comment="different people one place sees at most; 0: no limit"
    )


class CrewActivity(Base):
    """An activity that is held together with others: one medical team and its services. No row: by itself.

    On each day on which shifts of a crew are, all of their roles reach their minimum, or nobody is placed.
    """

    __tablename__ = "crew_activity"
    __table_args__ = (CheckConstraint("crew_id <= activity_id", name="lowest"),)

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    crew_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("activity.id"), index=True, comment="the lowest id of the crew's activities"
    )


class Bond(Base):
    """What two people, the lower id first, are to each other on duty. Why stands in `note`, for coordinators only."""

    __tablename__ = "bond"
    __table_args__ = (
        CheckConstraint("person_id < other_id", name="order"),
        UniqueConstraint("person_id", "other_id"),
        Index("ix_bond_other_id", "other_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    other_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    kind: Mapped[BondKind] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(200), default="")
    noted_by: Mapped[int] = mapped_column(BigInteger, comment="account")
    noted_at: Mapped[datetime]
