"""The answers of those who were asked to step in. The first yes has the place; who comes too late is thanked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import outbox
from service.activities.models import ShiftRole
from service.activities.queries import lock_open_shift
from service.backfill import queries
from service.backfill.models import Invitation
from service.events import InvitationAnswered
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.signups.actions import SignUpRefused
from service.signups.asking import asking
from service.signups.models import SignUp
from service.signups.queries import OpeningRow
from service.signups.rules import Refused, but_for, unfit
from service.terms import AssignmentState, InvitationState, Refusal
from service.volunteers.queries import lock_id


class InvitationClosed(Exception):
    """The shift it asks for is over or was called off."""


def accept(session: Session, *, invitation_id: int, now: datetime, answered_by: int | None = None) -> Invitation:
    """Say yes, up to the end of the shift. Saying it twice is harmless.

    1. Lock the person, the shift, then the role: whoever says yes at the same moment waits here.
    2. Tell all the reasons against.
    3. While people are missing and a place is free, it is hers; else she is thanked, and asked first next time.

    Raises InvitationClosed, SignUpRefused with all reasons, OfferClosed.
    """
    invitation = _locked(session, invitation_id)
    if invitation.state == InvitationState.ACCEPTED:
        return invitation
    row = queries.opening_of_search(session, invitation.backfill_id)
    assignment = _hers(session, invitation, row)
    if lock_open_shift(session, row.Shift.id) is None or now >= row.Shift.ends_at:
        raise InvitationClosed(f"shift {row.Shift.id} was called off or is over")
    if assignment is None or assignment.is_stand_by:
        assignment = _take(session, invitation, row, assignment, now=now, answered_by=answered_by)
    elif assignment.state == AssignmentState.OFFERED:
        roster.accept(session, assignment_id=assignment.id, now=now, answered_by=answered_by)
    _answer(session, invitation, assignment, now=now, answered_by=answered_by)
    return invitation


def decline(session: Session, *, invitation_id: int, now: datetime, answered_by: int | None = None) -> Invitation:
    """Say no: she is not asked for this shift again. Twice is harmless.

    Raises ForbiddenMove once she has the place: that is given up as any other (roster.actions.decline).
    """
    invitation = _locked(session, invitation_id)
    if invitation.state == InvitationState.DECLINED:
        return invitation
    invitation.move(InvitationState.DECLINED)
    invitation.answered_at, invitation.answered_by = now, answered_by
    outbox.record(session, InvitationAnswered(invitation.id))
    return invitation


def _locked(session: Session, invitation_id: int) -> Invitation:
    """The invitation, its person locked first: always person, then the rest."""
    lock_id(session, session.scalars(select(Invitation.volunteer_id).where(Invitation.id == invitation_id)).one())
    return session.scalars(
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _hers(session: Session, invitation: Invitation, row: OpeningRow) -> Assignment | None:
    """The place she holds in this shift already, or is offered. Raises SignUpRefused when it is in another role."""
    assignment = session.scalar(
        select(Assignment)
        .where(Assignment.shift_id == row.Shift.id, Assignment.volunteer_id == invitation.volunteer_id)
        .where(Assignment.state.in_(HOLDING))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if assignment is not None and assignment.shift_role_id != row.ShiftRole.id:
        raise SignUpRefused([Refused(Refusal.OVERLAP)])
    return assignment


def _take(
    session: Session,
    invitation: Invitation,
    row: OpeningRow,
    stands_by: Assignment | None,
    *,
    now: datetime,
    answered_by: int | None,
) -> Assignment | None:
    """A place, now hers; None when nobody is missing any more, or the place is offered to somebody else.

    Who `stands_by` gives that up for it in the same moment. Raises SignUpRefused when she cannot serve.
    """
    role = session.get_one(ShiftRole, row.ShiftRole.id, with_for_update=True, populate_existing=True)
    asked = asking(session, volunteer_id=invitation.volunteer_id, shift_id=row.Shift.id, shift_role_id=role.id)
    if asked.opening is None:
        raise SignUpRefused([Refused(Refusal.UNKNOWN_ROLE)])
    if reasons := unfit(but_for(asked.candidate, shift_id=row.Shift.id), asked.opening):
        raise SignUpRefused(reasons)
    if not queries.need(session, role).missing:
        return None
    if stands_by is not None:
        is_called_in = roster.call_in(session, stands_by, now=now, answered_by=answered_by)
        return stands_by if is_called_in else None
    signup = session.get(SignUp, asked.standing_id) if asked.standing_id is not None else None
    try:
        return roster.take(
            session,
            row=row,
            volunteer_id=invitation.volunteer_id,
            signup_id=signup.id if signup is not None and signup.shift_role_id == role.id else None,
            now=now,
            answered_by=answered_by,
        )
    except roster.ConflictingDuty as error:
        raise SignUpRefused([Refused(Refusal.OVERLAP)]) from error


def _answer(
    session: Session, invitation: Invitation, assignment: Assignment | None, *, now: datetime, answered_by: int | None
) -> None:
    """Write down a yes, with the place or, without one, with thanks."""
    state = InvitationState.THANKED if assignment is None else InvitationState.ACCEPTED
    if invitation.state == state:
        return
    invitation.move(state)
    invitation.assignment_id = assignment.id if assignment is not None else None
    invitation.answered_at, invitation.answered_by = now, answered_by
    outbox.record(session, InvitationAnswered(invitation.id))
