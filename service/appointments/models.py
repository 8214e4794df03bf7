"""Which roles see people one by one, who sits in which room, and who has an appointment. Nothing is kept of a visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import AppointmentState, AskedHow

A = AppointmentState

#: States in which somebody has a slot.
HOLDING = (A.BOOKED, A.OFFERED)
#: States in which somebody still is to be seen.
STANDING = (*HOLDING, A.WAITING)
#: From which state an appointment may go where.
MOVES: dict[AppointmentState, frozenset[AppointmentState]] = {
    A.BOOKED: frozenset({A.BOOKED, A.OFFERED, A.WAITING, A.CANCELLED}),
    A.OFFERED: frozenset({A.BOOKED, A.OFFERED, A.WAITING, A.CANCELLED}),
    A.WAITING: frozenset({A.BOOKED, A.OFFERED, A.CANCELLED}),
    A.CANCELLED: frozenset(),
}


class ForbiddenMove(Exception):
    """An appointment cannot go from the state it is in to the one asked for."""


class Consultation(Base):
    """A role whose people see others one by one: how long each time, in which rooms, and whether that is private.

    Of a private one nobody but whoever sits there learns who comes.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("slot_minutes BETWEEN 5 AND 180", name="slot_minutes"),
        CheckConstraint("cardinality(rooms) > 0", name="rooms"),
    )

    activity_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity_role.id"), primary_key=True)
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    rooms: Mapped[list[str]] = mapped_column(ARRAY(String(20)), comment="by their names; a room's number is its place")
    is_private: Mapped[bool]


class Sitting(Base):
    """Somebody who has said yes to the role sits in this room during the shift: only there anybody can be seen."""

    __tablename__ = "sitting"

    shift_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift_role.id"), primary_key=True)
    room: Mapped[int] = mapped_column(SmallInteger, primary_key=True, comment="from 0, as in consultation.rooms")
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), unique=True)


class Appointment(Base):
    """One person's slot in one room: the `slot`-th of the shift, from 0, so that it moves along with the shift.

    She needs no registration. Name and telephone are sealed, and gone a day after the shift. There is no column for
    why she comes or what was said, and none is to be added (个人信息保护法 art. 28). Nobody has a slot twice, whatever
    raced: the index says so. Of whoever is `waiting` room and slot are those she had.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        Index(
            "uq_appointment_slot",
            *("shift_role_id", "room", "slot"),
            unique=True,
            postgresql_where="state IN ('booked', 'offered')",
        ),
        Index("ix_appointment_shift_id", "shift_id", postgresql_where="forgotten_at IS NULL"),
        CheckConstraint("(forgotten_at IS NULL) = (name_sealed IS NOT NULL)", name="forgotten"),
        CheckConstraint("forgotten_at IS NULL OR (phone_sealed IS NULL AND phone_digest IS NULL)", name="phone"),
        CheckConstraint("(typed_by IS NULL) = (asked_how IS NULL)", name="asked_how"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    shift_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift_role.id"))
    room: Mapped[int] = mapped_column(SmallInteger)
    slot: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[AppointmentState] = mapped_column(String(20))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    has_mobile: Mapped[bool] = mapped_column(comment="text messages reach her")
    asked_how: Mapped[AskedHow | None] = mapped_column(String(20), comment="null: she typed it herself")
    typed_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    booked_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, comment="counts what she is to be told")
    forgotten_at: Mapped[datetime | None]

    def move(self, to: AppointmentState) -> None:
        """The only way an appointment changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"an appointment cannot go from {self.state} to {to}")
        self.state = to
