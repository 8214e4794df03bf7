"""What a volunteer can do: sign up, withdraw, take the withdrawal back. And what follows: promotion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import audit, bell, outbox
from service.activities.models import Activity, Shift, ShiftRole
from service.db import after_commit
from service.events import AssignmentConfirmed, SignUpDeclined, SignUpWithdrawn
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.roster.rules import undo_until
from service.signups import queries
from service.signups.asking import asking, candidate
from service.signups.models import STANDING, SignUp
from service.signups.rules import Refused, refusals, unfit
from service.terms import (
    AskedHow,
    AssignmentState,
    Refusal,
    ReleaseReason,
    SignUpState,
    SignUpVia,
)
from service.tracing import request_id
from service.volunteers.queries import lock, lock_id


class SignUpRefused(Exception):
    """Why not: all the reasons at once."""

    def __init__(self, reasons: Sequence[Refused]) -> None:
        super().__init__(", ".join(refused.reason for refused in reasons))
        self.reasons = list(reasons)


class UnknownVolunteer(Exception):
    """There is no such person."""


class TooLateToWithdraw(Exception):
    """The activity's deadline has passed: only the coordinator can still let her go, by telephone."""

    def __init__(self, deadline: datetime, contact_phone: str) -> None:
        super().__init__(f"the deadline was {deadline.isoformat()}")
        self.deadline, self.contact_phone = deadline, contact_phone


class NothingToUndo(Exception):
    """The withdrawal was too long ago, or the place or the time has gone to something else."""


def sign_up(
    session: Session,
    *,
    volunteer_id: int,
    shift_id: int,
    shift_role_id: int,
    now: datetime,
    via: SignUpVia,
    rank: int = 1,
    note: str = "",
    asked_by: str | None = None,
    asked_how: AskedHow | None = None,
    typed_by: int | None = None,
) -> SignUp:
    """Ask for a place. Asking twice for the same shift gives the sign-up that stands.

    1. Lock the person, so that every rule about her holds until commit.
    2. Tell all the reasons against at once.
    3. In one statement: guard the capacity, write sign-up, assignment and facts.

    Instant activities confirm while places last and then queue; the others leave it pending for
    the matcher. Raises SignUpRefused with all reasons, UnknownVolunteer.
    """
    if not lock_id(session, volunteer_id):
        raise UnknownVolunteer(f"no volunteer {volunteer_id}")
    asked = asking(session, volunteer_id=volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id)
    if asked.standing_id is not None:
        return session.get_one(SignUp, asked.standing_id)
    if asked.opening is None:
        raise SignUpRefused([Refused(Refusal.UNKNOWN_ROLE)])
    if reasons := refusals(asked.candidate, asked.opening, now):
        raise SignUpRefused(reasons)
    signup = _take_or_queue(
        session,
        shift_id=shift_id,
        shift_role_id=shift_role_id,
        volunteer_id=volunteer_id,
        is_instant=asked.opening.is_instant,
        has_waitlist=asked.opening.has_waitlist,
        rank=rank,
        note=note,
        via=via,
        asked_by=asked_by,
        asked_how=asked_how,
        typed_by=typed_by,
        now=now,
    )
    if typed_by is not None:
        audit.note(
            session,
            verb="signed_up_for",
            subject=("signup", signup.id),
            account_id=typed_by,
            area_id=signup.area_id,
            now=now,
            asked_how=asked_how,
        )
    return signup


