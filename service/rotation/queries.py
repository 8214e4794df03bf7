"""Named reads of rotations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.places.queries import within
from service.roster.models import HOLDING, Assignment
from service.rotation.models import (
    PENDING,
    Rotation,
    RotationAbsence,
    RotationDeal,
    RotationMember,
    RotationParty,
    RotationTurn,
    RotationWish,
)
from service.signups.queries import OpeningRow, all_openings
from service.terms import AssignmentState, ReleaseReason, ShiftState
from service.volunteers.models import Volunteer

#: A block: its places, its shift, the activity and what the role asks for.
BlockRow: TypeAlias = OpeningRow


def in_scope(session: Session, rotation_id: int, *, scope_ids: Sequence[int]) -> Rotation | None:
    """The rotation, if it belongs to one of the scopes."""
    return session.scalar(select(Rotation).where(Rotation.id == rotation_id, within(Rotation.area_id, scope_ids)))


def listed(
    session: Session, *, scope_ids: Sequence[int], before_id: int | None = None, limit: int = 30
) -> Sequence[Row[Rotation, Activity]]:
    """Rotations in scope with their activities, the newest first."""
    statement = (
        select(Rotation, Activity)
        .join(Activity, Activity.id == Rotation.activity_id)
        .where(within(Rotation.area_id, scope_ids))
    )
    if before_id is not None:
        statement = statement.where(Rotation.id < before_id)
    return session.execute(statement.order_by(Rotation.id.desc()).limit(limit)).all()


def deal_in_scope(session: Session, deal_id: int, *, scope_ids: Sequence[int]) -> RotationDeal | None:
    """The deal, if it belongs to one of the scopes."""
    return session.scalar(
        select(RotationDeal).where(RotationDeal.id == deal_id, within(RotationDeal.area_id, scope_ids))
    )


def pending_deal(session: Session, rotation_id: int) -> RotationDeal | None:
    """The deal that is being made or waits to be looked at; the newest, should there be two."""
    return session.scalar(
        select(RotationDeal)
        .where(RotationDeal.rotation_id == rotation_id, RotationDeal.state.in_(PENDING))
        .order_by(RotationDeal.id.desc())
        .limit(1)
    )


def pending_deals(session: Session, rotation_id: int) -> Sequence[RotationDeal]:
    """Deals that are being made or wait to be looked at, locked."""
    return session.scalars(
        select(RotationDeal)
        .where(RotationDeal.rotation_id == rotation_id, RotationDeal.state.in_(PENDING))
        .order_by(RotationDeal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def blocks(session: Session, rotation: Rotation, *, from_at: datetime, until_at: datetime) -> Sequence[BlockRow]:
    """The open blocks that start in [from_at, until_at), by start."""
    return session.execute(
        all_openings()
        .where(Shift.activity_id == rotation.activity_id, Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at >= from_at, Shift.starts_at < until_at)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def shift_ids(session: Session, rotation: Rotation) -> frozenset[int]:
    """Every block of the rotation, called off or not."""
    return frozenset(session.scalars(select(Shift.id).where(Shift.activity_id == rotation.activity_id)))


def refused(session: Session, rotation: Rotation) -> dict[int, set[int]]:
    """By person the blocks she said no to, let run out, or gave up: she is not dealt them again."""
    gone = and_(
        Assignment.state == AssignmentState.RELEASED,
        Assignment.release_reason.in_((ReleaseReason.OFFER_EXPIRED, ReleaseReason.WITHDREW, ReleaseReason.COORDINATOR)),
    )
    rows = session.execute(
        select(Assignment.volunteer_id, Assignment.shift_role_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.activity_id == rotation.activity_id, or_(Assignment.state == AssignmentState.DECLINED, gone))
    )
    found: dict[int, set[int]] = {}
    for volunteer_id, shift_role_id in rows:
        found.setdefault(volunteer_id, set()).add(shift_role_id)
    return found


def first_start(session: Session, rotation: Rotation) -> datetime | None:
    """When the first block begins, or began."""
    return session.scalar(select(func.min(Shift.starts_at)).where(Shift.activity_id == rotation.activity_id))


def places(session: Session, rotation: Rotation, *, as_stand_by: bool = False) -> Sequence[Row[Assignment, Shift]]:
    """Every place somebody holds in the rotation, or has held and served; or every one of who stands by beside them."""
    return session.execute(
        select(Assignment, Shift)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.activity_id == rotation.activity_id, Assignment.state.in_(HOLDING))
        .where(Assignment.is_stand_by.is_(as_stand_by))
        .order_by(Shift.starts_at, Assignment.id)
    ).all()


def parties(session: Session, rotation_id: int) -> Sequence[RotationParty]:
    """All parties there ever were, by id."""
    return session.scalars(
        select(RotationParty).where(RotationParty.rotation_id == rotation_id).order_by(RotationParty.id)
    ).all()


def members(session: Session, rotation_id: int) -> Sequence[Row[RotationMember, Volunteer]]:
    """Everybody who is or was in the pool, with the person, by id."""
    return session.execute(
        select(RotationMember, Volunteer)
        .join(Volunteer, Volunteer.id == RotationMember.volunteer_id)
        .where(RotationMember.rotation_id == rotation_id)
        .order_by(RotationMember.id)
    ).all()


def member_of(session: Session, rotation_id: int, *, volunteer_id: int) -> RotationMember | None:
    """The person's current place in the pool."""
    return session.scalar(
        select(RotationMember).where(
            RotationMember.rotation_id == rotation_id,
            RotationMember.volunteer_id == volunteer_id,
            RotationMember.left_at.is_(None),
        )
    )


