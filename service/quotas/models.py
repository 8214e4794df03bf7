"""Quotas, and the activities that count towards them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Quota(Base):
    """So many in so many days: three drills this half-year. `until_on` is its last day.

    `anchor_on` is the day a campaign is about, such as 12 May, the day of preventing disasters.
    """

    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("needed > 0 AND until_on >= from_on", name="sense"),
        CheckConstraint("anchor_on BETWEEN from_on AND until_on", name="anchor"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    needed: Mapped[int] = mapped_column(SmallInteger)
    from_on: Mapped[date]
    until_on: Mapped[date]
    anchor_on: Mapped[date | None]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    set_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class QuotaActivity(Base):
    """The shifts of this activity count towards the quota."""

    __tablename__ = "quota_activity"

    quota_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("quota.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
