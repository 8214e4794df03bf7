"""That somebody has read and confirmed a risk notice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base
from service.terms import RiskDoor


class RiskConfirmation(Base):
    """Who confirmed which version of an activity's notice, when, and by which door.

    `recorded_by` is the account of the coordinator who read it out to her. Never changed, never taken back.
    """

    __tablename__ = "risk_confirmation"
    __table_args__ = (ForeignKeyConstraint(["activity_id", "version"], ["risk_text.activity_id", "risk_text.version"]),)

    activity_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    door: Mapped[RiskDoor] = mapped_column(String(10))
    confirmed_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
