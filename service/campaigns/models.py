"""Campaigns, their indicators, and the quota of each community for each indicator."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Campaign(Base):
    """The same asked of every community below an area, from one day to another; `until_on` is its last day."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="sense"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"), index=True)
    title: Mapped[str] = mapped_column(String(30))
    from_on: Mapped[date]
    until_on: Mapped[date]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Indicator(Base):
    """One thing asked, and how often: a community that held it so often has its star."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("campaign_id", "title"),
        CheckConstraint("needed > 0", name="positive"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("campaign.id"))
    title: Mapped[str] = mapped_column(String(30))
    needed: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)


class CampaignQuota(Base):
    """The quota by which one community stands in one indicator: it is counted there, and alarms there."""

    __tablename__ = "campaign_quota"

    quota_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("quota.id"), primary_key=True)
    indicator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("indicator.id"), index=True)
