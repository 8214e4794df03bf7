"""When people can come at all: hours of the week, days they are away, how much they will, what they leave to others."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import Availability, DayPart


class TimeOfWeek(Base):
    """A part of a day of the week at which a person cannot come, or only if need be. No row: she can."""

    __tablename__ = "time_of_week"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("availability IN ('if_needed', 'cannot')", name="availability"),
    )

    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True, comment="ISO: 1 is Monday")
    part: Mapped[DayPart] = mapped_column(String(20), primary_key=True)
    availability: Mapped[Availability] = mapped_column(String(20))


class Absence(Base):
    """She is away from one date to another, both included."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="dates"),)

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(BigInteger, comment="account; null: she herself")


class Limits(Base):
    """How much she will at most. Null, or no row: as much as her weekly hours allow."""

    __tablename__ = "limits"
    __table_args__ = (CheckConstraint("most_a_week > 0 AND most_a_day > 0 AND most_at_a_stretch > 0", name="positive"),)

    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    most_a_week: Mapped[int | None] = mapped_column(SmallInteger, comment="shifts")
    most_a_day: Mapped[int | None] = mapped_column(SmallInteger, comment="shifts")
    most_at_a_stretch: Mapped[int | None] = mapped_column(SmallInteger, comment="hours without a pause")


class Avoidance(Base):
    """An activity for which she does not want to be asked. She may still ask for a place herself."""

    __tablename__ = "avoidance"

    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