#: One statement, so that the hot row is locked as shortly as can be. FOR SHARE makes it wait for a
#: cancellation under way, and see it. The guard `taken < max_needed` takes no lock once it is full.
_TAKE_OR_QUEUE = text("""
WITH open_shift AS (
    SELECT id, area_id, starts_at, ends_at, rest_after FROM shift
    WHERE id = :shift_id AND state = 'open' FOR SHARE
), place AS (
    UPDATE shift_role SET taken = taken + 1 FROM open_shift
    WHERE :is_instant AND shift_role.id = :shift_role_id AND shift_role.shift_id = open_shift.id
      AND taken < max_needed
    RETURNING shift_role.id
), asked AS (
    INSERT INTO signup (area_id, shift_id, shift_role_id, volunteer_id, state, rank, note, via,
                        asked_by, asked_how, typed_by, signed_up_at)
    SELECT area_id, id, :shift_role_id, :volunteer_id,
           CASE WHEN NOT :is_instant THEN 'pending'
                WHEN EXISTS (SELECT FROM place) THEN 'confirmed' ELSE 'waitlisted' END,
           :rank, :note, :via, :asked_by, :asked_how, :typed_by, :now
    FROM open_shift
    WHERE NOT :is_instant OR :has_waitlist OR EXISTS (SELECT FROM place)
    RETURNING *
), assigned AS (
    INSERT INTO assignment (area_id, shift_id, shift_role_id, volunteer_id, signup_id, state, occupies,
                            assigned_at, answered_at, decline_reason, version)
    SELECT open_shift.area_id, open_shift.id, :shift_role_id, :volunteer_id, asked.id, 'confirmed',
           tstzrange(starts_at, ends_at + make_interval(mins => rest_after)), :now, :now, '', 1
    FROM asked, open_shift WHERE asked.state = 'confirmed'
    RETURNING id
), told AS (
    INSERT INTO outbox_event (kind, payload, request_id)
    SELECT 'SignedUp', jsonb_build_object('signup_id', id), :request_id FROM asked
    UNION ALL
    SELECT 'AssignmentConfirmed', jsonb_build_object('assignment_id', id), :request_id FROM assigned
)
SELECT * FROM asked
""")


def _take_or_queue(session: Session, *, is_instant: bool, **values: object) -> SignUp:
    """The new sign-up. Raises SignUpRefused when the shift was cancelled, filled or overlapped meanwhile."""
    try:
        signup: SignUp | None = session.scalar(
            select(SignUp).from_statement(_TAKE_OR_QUEUE),
            {"is_instant": is_instant, "request_id": request_id(), **values},
        )
    except IntegrityError as error:
        if "ex_assignment_one_place_at_a_time" in str(error.orig):
            raise SignUpRefused([Refused(Refusal.OVERLAP)]) from error
        raise
    if signup is None:
        reason = Refusal.FULL if is_instant and not values["has_waitlist"] else Refusal.SHIFT_CANCELLED
        raise SignUpRefused([Refused(reason)])
    after_commit(session, bell.ring)
    return signup


def withdraw(session: Session, *, signup_id: int, now: datetime, by: int | None = None) -> SignUp:
    """Take a sign-up back. Up to the activity's deadline if it holds a place, at any time if it only waits.

    The place stays hers for ten minutes, so that a slip can be undone; close to the start it is handed on
    at once. Withdrawing twice is harmless. Raises TooLateToWithdraw.
    """
    signup = _locked(session, signup_id)
    if signup.state == SignUpState.WITHDRAWN:
        return signup
    shift, activity = _shift_and_activity(session, signup)
    assignment = _held_assignment(session, signup)
    deadline = shift.starts_at - timedelta(minutes=activity.withdraw_before)
    if assignment is not None and assignment.state == AssignmentState.CONFIRMED and now > deadline:
        raise TooLateToWithdraw(deadline, activity.contact_phone)
    signup.withdrawn_from, signup.withdrawn_at = signup.state, now
    signup.undo_until = undo_until(now=now, starts_at=shift.starts_at)
    signup.move(SignUpState.WITHDRAWN)
    if assignment is not None:
        roster.release(session, assignment, reason=ReleaseReason.WITHDREW, place_held_until=signup.undo_until)
    outbox.record(session, SignUpWithdrawn(signup.id))
    audit.note(session, verb="withdrew", subject=("signup", signup.id), account_id=by, area_id=signup.area_id, now=now)
    return signup


def undo_withdrawal(session: Session, *, signup_id: int, now: datetime) -> SignUp:
    """Put a withdrawn sign-up back: the same place, or the same rank in the queue. Raises NothingToUndo."""
    signup = _locked(session, signup_id)
    if signup.state != SignUpState.WITHDRAWN or signup.undo_until is None or now > signup.undo_until:
        raise NothingToUndo("the ten minutes are over")
    if queries.standing(session, shift_id=signup.shift_id, volunteer_id=signup.volunteer_id):
        raise NothingToUndo("she has signed up for this shift anew")
    held = session.scalar(
        select(Assignment)
        .where(Assignment.signup_id == signup.id, Assignment.place_held_until.is_not(None))
        .with_for_update()
    )
    was = signup.withdrawn_from or SignUpState.WAITLISTED
    if was == SignUpState.CONFIRMED:
        if held is None:
            raise NothingToUndo("the place has been handed on")
        _take_back(session, held)
    signup.move(was)
    signup.withdrawn_at = signup.withdrawn_from = signup.undo_until = None
    return signup


