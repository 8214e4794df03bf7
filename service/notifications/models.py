"""Notifications, their deliveries, and the calls for those who are reached by telephone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base, Id
from service.terms import CallOutcome, Channel, Language, NotificationKind, NotificationState, Topic, UnsentReason


class Notification(Base):
    """One message to one person, or to a group. `key` is unique: asking for the same message twice makes one row.

    Exactly one of volunteer, account, sealed phone and group says who it is for (the phone: a login code
    for a number nobody is registered with yet).
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("uq_notification_key", "key", unique=True),
        # In the order in which they are sent: a login code does not wait behind a thousand reminders.
        Index("ix_notification_due", text("is_urgent DESC"), "send_at", "id", postgresql_where="state = 'planned'"),
        Index("ix_notification_volunteer_id_id", "volunteer_id", "id"),
        CheckConstraint("num_nonnulls(volunteer_id, account_id, phone_sealed, group_id) = 1", name="recipient"),
        CheckConstraint("(state = 'unsent') = (unsent_reason IS NOT NULL)", name="reason"),
    )

    id: Mapped[Id]
    area_id: Mapped[int | None] = mapped_column(BigInteger)
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    group_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("chat_group.id"))
    kind: Mapped[NotificationKind] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    subject_ids: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    send_at: Mapped[datetime]
    state: Mapped[NotificationState] = mapped_column(String(20), default=NotificationState.PLANNED)
    unsent_reason: Mapped[UnsentReason | None] = mapped_column(String(20))
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    channel: Mapped[Channel | None] = mapped_column(String(20))
    text: Mapped[str | None] = mapped_column(Text, comment="as sent; login codes are never kept")
    settled_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None] = mapped_column(comment="when she opened her messages and it was among them")
    request_id: Mapped[str | None] = mapped_column(String(64))

    deliveries: Mapped[list[Delivery]] = relationship(order_by="Delivery.id")


class ChatGroup(Base):
    """A group in WeCom, DingTalk or Feishu with a bot of ours in it, and what it hears of its area (and team).

    The address of a bot lets anybody speak in the group: its token is sealed and never shown again. `next_at` is
    when the bot may speak next, in real time: it guards a vendor's real limit.
    """

    __tablename__ = "chat_group"
    __table_args__ = (Index("ix_chat_group_area_id", "area_id", postgresql_where="closed_at IS NULL"),)

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"))
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("team.id"))
    name: Mapped[str] = mapped_column(String(60))
    channel: Mapped[Channel] = mapped_column(String(20))
    token_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hears: Mapped[list[str]] = mapped_column(ARRAY(String(40)), comment="kinds of messages")
    next_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt over one channel, and how it ended.

    `receipt_id` is the vendor's name for it, where the vendor tells later what became of it; `arrived_at`, when we
    heard that it arrived.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_receipt_id", "receipt_id", postgresql_where="receipt_id IS NOT NULL"),)

    id: Mapped[Id]
    notification_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("notification.id"), index=True)
    channel: Mapped[Channel] = mapped_column(String(20))
    attempted_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(500))
    is_permanent: Mapped[bool] = mapped_column(default=False)
    receipt_id: Mapped[str | None] = mapped_column(String(80))
    arrived_at: Mapped[datetime | None]


class Receipt(Base):
    """What a vendor tells of one text message, until it is taken up (receipts.py). It names nobody."""

    __tablename__ = "receipt"

    id: Mapped[Id]
    receipt_id: Mapped[str] = mapped_column(String(80), unique=True)
    has_arrived: Mapped[bool]
    words: Mapped[str] = mapped_column(String(300))
    received_at: Mapped[datetime]


class Call(Base):
    """One line of the call list: somebody to be told, or asked, by telephone."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_area_id_open", "area_id", "id", postgresql_where="outcome IN ('open', 'later', 'no_answer')"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    notification_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("notification.id"), unique=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    script: Mapped[str] = mapped_column(Text)
    outcome: Mapped[CallOutcome] = mapped_column(String(20), default=CallOutcome.OPEN)
    called_by: Mapped[int | None] = mapped_column(BigInteger)
    called_at: Mapped[datetime | None]
    held_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that is calling just now")
    held_until: Mapped[datetime | None]


class Slip(Base):
    """One message on paper: to be printed, and handed to her before `needed_by`, when her shift begins."""

    __tablename__ = "slip"
    __table_args__ = (
        Index("ix_slip_area_id_waiting", "area_id", "id", postgresql_where="printed_at IS NULL"),
        CheckConstraint("(printed_at IS NULL) = (printed_by IS NULL)", name="printed"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    notification_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("notification.id"), unique=True)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(300), comment="printed as a code; empty where there is none")
    needed_by: Mapped[datetime | None]
    printed_by: Mapped[int | None] = mapped_column(BigInteger)
    printed_at: Mapped[datetime | None]


class OwnWords(Base):
    """What an area says before and after messages of one kind, in one language."""

    __tablename__ = "own_words"

    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"), primary_key=True)
    kind: Mapped[NotificationKind] = mapped_column(String(40), primary_key=True)
    language: Mapped[Language] = mapped_column(String(5), primary_key=True)
    opening: Mapped[str] = mapped_column(String(60))
    closing: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    chosen_at: Mapped[datetime]


class Habit(Base):
    """How somebody wants to hear of one topic: over `channel`, or not at all. Without a row: as usual.

    A volunteer's, or, for what coordinators are told, an account's.
    """

    __tablename__ = "habit"
    __table_args__ = (
        UniqueConstraint("volunteer_id", "topic"),
        UniqueConstraint("account_id", "topic"),
        CheckConstraint("num_nonnulls(volunteer_id, account_id) = 1", name="owner"),
        CheckConstraint("(channel IS NULL) = is_off", name="choice"),
    )

    id: Mapped[Id]
    volunteer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    topic: Mapped[Topic] = mapped_column(String(20))
    channel: Mapped[Channel | None] = mapped_column(String(20))
    is_off: Mapped[bool] = mapped_column(default=False)
    chosen_at: Mapped[datetime]
