"""Skills without a certificate: what somebody says she can, and who has seen it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Skill(Base):
    """One skill of one person, in her words. Qualifications stand elsewhere: they open roles, a skill does not."""

    __tablename__ = "skill"
    __table_args__ = (UniqueConstraint("volunteer_id", "name"),)

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    name: Mapped[str] = mapped_column(String(40), index=True)
    evidence: Mapped[str] = mapped_column(String(200), default="")
    valid_until: Mapped[date | None]
    claimed_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(BigInteger, comment="account; null: she herself")
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
