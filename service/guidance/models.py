"""Who instructs which organisation, from when to when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import literal_column

from service.db import Base, Id


class Guide(Base):
    """A person instructs an organisation for a term; one at a time, the database refuses a second. `until_on` is the
    first day she no longer does. `activity_id` is what its visits are held as: what was found is carried there."""

    __tablename__ = "guide"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on > from_on", name="term"),
        ExcludeConstraint(
            (literal_column("int8range(partner_id, partner_id, '[]')"), "&&"),
            (literal_column("daterange(from_on, until_on)"), "&&"),
            name="ex_guide_one_at_a_time",
        ),
    )

    id: Mapped[Id]
    partner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("partner.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), index=True)
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    appointed_at: Mapped[datetime]
