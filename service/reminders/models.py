"""Reminders: what is due to be said about an assignment, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import ReminderState, UnsentReason


class Reminder(Base):
    """One lead time of one assignment: planned, then sent once, or left unsent for a reason."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("assignment_id", "lead_time"),
        Index("ix_reminder_due_at", "due_at", "id", postgresql_where="state = 'planned'"),
        Index("ix_reminder_volunteer_id_due_at", "volunteer_id", "due_at", postgresql_where="state = 'planned'"),
        CheckConstraint("(state = 'unsent') = (unsent_reason IS NOT NULL)", name="reason"),
        CheckConstraint("(state = 'sent') = (notification_id IS NOT NULL)", name="notification"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    lead_time: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    state: Mapped[ReminderState] = mapped_column(String(20), default=ReminderState.PLANNED)
    unsent_reason: Mapped[UnsentReason | None] = mapped_column(String(20))
    settled_at: Mapped[datetime | None]
    notification_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("notification.id"))


class ReminderPause(Base):
    """The reminders of an activity are not sent for the time being."""

    __tablename__ = "reminder_pause"

    activity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("activity.id"), primary_key=True)
    paused_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
