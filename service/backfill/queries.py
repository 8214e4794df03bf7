"""Named reads of searches: what is due, how short a role is, who was asked, how a search stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.backfill.models import Backfill, BackfillStep, Invitation, Ladder
from service.db import one_of
from service.places.queries import within
from service.roster.models import HOLDING, SURE, Assignment
from service.signups.models import SignUp
from service.signups.queries import OpeningRow, opening
from service.terms import AssignmentState, BackfillState, InvitationState, Rung, ShiftState, SignUpState
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Need:
    """How one role of a shift stands. `answer_by` is when the first of the open offers ends."""

    min_needed: int
    sure: int
    offered: int
    answer_by: datetime | None

    @property
    def missing(self) -> int:
        """People lacking who said yes."""
        return max(0, self.min_needed - self.sure)

    @property
    def is_covered(self) -> bool:
        """Whether the open offers would be enough if all say yes."""
        return self.sure + self.offered >= self.min_needed


def need(session: Session, role: ShiftRole) -> Need:
    """Who is sure to come and who has yet to answer."""
    offered = Assignment.state == AssignmentState.OFFERED
    row = session.execute(
        select(
            func.coalesce(func.sum(Assignment.places).filter(Assignment.state.in_(SURE)), 0),
            func.coalesce(func.sum(Assignment.places).filter(offered), 0),
            func.min(Assignment.answer_by).filter(offered),
        )
        .where(Assignment.shift_role_id == role.id, Assignment.state.in_(HOLDING))
        .where(Assignment.is_stand_by.is_(False))
    ).one()
    return Need(role.min_needed, *row)


def is_wanted(session: Session, role: ShiftRole) -> bool:
    """Whether a yes would be given a place now."""
    return role.taken < role.max_needed and need(session, role).missing > 0


def opening_of(session: Session, shift_role_id: int) -> OpeningRow:
    """The role with its shift, activity and definition, as they are now."""
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    session.get_one(Shift, role.shift_id, populate_existing=True)
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None, "a role has its shift, activity and definition by foreign key"  # noqa: S101
    return row


def opening_of_search(session: Session, backfill_id: int) -> OpeningRow:
    """The role a search is about, with its shift, activity and definition."""
    return opening_of(session, session.get_one(Backfill, backfill_id).shift_role_id)


def has_waiting(session: Session, shift_role_id: int) -> bool:
    """Whether somebody waits for a place in the role."""
    waits = select(SignUp.id).where(SignUp.shift_role_id == shift_role_id, SignUp.state == SignUpState.WAITLISTED)
    return session.scalar(waits.limit(1)) is not None


def asked(session: Session, backfill: Backfill, rung: Rung) -> int:
    """How many people this search has asked on the rung."""
    of_rung = (Invitation.backfill_id == backfill.id, Invitation.rung == rung)
    return session.scalars(select(func.count()).select_from(Invitation).where(*of_rung)).one()


def ladder(session: Session, activity_id: int) -> Ladder | None:
    """The activity's own ladder; None where it is the usual one."""
    return session.scalar(select(Ladder).where(Ladder.activity_id == activity_id))