def absences(session: Session, member_ids: Collection[int]) -> Sequence[RotationAbsence]:
    return session.scalars(
        select(RotationAbsence).where(RotationAbsence.member_id.in_(member_ids)).order_by(RotationAbsence.from_on)
    ).all()


def wishes(session: Session, member_ids: Collection[int]) -> Sequence[RotationWish]:
    return session.scalars(
        select(RotationWish)
        .where(RotationWish.member_id.in_(member_ids))
        .order_by(RotationWish.member_id, RotationWish.weekday, RotationWish.starts)
    ).all()


def turns(session: Session, deal_id: int) -> Sequence[Row[RotationTurn, ShiftRole, Shift, Volunteer]]:
    """The turns of a deal in order of time."""
    return session.execute(
        select(RotationTurn, ShiftRole, Shift, Volunteer)
        .join(ShiftRole, ShiftRole.id == RotationTurn.shift_role_id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Volunteer, Volunteer.id == RotationTurn.volunteer_id)
        .where(RotationTurn.deal_id == deal_id)
        .order_by(Shift.starts_at, Shift.id, Volunteer.pinyin, RotationTurn.id)
    ).all()


def guards(
    session: Session, shift_role_ids: Collection[int]
) -> Sequence[Row[Assignment, Volunteer, RotationTurn | None]]:
    """Who holds a place in these blocks, with the turn by which she got it, by name."""
    return session.execute(
        select(Assignment, Volunteer, RotationTurn)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .outerjoin(RotationTurn, RotationTurn.assignment_id == Assignment.id)
        .where(Assignment.shift_role_id.in_(shift_role_ids), Assignment.state.in_(HOLDING))
        .order_by(Volunteer.pinyin, Assignment.id)
    ).all()


def behind(session: Session, *, before: datetime, limit: int) -> Sequence[Rotation]:
    """Open rotations that are not dealt up to `before`, have blocks after what is dealt, and no deal pending.

    Locked; another worker's are passed over.
    """
    pending = exists().where(RotationDeal.rotation_id == Rotation.id, RotationDeal.state.in_(PENDING))
    undealt = exists().where(
        and_(
            Shift.activity_id == Rotation.activity_id,
            Shift.state == ShiftState.OPEN,
            Shift.starts_at >= Rotation.dealt_until,
        )
    )
    return session.scalars(
        select(Rotation)
        .where(Rotation.closed_at.is_(None), Rotation.dealt_until < before, undealt, ~pending)
        .order_by(Rotation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def of_shift(session: Session, shift_id: int) -> Rotation | None:
    """The rotation a shift is a block of."""
    return session.scalar(
        select(Rotation).join(Shift, Shift.activity_id == Rotation.activity_id).where(Shift.id == shift_id)
    )
