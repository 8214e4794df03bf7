"""What is added to the calendar: the yearly notice, the school's terms, quiet hours, warnings of great heat."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import literal_column

from service.db import Base, Id
from service.terms import HeatLevel

ONE_TERM_AT_A_TIME = "ex_school_term_one_at_a_time"


class HolidayNotice(Base):
    """The State Council's notice for one year, as it was pasted. It goes before what the library knows of that year."""

    __tablename__ = "holiday_notice"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int | None] = mapped_column(BigInteger)


class HolidayNoticeDay(Base):
    """One day that a notice takes out of its week: off, or worked. A year's notice may name days of the year before."""

    __tablename__ = "holiday_notice_day"

    on_date: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, ForeignKey("holiday_notice.year"), index=True)
    is_work: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40))


class SchoolTerm(Base):
    """A term of the schools of an area and of all below it, both ends included. Terms of one area do not overlap."""

    __tablename__ = "school_term"
    __table_args__ = (
        CheckConstraint("until_on > from_on", name="dates"),
        ExcludeConstraint(
            (literal_column("int8range(area_id, area_id, '[]')"), "&&"),
            (literal_column("daterange(from_on, until_on, '[]')"), "&&"),
            name=ONE_TERM_AT_A_TIME,
        ),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    until_on: Mapped[date]


class QuietHours(Base):
    """When nobody is written to, where an administrator has chosen other hours than the settings. One row at most."""

    __tablename__ = "quiet_hours"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    begins: Mapped[time]
    ends: Mapped[time]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    chosen_at: Mapped[datetime]


class HeatWarning(Base):
    """A warning of high temperature for an area and all below it, both days included. What was taken back stays."""

    __tablename__ = "heat_warning"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="dates"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index("ix_heat_warning_area_id", "area_id", "until_on", postgresql_where="withdrawn_at IS NULL"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    level: Mapped[HeatLevel] = mapped_column(String(20))
    from_on: Mapped[date]
    until_on: Mapped[date]
    noted_by: Mapped[int] = mapped_column(BigInteger, comment="account")
    noted_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    withdrawn_at: Mapped[datetime | None]


def warnings_over(shift: str) -> str:
    """SQL: the warnings that hold around a row `shift` of shifts, each as [level, first day, last day]; null for none.

    Days here are a day too many at both ends, whatever the database takes for a day: `heat.heat_in` judges.
    """
    return f"""(SELECT json_agg(json_build_array(w.level, w.from_on, w.until_on) ORDER BY w.id)
        FROM area wa JOIN heat_warning w ON w.area_id = ANY (wa.lineage)
       WHERE wa.id = {shift}.area_id AND w.withdrawn_at IS NULL
         AND w.until_on >= CAST({shift}.starts_at AS date) - 1 AND w.from_on <= CAST({shift}.ends_at AS date) + 1)"""  # noqa: S608
