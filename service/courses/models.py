"""Courses, who learns in them, and who was there on which day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base
from service.terms import EnrolmentState, QualificationKind

E = EnrolmentState

#: From which state an enrolment may go where. Who left may ask anew, who failed may pass later.
MOVES: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    E.WAITLISTED: frozenset({E.ENROLLED, E.WITHDRAWN}),
    E.ENROLLED: frozenset({E.WITHDRAWN, E.PASSED, E.FAILED}),
    E.WITHDRAWN: frozenset({E.ENROLLED, E.WAITLISTED}),
    E.FAILED: frozenset({E.PASSED}),
    E.PASSED: frozenset(),
}


class ForbiddenMove(Exception):
    """An enrolment cannot go from the state it is in to the one asked for."""


class Course(Base):
    """An activity in which people learn: each of its shifts is a day of the course.

    Whoever was there on `days_needed` days passes; where that is null, whoever leads it says who does. Passing gives
    the qualification `gives`, for `valid_months`, or for good.
    """

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("days_needed > 0", name="days_needed"),
        CheckConstraint("valid_months > 0", name="valid_months"),
    )

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    capacity: Mapped[int] = mapped_column(SmallInteger)
    days_needed: Mapped[int | None] = mapped_column(SmallInteger)
    gives: Mapped[QualificationKind] = mapped_column(String(40))
    valid_months: Mapped[int | None] = mapped_column(SmallInteger)
    taught_by: Mapped[str] = mapped_column(String(80), default="", comment="a school, a fire brigade: from outside")


class Enrolment(Base):
    """Somebody who learns in a course, or waits for a place: for all its days at once.

    `number` counts the askings of this course, given while its row is locked: who waits moves up in this order, which
    has neither a tie nor a hole however many ask in the same moment.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index("ix_enrolment_volunteer_id", "volunteer_id"),
        UniqueConstraint("activity_id", "number"),
    )

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("course.activity_id"), primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    state: Mapped[EnrolmentState] = mapped_column(String(20))
    number: Mapped[int]
    asked_at: Mapped[datetime]
    typed_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that enrolled her")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")

    def move(self, to: EnrolmentState) -> None:
        """The only way an enrolment changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"an enrolment cannot go from {self.state} to {to}")
        self.state = to


class Attendance(Base):
    """She was there on this day of the course."""

    __tablename__ = "course_attendance"

    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    ticked_at: Mapped[datetime]
    ticked_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
