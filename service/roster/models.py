"""Assignments: who serves in which role of which shift, and how sure that is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, and_, false, or_
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import literal_column

from service.db import Base, Id
from service.terms import AssignmentState, ReleaseReason

A = AssignmentState

#: States in which a person holds a place: counted in `taken`, and keeping her from being elsewhere.
HOLDING = (A.OFFERED, A.CONFIRMED, A.CHECKED_IN, A.COMPLETED)
#: What the roster shows: who holds a place, and who was to come and did not.
ON_THE_ROSTER = (*HOLDING, A.NO_SHOW)
#: States in which a person has said that she comes, or has come.
SURE = (A.CONFIRMED, A.CHECKED_IN, A.COMPLETED)
#: States in which a person is still to come.
AWAITED = (A.OFFERED, A.CONFIRMED)
#: The constraints that keep a person from a second place at the same time, or in the same shift.
ONE_PLACE_AT_A_TIME = ("ex_assignment_one_place_at_a_time", "uq_assignment_shift_id_volunteer_id")
_HOLDING_SQL = f"state IN ({', '.join(repr(state.value) for state in HOLDING)})"

#: From which state an assignment may go where. `released` leads back only by undoing a withdrawal, `no_show` by coming
#: after all.
MOVES: dict[AssignmentState, frozenset[AssignmentState]] = {
    A.DRAFTED: frozenset({A.OFFERED, A.RELEASED}),
    A.OFFERED: frozenset({A.CONFIRMED, A.DECLINED, A.RELEASED}),
    A.CONFIRMED: frozenset({A.CHECKED_IN, A.RELEASED, A.NO_SHOW, A.DECLINED}),
    A.CHECKED_IN: frozenset({A.COMPLETED, A.RELEASED, A.NO_SHOW}),
    A.RELEASED: frozenset({A.CONFIRMED, A.OFFERED}),
    A.DECLINED: frozenset(),
    A.COMPLETED: frozenset(),
    A.NO_SHOW: frozenset({A.CONFIRMED, A.CHECKED_IN}),
}


class ForbiddenMove(Exception):
    """An assignment cannot go from the state it is in to the one asked for."""


class Assignment(Base):
    """One volunteer in one role of one shift.

    `is_stand_by`: not one of the role's places but one beside them, of somebody who comes if another drops out; her
    time is taken all the same. `occupies` is the shift's time and the rest owed after it: two rows of one person whose
    ranges meet would be a double booking or a broken rest, and the exclusion constraint refuses them, whatever raced.
    `place_held_until` keeps a released place for its holder while she may undo.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        ExcludeConstraint(
            (literal_column("int8range(volunteer_id, volunteer_id, '[]')"), "&&"),
            ("occupies", "&&"),
            where=literal_column(_HOLDING_SQL),
            name=ONE_PLACE_AT_A_TIME[0],
        ),
        Index(
            ONE_PLACE_AT_A_TIME[1],
            "shift_id",
            "volunteer_id",
            unique=True,
            postgresql_where=_HOLDING_SQL,
        ),
        Index("ix_assignment_shift_role_id", "shift_role_id"),
        Index("ix_assignment_volunteer_id_id", "volunteer_id", "id"),
        Index("ix_assignment_answer_by", "answer_by", postgresql_where="state = 'offered'"),
        Index("ix_assignment_place_held_until", "place_held_until", postgresql_where="place_held_until IS NOT NULL"),
        CheckConstraint("(state = 'offered') <= (answer_by IS NOT NULL)", name="answer_by"),
        CheckConstraint("place_held_until IS NULL OR state = 'released'", name="place_held"),
        CheckConstraint("NOT is_stand_by OR state NOT IN ('checked_in', 'completed', 'no_show')", name="stand_by"),
        CheckConstraint("suggested_id IS NULL OR state = 'declined'", name="suggested"),
        CheckConstraint("places > 0 AND (places = 1 OR NOT is_stand_by)", name="places"),
    )

    id: Mapped[Id]
    area_id: Mapped[int] = mapped_column(BigInteger)
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"))
    shift_role_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift_role.id"))
    volunteer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("volunteer.id"))
    signup_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("signup.id"), index=True)
    match_run_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("match_run.id"), index=True)
    state: Mapped[AssignmentState] = mapped_column(String(20))
    is_stand_by: Mapped[bool] = mapped_column(default=False, server_default=false())
    places: Mapped[int] = mapped_column(
        SmallInteger, default=1, server_default="1", comment="hers and those of the family she brings"
    )
    occupies: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    assigned_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    asked_with_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("assignment.id"), index=True, comment="the first of the offers one message asks about"
    )
    asked_again: Mapped[int] = mapped_column(
        SmallInteger, default=0, server_default="0", comment="1: at half of the time to answer; 2: to be called"
    )
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger, comment="account that typed the answer for her")
    decline_reason: Mapped[str] = mapped_column(String(200), default="")
    suggested_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("volunteer.id"), comment="who could come instead, in the words of her who said no"
    )
    suggested_name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    release_reason: Mapped[ReleaseReason | None] = mapped_column(String(20))
    place_held_until: Mapped[datetime | None]
    missed_at: Mapped[datetime | None] = mapped_column(comment="when she was found missing by the clock: once")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    @property
    def was_told(self) -> bool:
        """Whether its person has heard of it: of no draft, nor of one that was dropped."""
        is_dropped = self.state == A.RELEASED and self.answer_by is None and self.answered_at is None
        return self.state != A.DRAFTED and not is_dropped

    def move(self, to: AssignmentState) -> None:
        """The only way an assignment changes state. Raises ForbiddenMove."""
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"an assignment cannot go from {self.state} to {to}")
        self.state = to


#: `Assignment.was_told`, of rows.
WAS_TOLD = and_(
    Assignment.state != A.DRAFTED,
    or_(Assignment.state != A.RELEASED, Assignment.answer_by.is_not(None), Assignment.answered_at.is_not(None)),
)
