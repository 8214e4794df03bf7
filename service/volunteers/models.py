"""People who serve, what they may do and what they agreed to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base, Id
from service.terms import Channel, ConsentHow, ConsentPurpose, Language, QualificationKind, TextSize


class Volunteer(Base):
    """A person. The phone is stored encrypted, beside keyed digests of all its digits and of the last."""

    __tablename__ = "volunteer"
    __table_args__ = (
        Index("ix_volunteer_area_id_pinyin", "area_id", "pinyin"),
        UniqueConstraint("phone_digest"),
        Index("ix_volunteer_area_id_phone_tail", "area_id", "phone_tail"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(60))
    pinyin: Mapped[str] = mapped_column(String(200))
    initials: Mapped[str] = mapped_column(String(60))
    birth_on: Mapped[date | None]
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_tail: Mapped[bytes | None] = mapped_column(LargeBinary, comment="digest of the last four digits")
    email: Mapped[str | None] = mapped_column(String(200))
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    channel: Mapped[Channel | None] = mapped_column(String(20))
    language: Mapped[Language] = mapped_column(String(5), default=Language.ZH)
    text_size: Mapped[TextSize | None] = mapped_column(String(10), comment="where she logs in; null: not chosen")
    weekly_hours: Mapped[int] = mapped_column(default=20)
    steps_in: Mapped[bool] = mapped_column(
        default=True, server_default=true(), comment="may be asked to step in, or to take somebody's place"
    )
    lead_times: Mapped[list[str] | None] = mapped_column(
        ARRAY(String(20)), comment="when she wants to be reminded; null: as each activity says"
    )
    registered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    qualifications: Mapped[list[Qualification]] = relationship(order_by="Qualification.id")
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class Qualification(Base):
    """Held with evidence and expiry; counts only once verified, and only on the dates it covers."""

    __tablename__ = "qualification"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="order"),
        Index("ix_qualification_volunteer_id_kind", "volunteer_id", "kind"),
    )

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    kind: Mapped[QualificationKind] = mapped_column(String(40))
    evidence: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(BigInteger)


class Consent(Base):
    """What a person agreed to, how, and until when (PIPL art. 14, 15)."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_volunteer_id_purpose",
            "volunteer_id",
            "purpose",
            unique=True,
            postgresql_where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    purpose: Mapped[ConsentPurpose] = mapped_column(String(20))
    how: Mapped[ConsentHow] = mapped_column(String(20))
    given_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """The address under which a person's own calendar follows her shifts. Another `epoch` is another address."""

    __tablename__ = "calendar_feed"

    id: Mapped[Id]
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), unique=True)
    epoch: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class EmergencyContact(Base):
    """Whom to call if something happens to her while she serves. Who that is and the number are sealed."""

    __tablename__ = "emergency_contact"

    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    relation: Mapped[str] = mapped_column(String(20))
    named_at: Mapped[datetime]
