"""Hand-over notes: who leaves a block writes, who comes next reads. Nobody else does, and each look is audited."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Shift
from service.roster.models import HOLDING, Assignment
from service.rotation.models import HandOverNote, Rotation, RotationMember
from service.terms import ShiftState
from service.volunteers.models import Volunteer

#: How long after the end of her block a guard may still write.
LATE = timedelta(hours=12)


class NotHerBlock(Exception):
    """Only who serves in the block writes, from its start until LATE after its end."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: a person of the pool, or an account that coordinates there."""

    account_id: int | None
    volunteer_id: int | None = None


def write(session: Session, shift: Shift, *, by: Reader, words: str, now: datetime) -> HandOverNote:
    """Leave a note at the end of a block; a coordinator may at any time. Raises NotHerBlock."""
    if by.volunteer_id is not None and not can_write(session, shift, volunteer_id=by.volunteer_id, now=now):
        raise NotHerBlock(f"volunteer {by.volunteer_id} does not serve in shift {shift.id}, or not now")
    made = HandOverNote(
        area_id=shift.area_id,
        shift_id=shift.id,
        volunteer_id=by.volunteer_id,
        account_id=by.account_id if by.volunteer_id is None else None,
        words=words,
        written_at=now,
    )
    session.add(made)
    session.flush()
    _note(session, "wrote_hand_over", shift, by=by, now=now)
    return made


def can_write(session: Session, shift: Shift, *, volunteer_id: int, now: datetime) -> bool:
    """Whether she serves in the block and it has begun, and is not long over."""
    held = select(Assignment.id).where(
        Assignment.shift_id == shift.id, Assignment.volunteer_id == volunteer_id, Assignment.state.in_(HOLDING)
    )
    return shift.starts_at <= now < shift.ends_at + LATE and session.scalar(held) is not None


def to_hand_over(session: Session, volunteer_id: int, *, around: datetime, near: timedelta) -> Sequence[Shift]:
    """The blocks she holds that begin or have ended so near to a moment, by start."""
    return session.scalars(
        select(Shift)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Rotation, Rotation.activity_id == Shift.activity_id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(HOLDING))
        .where(Shift.starts_at < around + near, Shift.ends_at > around - near, Shift.state == ShiftState.OPEN)
        .order_by(Shift.starts_at)
    ).all()


def concerns(session: Session, rotation: Rotation, shift_id: int, *, volunteer_id: int) -> bool:
    """Whether the person is of the pool, or holds a place in this block."""
    in_pool = exists().where(
        RotationMember.rotation_id == rotation.id,
        RotationMember.volunteer_id == volunteer_id,
        RotationMember.left_at.is_(None),
    )
    serves = (
        exists()
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(HOLDING))
        .where(Assignment.shift_id == shift_id)
    )
    return bool(session.scalar(select(or_(in_pool, serves))))


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it is read; `author` is empty for a coordinator's."""

    words: str
    author: str
    written_at: datetime
    shift_id: int


def read(session: Session, shift: Shift, *, by: Reader, now: datetime) -> tuple[Shift | None, list[Note]]:
    """The block before, and the notes of both, the oldest first. The caller has asked `concerns`."""
    before = _block_before(session, shift)
    rows = _written(session, [one.id for one in (before, shift) if one is not None])
    _note(session, "read_hand_over", shift, by=by, now=now)
    return before, [Note(note.words, name or "", note.written_at, note.shift_id) for note, name in rows]


def _block_before(session: Session, shift: Shift) -> Shift | None:
    """The block that ended last when this one began."""
    return session.scalar(
        select(Shift)
        .where(Shift.activity_id == shift.activity_id, Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at < shift.starts_at)
        .order_by(Shift.starts_at.desc())
        .limit(1)
    )


def _written(session: Session, shift_ids: Collection[int]) -> Sequence[Row[HandOverNote, Any]]:
    """(note, name of the volunteer who wrote it, or None) of these blocks, the oldest first."""
    return session.execute(
        select(HandOverNote, Volunteer.name)
        .outerjoin(Volunteer, Volunteer.id == HandOverNote.volunteer_id)
        .where(HandOverNote.shift_id.in_(shift_ids))
        .order_by(HandOverNote.id)
    ).all()


def _note(session: Session, verb: str, shift: Shift, *, by: Reader, now: datetime) -> None:
    audit.note_about(session, verb, shift, account_id=by.account_id, now=now, volunteer_id=by.volunteer_id)