def due(session: Session, *, now: datetime, limit: int) -> Sequence[Backfill]:
    """Searches whose next look is due, ours until commit; those in other hands are left to them."""
    return session.scalars(
        select(Backfill)
        .where(Backfill.state == BackfillState.CLIMBING, Backfill.next_at <= now)
        .order_by(Backfill.next_at, Backfill.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def locked(session: Session, backfill_id: int) -> Backfill:
    """The search as it is now, ours until commit."""
    return session.scalars(
        select(Backfill).where(Backfill.id == backfill_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def climbing_for(session: Session, shift_role_id: int) -> Backfill | None:
    """The search that is under way for this role, ours until commit."""
    return session.scalar(
        select(Backfill)
        .where(Backfill.shift_role_id == shift_role_id, Backfill.state == BackfillState.CLIMBING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def climbing_beside(session: Session, assignment_ids: Collection[int]) -> Sequence[Backfill]:
    """The searches under way for the roles of these places, ours until commit."""
    roles = select(Assignment.shift_role_id).where(one_of(Assignment.id, assignment_ids))
    return session.scalars(
        select(Backfill)
        .where(Backfill.shift_role_id.in_(roles), Backfill.state == BackfillState.CLIMBING)
        .order_by(Backfill.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def climbing_in(session: Session, shift_id: int) -> Sequence[Backfill]:
    """The searches under way in a shift, ours until commit."""
    return session.scalars(
        select(Backfill)
        .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
        .where(ShiftRole.shift_id == shift_id, Backfill.state == BackfillState.CLIMBING)
        .order_by(Backfill.id)
        .with_for_update(of=Backfill)
        .execution_options(populate_existing=True)
    ).all()


def step_at(session: Session, backfill: Backfill) -> BackfillStep | None:
    """What is written of the rung the search stands on; None while its turn has not come."""
    return session.scalar(
        select(BackfillStep).where(BackfillStep.backfill_id == backfill.id, BackfillStep.position == backfill.position)
    )


def unanswered(session: Session, backfill_id: int, *, rung: Rung | None = None) -> Sequence[Invitation]:
    """Who was asked in this search, or by one rung of it, and has not answered, first asked first."""
    statement = select(Invitation).where(
        Invitation.backfill_id == backfill_id, Invitation.state == InvitationState.ASKED
    )
    if rung is not None:
        statement = statement.where(Invitation.rung == rung)
    return session.scalars(statement.order_by(Invitation.id)).all()


def in_scope(session: Session, backfill_id: int, *, scope_ids: Sequence[int]) -> Backfill | None:
    """The search, if its shift belongs to one of the scopes."""
    return session.scalar(select(Backfill).where(Backfill.id == backfill_id, within(Backfill.area_id, scope_ids)))


def invitation_in_scope(session: Session, invitation_id: int, *, scope_ids: Sequence[int]) -> Invitation | None:
    """The invitation, if its shift belongs to one of the scopes."""
    return session.scalar(
        select(Invitation).where(Invitation.id == invitation_id, within(Invitation.area_id, scope_ids))
    )


def under_way(session: Session, *, scope_ids: Sequence[int]) -> dict[int, int]:
    """Ids of the searches under way in scope, by role of a shift."""
    rows = session.execute(
        select(Backfill.shift_role_id, Backfill.id).where(
            Backfill.state == BackfillState.CLIMBING, within(Backfill.area_id, scope_ids)
        )
    )
    return dict(rows.all())


BackfillRow: TypeAlias = Row[Backfill, ShiftRole, Shift, Activity, ActivityRole]


def listed(
    session: Session, *, scope_ids: Sequence[int], state: BackfillState | None = None, limit: int = 50
) -> Sequence[BackfillRow]:
    """Searches in scope: those under way by the start of their shift, then the others, latest first."""
    statement = with_shifts().where(within(Backfill.area_id, scope_ids))
    if state is not None:
        statement = statement.where(Backfill.state == state)
    is_over = Backfill.state != BackfillState.CLIMBING
    return session.execute(
        statement.order_by(is_over, Backfill.closed_at.desc(), Shift.starts_at, Backfill.id).limit(limit)
    ).all()


def with_shift(session: Session, backfill_id: int) -> BackfillRow:
    """The search with the role and shift it is about."""
    return session.execute(with_shifts().where(Backfill.id == backfill_id)).one()


def steps(session: Session, backfill_id: int) -> Sequence[BackfillStep]:
    """The rungs whose turn has come, in order."""
    return session.scalars(
        select(BackfillStep).where(BackfillStep.backfill_id == backfill_id).order_by(BackfillStep.position)
    ).all()


def invited(session: Session, backfill_id: int) -> Sequence[Row[Invitation, Volunteer]]:
    """Everybody asked in this search, first asked first."""
    return session.execute(
        select(Invitation, Volunteer)
        .join(Volunteer, Volunteer.id == Invitation.volunteer_id)
        .where(Invitation.backfill_id == backfill_id)
        .order_by(Invitation.id)
    ).all()


InvitationRow: TypeAlias = Row[Invitation, ShiftRole, Shift, Activity, ActivityRole]


def invitation(session: Session, invitation_id: int) -> InvitationRow | None:
    """One invitation with what it asks for."""
    return session.execute(_invitations().where(Invitation.id == invitation_id)).one_or_none()


def open_invitations(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[InvitationRow]:
    """What a person is asked to step in for and has not answered, while people are missing there; next shift first."""
    return session.execute(
        _invitations()
        .where(Invitation.volunteer_id == volunteer_id, Invitation.state == InvitationState.ASKED)
        .where(Backfill.state == BackfillState.CLIMBING, ShiftRole.taken < ShiftRole.min_needed)
        .where(Shift.state == ShiftState.OPEN, Shift.ends_at > now)
        .order_by(Shift.starts_at, Invitation.id)
    ).all()


def with_shifts() -> Select[Backfill, ShiftRole, Shift, Activity, ActivityRole]:
    """Searches, each with the role and shift it is about."""
    return (
        select(Backfill, ShiftRole, Shift, Activity, ActivityRole)
        .select_from(Backfill)
        .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )


def _invitations() -> Select[Invitation, ShiftRole, Shift, Activity, ActivityRole]:
    return (
        select(Invitation, ShiftRole, Shift, Activity, ActivityRole)
        .select_from(Invitation)
        .join(Backfill, Backfill.id == Invitation.backfill_id)
        .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )
