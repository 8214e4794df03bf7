"""Pupils, who may fetch them, and what each day's sheet says of them. As little is known of a child as can be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import ConsentHow, Kinship, PupilState


class Pupil(Base):
    """A child cared for in one activity: a sealed name, and that a guardian agreed to it (个人信息保护法 art. 28-31).

    There is no column for age, health, school or hardship, and none is to be added. Once it has left, the name is gone.
    """

    __tablename__ = "pupil"
    __table_args__ = (
        Index("ix_pupil_activity_id", "activity_id"),
        CheckConstraint("(left_at IS NULL) = (name_sealed IS NOT NULL)", name="name"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    consented_at: Mapped[datetime]
    consent_how: Mapped[ConsentHow] = mapped_column(String(10))
    recorded_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that wrote the consent down")
    left_at: Mapped[datetime | None]


class Guardian(Base):
    """Somebody to whom a pupil may be handed over, until `removed_at`. Name and telephone are sealed, and gone with the
    pupil."""

    __tablename__ = "pupil_guardian"
    __table_args__ = (UniqueConstraint("pupil_id", "id"),)

    id: Mapped[Id]
    pupil_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pupil.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    kinship: Mapped[Kinship] = mapped_column(String(20))
    gave_consent: Mapped[bool]
    removed_at: Mapped[datetime | None]


class PupilDay(Base):
    """What one day's sheet says of a pupil. It is handed over to none but a guardian of its own: the key says so."""

    __tablename__ = "pupil_day"
    __table_args__ = (
        ForeignKeyConstraint(["pupil_id", "handed_to"], ["pupil_guardian.pupil_id", "pupil_guardian.id"]),
        CheckConstraint("(handed_to IS NULL) = (handed_at IS NULL)", name="handed_at"),
        CheckConstraint("handed_to IS NULL OR state = 'came'", name="handed_to"),
    )

    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), primary_key=True)
    pupil_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pupil.id"), primary_key=True)
    state: Mapped[PupilState] = mapped_column(String(10))
    marked_at: Mapped[datetime]
    marked_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
    handed_to: Mapped[int | None] = mapped_column(BigInteger)
    handed_at: Mapped[datetime | None]
    handed_by: Mapped[int | None] = mapped_column(BigInteger, comment="account")