def _take_back(session: Session, held: Assignment) -> None:
    held.move(AssignmentState.CONFIRMED)
    held.place_held_until = held.release_reason = None
    try:
        session.flush()
    except IntegrityError as error:
        raise NothingToUndo("she has taken another duty at that time") from error
    outbox.record(session, AssignmentConfirmed(held.id))


def promote(session: Session, *, shift_role_id: int, now: datetime) -> int:
    """Offer free places of a role to those waiting, first come first; the number of offers made.

    Who cannot serve any more (another duty, a lapsed licence) keeps her rank and is passed over.
    """
    role = session.get_one(ShiftRole, shift_role_id)
    shift = session.get_one(Shift, role.shift_id)
    offered = 0
    for waiting in queries.waitlist(session, shift_role_id):
        if now >= shift.starts_at:
            break
        volunteer = lock(session, waiting.volunteer_id)
        session.refresh(waiting)
        row = queries.opening(session, shift_id=role.shift_id, shift_role_id=role.id)
        if row is None or volunteer is None or waiting.state != SignUpState.WAITLISTED:
            continue
        if unfit(candidate(session, volunteer.id, around=shift.starts_at), queries.as_opening(row)):
            continue
        if roster.offer(session, row=row, volunteer_id=volunteer.id, signup_id=waiting.id, now=now) is None:
            break
        waiting.move(SignUpState.PENDING)
        offered += 1
    return offered


def catch_up(session: Session, *, signup_id: int, now: datetime) -> None:
    """A place may have come free between a sign-up's look at a full shift and its commit: fill it now."""
    signup = session.get_one(SignUp, signup_id)
    role = session.get_one(ShiftRole, signup.shift_role_id)
    if signup.state == SignUpState.WAITLISTED and role.taken < role.max_needed:
        promote(session, shift_role_id=role.id, now=now)


def settle(session: Session, *, assignment_id: int) -> None:
    """Let the sign-up behind an assignment follow it: accepted, declined, or expired unanswered."""
    assignment = session.get_one(Assignment, assignment_id)
    if assignment.signup_id is None:
        return
    signup = _locked(session, assignment.signup_id)
    outcome = {
        AssignmentState.CONFIRMED: SignUpState.CONFIRMED,
        AssignmentState.DECLINED: SignUpState.DECLINED,
        AssignmentState.RELEASED: SignUpState.EXPIRED
        if assignment.release_reason == ReleaseReason.OFFER_EXPIRED
        else SignUpState.DECLINED,
    }.get(assignment.state)
    if outcome is not None and signup.state in STANDING and signup.state != outcome:
        signup.move(outcome)


def close_cancelled_shift(session: Session, *, shift_id: int) -> None:
    """After a cancellation: nobody holds or awaits a place any more. Who did is told by what follows."""
    held = session.scalars(
        select(Assignment).where(Assignment.shift_id == shift_id, Assignment.state.in_(HOLDING)).with_for_update()
    ).all()
    for assignment in held:
        roster.release(session, assignment, reason=ReleaseReason.SHIFT_CANCELLED)
    waiting = session.scalars(
        select(SignUp).where(SignUp.shift_id == shift_id, SignUp.state.in_(STANDING)).with_for_update()
    ).all()
    for signup in waiting:
        signup.move(SignUpState.DECLINED)
        outbox.record(session, SignUpDeclined(signup.id))


def _locked(session: Session, signup_id: int) -> SignUp:
    """The sign-up with its person locked first: always person, then the rest."""
    volunteer_id = session.scalars(select(SignUp.volunteer_id).where(SignUp.id == signup_id)).one()
    lock(session, volunteer_id)
    return session.scalars(
        select(SignUp).where(SignUp.id == signup_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _held_assignment(session: Session, signup: SignUp) -> Assignment | None:
    return session.scalar(
        select(Assignment)
        .where(Assignment.signup_id == signup.id, Assignment.state.in_(HOLDING))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _shift_and_activity(session: Session, signup: SignUp) -> tuple[Shift, Activity]:
    shift = session.get_one(Shift, signup.shift_id)
    return shift, session.get_one(Activity, shift.activity_id)
