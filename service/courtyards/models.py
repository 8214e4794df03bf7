"""What is known of a courtyard, and who answers for it from when to when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import literal_column

from service.db import Base, Id


class Courtyard(Base):
    """What helps to plan for a courtyard. Empty words: nobody has said; `is_managed` False: nobody manages it."""

    __tablename__ = "courtyard"

    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"), primary_key=True)
    is_managed: Mapped[bool | None]
    manager: Mapped[str] = mapped_column(String(80), default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    built_in: Mapped[int | None] = mapped_column(SmallInteger, comment="year")
    households: Mapped[int | None]


class Charge(Base):
    """A person answers for an area (a courtyard, a building, a unit), or stands in for who does, for a term.

    At most one of each at any time: the database refuses a second. `until_on` is the first day she no longer does.
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on > from_on", name="term"),
        ExcludeConstraint(
            (literal_column("int8range(area_id, area_id, '[]')"), "&&"),
            (literal_column("int4range(is_substitute::int, is_substitute::int, '[]')"), "&&"),
            (literal_column("daterange(from_on, until_on)"), "&&"),
            name="ex_charge_one_at_a_time",
        ),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), index=True)
    is_substitute: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    entrusted_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    entrusted_at: Mapped[datetime]
