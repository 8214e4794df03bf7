"""Lists of searches and invitations for programs: a coordinator's, and a volunteer's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.backfill.models import Backfill, Invitation
from service.backfill.queries import BackfillRow, with_shifts
from service.places.queries import within, within_or_own
from service.terms import BackfillState, InvitationState
from service.volunteers.models import Volunteer

InvitationListed: TypeAlias = Row[Invitation, str, ShiftRole, Shift, Activity, ActivityRole]


def backfills(
    session: Session,
    *,
    scope_ids: Sequence[int],
    state: BackfillState | None = None,
    shift_id: int | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[BackfillRow]:
    """Searches in scope by id."""
    statement = with_shifts().where(within(Backfill.area_id, scope_ids), Backfill.id > after_id)
    if state is not None:
        statement = statement.where(Backfill.state == state)
    if shift_id is not None:
        statement = statement.where(Shift.id == shift_id)
    return session.execute(statement.order_by(Backfill.id).limit(limit)).all()


def visible(
    session: Session, invitation_id: int, *, volunteer_id: int | None, scope_ids: Sequence[int]
) -> InvitationListed | None:
    """The invitation, if it is this volunteer's own or in one of the scopes."""
    statement = _invitations(volunteer_id, scope_ids).where(Invitation.id == invitation_id)
    return session.execute(statement).one_or_none()


def invitations(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    state: InvitationState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[InvitationListed]:
    """Invitations that are this volunteer's own or in one of the scopes, by id."""
    statement = _invitations(volunteer_id, scope_ids).where(Invitation.id > after_id)
    if state is not None:
        statement = statement.where(Invitation.state == state)
    return session.execute(statement.order_by(Invitation.id).limit(limit)).all()


def _invitations(
    volunteer_id: int | None, scope_ids: Sequence[int]
) -> Select[Invitation, str, ShiftRole, Shift, Activity, ActivityRole]:
    mine = within_or_own(Invitation.area_id, scope_ids, owner=Invitation.volunteer_id, volunteer_id=volunteer_id)
    return (
        select(Invitation, Volunteer.name, ShiftRole, Shift, Activity, ActivityRole)
        .select_from(Invitation)
        .join(Volunteer, Volunteer.id == Invitation.volunteer_id)
        .join(Backfill, Backfill.id == Invitation.backfill_id)
        .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(mine)
    )
