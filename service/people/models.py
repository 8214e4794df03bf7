"""That somebody left, or wants to be forgotten; that two entries were one person, or are not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id


class Departure(Base):
    """She serves no more, from `left_at` until she is back, if she comes back.

    The ids are what she gave back when she left: sign-ups withdrawn, places without one declined, watches closed.
    """

    __tablename__ = "departure"

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    left_at: Mapped[datetime]
    back_at: Mapped[datetime | None]
    signup_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    assignment_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    watch_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)


class Merge(Base):
    """Two entries became one: what referred to `gone_id` refers to `kept_id`. Until `undo_until` it can be undone.

    `moved` lists the rows by `table.column`, each by the rest of its primary key; `before` is what else was changed,
    as merging.py writes and undoing.py reads it. Both are emptied when the time to undo is over.
    """

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two"),
        Index("uq_person_merge_gone_id", "gone_id", unique=True, postgresql_where="undone_at IS NULL"),
        Index("ix_person_merge_kept_id", "kept_id"),
        Index(
            "ix_person_merge_undo_until", "undo_until", postgresql_where="undone_at IS NULL AND forgotten_at IS NULL"
        ),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    kept_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    gone_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    merged_at: Mapped[datetime]
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigInteger)
    forgotten_at: Mapped[datetime | None]
    moved: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(JSONB, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Erasure(Base):
    """She has asked for what is kept of her to be deleted: done at `due_at`, unless she takes it back before."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index(
            "uq_erasure_volunteer_id_open",
            "volunteer_id",
            unique=True,
            postgresql_where="cancelled_at IS NULL AND done_at IS NULL",
        ),
        Index("ix_erasure_due_at", "due_at", postgresql_where="cancelled_at IS NULL AND done_at IS NULL"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    account_id: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Apart(Base):
    """A coordinator has said that these two, who look alike, are two people."""

    __tablename__ = "person_apart"
    __table_args__ = (CheckConstraint("low_id < high_id", name="in_order"),)

    low_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    high_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    said_at: Mapped[datetime]
