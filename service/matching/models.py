"""The record of one matching: what was asked, what was proposed, what became of it. What a community counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base, Id
from service.terms import MatchRunState, MatchStage


class MatchRun(Base):
    """One solving of the shifts of one or several activities in a window, with its problem, solution and reasons."""

    __tablename__ = "match_run"
    __table_args__ = (
        Index("ix_match_run_area_id_id", "area_id", "id"),
        Index("ix_match_run_activity_ids", "activity_ids", postgresql_using="gin"),
        CheckConstraint("cardinality(activity_ids) > 0", name="activities"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger, comment="of its activities, or the community that holds them all")
    activity_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), comment="what it plans together, by id")
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    state: Mapped[MatchRunState] = mapped_column(String(20), default=MatchRunState.REQUESTED)
    requested_by: Mapped[int | None] = mapped_column(BigInteger)
    requested_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    stage: Mapped[MatchStage | None] = mapped_column(String(20), comment="what is being done while it is solved")
    parts_done: Mapped[int | None] = mapped_column(comment="of `parts`, in this stage")
    parts: Mapped[int | None]
    enough_at: Mapped[datetime | None] = mapped_column(comment="when somebody would not wait for the rest")
    solved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    input_hash: Mapped[str | None] = mapped_column(String(64))
    solver: Mapped[str | None] = mapped_column(String(40))
    # As large as a town may be: read only by who asks for them.
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    solution: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True, comment="but for its refusals")
    record: Mapped[dict[str, Any] | None] = mapped_column(JSONB, comment="how it was made: watch.Record")
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB, comment="what publishing made of the drafts")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class Refusals(Base):
    """Some of a plan's refusals: those of sign-ups that follow each other by id, up to the next row's first.

    A plan of a town has a million and a half; why one person has no place is in one row.
    """

    __tablename__ = "match_refusals"

    match_run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("match_run.id"), primary_key=True)
    first_signup_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    refusals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="solution.Unplaced, by sign-up")


class WishWeights(Base):
    """What honoured wishes are worth in a community that has chosen so. No row: as usual (problem.Weights)."""

    __tablename__ = "wish_weights"
    __table_args__ = (CheckConstraint("0 < least AND least <= dearest AND step >= 0", name="order"),)

    area_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("area.id"), primary_key=True, comment="a community")
    dearest: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[int] = mapped_column(SmallInteger)
    least: Mapped[int] = mapped_column(SmallInteger)
    chosen_by: Mapped[int] = mapped_column(BigInteger, comment="account")
    chosen_at: Mapped[datetime]
