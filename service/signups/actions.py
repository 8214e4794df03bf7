"""What a volunteer can do: sign up, withdraw, take the withdrawal back. What follows is in following.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity, Shift
from service.activities.queries import lock_open_shift
from service.events import SignUpWithdrawn
from service.risks.actions import require
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.roster.queries import of_signup
from service.roster.rules import undo_until
from service.signups import queries
from service.signups.asking import Asking, asking
from service.signups.following import is_fit, locked, locked_place
from service.signups.models import SignUp
from service.signups.rules import ALONE, Opening, Party, Refused, refusals
from service.signups.taking import take_or_queue
from service.terms import (
    AskedHow,
    AssignmentState,
    Refusal,
    ReleaseReason,
    SignUpState,
    SignUpVia,
)
from service.volunteers.queries import lock_id


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
    party: Party = ALONE,
) -> SignUp:
    """Ask for a place, or, with a party, for so many together: they have all of them, or wait.

    Asking twice for the same shift gives the sign-up that stands; asking again for a place she has just withdrawn from
    gives that place back while it is kept for her.

    1. Lock the person, so that every rule about her holds until commit.
    2. Tell all the reasons against at once.
    3. In one statement: guard the capacity, write sign-up, assignment and facts.

    Instant activities confirm while places last and then queue; the others leave it pending for
    the matcher. Raises SignUpRefused with all reasons, UnknownVolunteer, and RiskUnconfirmed where nothing but that
    stands against it.
    """
    if not lock_id(session, volunteer_id):
        raise UnknownVolunteer(f"no volunteer {volunteer_id}")
    asked = asking(session, volunteer_id=volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id)
    if asked.standing_id is not None:
        return session.get_one(SignUp, asked.standing_id)
    if asked.kept_id is not None and (undone := _undone(session, asked.kept_id, now=now)):
        return undone
    signup = take_or_queue(
        session,
        _allowed(session, asked, party=party, now=now),
        party=party,
        now=now,
        volunteer_id=volunteer_id,
        rank=rank,
        note=note,
        via=via,
        asked_by=asked_by,
        asked_how=asked_how,
        typed_by=typed_by,
    )
    if isinstance(signup, Refusal):
        raise SignUpRefused([Refused(signup)])
    if typed_by is not None:
        audit.note_about(session, "signed_up_for", signup, account_id=typed_by, now=now, asked_how=asked_how)
    return signup


def _undone(session: Session, signup_id: int, *, now: datetime) -> SignUp | None:
    """Her withdrawal, undone; None where that cannot be."""
    try:
        with session.begin_nested():
            return undo_withdrawal(session, signup_id=signup_id, now=now)
    except NothingToUndo:
        return None


def _allowed(session: Session, asked: Asking, *, party: Party, now: datetime) -> Opening:
    """The opening she asks for, if nothing stands against it. Raises SignUpRefused, RiskUnconfirmed."""
    if asked.opening is None or asked.is_unannounced:
        raise SignUpRefused([Refused(Refusal.UNKNOWN_ROLE)])
    if reasons := refusals(asked.candidate, asked.opening, now, party=party):
        raise SignUpRefused(reasons)
    if asked.has_risk:
        require(session, volunteer_id=asked.candidate.volunteer_id, shift_id=asked.opening.shift_id)
    return asked.opening


def withdraw(
    session: Session, *, signup_id: int, now: datetime, by: int | None = None, until_start: bool = False
) -> SignUp:
    """Take a sign-up back. Up to the activity's deadline if she has said yes to a place, else at any time.
    Her coordinator may do it for her `until_start`.

    The place stays hers for ten minutes, so that a slip can be undone; close to the start it is handed on
    at once. Withdrawing twice is harmless. Raises TooLateToWithdraw.
    """
    signup = locked(session, signup_id)
    if signup.state == SignUpState.WITHDRAWN:
        return signup
    shift, activity = _shift_and_activity(session, signup)
    assignment = locked_place(session, signup)
    deadline = shift.starts_at - timedelta(minutes=0 if until_start else activity.withdraw_before)
    if assignment is not None and assignment.state != AssignmentState.OFFERED and now > deadline:
        raise TooLateToWithdraw(deadline, activity.contact_phone)
    signup.withdrawn_from, signup.withdrawn_at = signup.state, now
    signup.undo_until = undo_until(now=now, starts_at=shift.starts_at)
    signup.move(SignUpState.WITHDRAWN)
    if assignment is not None:
        roster.release(session, assignment, reason=ReleaseReason.WITHDREW, place_held_until=signup.undo_until)
    outbox.record(session, SignUpWithdrawn(signup.id))
    audit.note_about(session, "withdrew", signup, account_id=by, now=now)
    return signup


def undo_withdrawal(session: Session, *, signup_id: int, now: datetime) -> SignUp:
    """Put a withdrawn sign-up back: the same place or offer, or the same rank in the queue. Raises NothingToUndo."""
    signup = locked(session, signup_id)
    if signup.state != SignUpState.WITHDRAWN or signup.undo_until is None or now > signup.undo_until:
        raise NothingToUndo("the ten minutes are over")
    if queries.standing(session, shift_id=signup.shift_id, volunteer_id=signup.volunteer_id):
        raise NothingToUndo("she has signed up for this shift anew")
    shift = lock_open_shift(session, signup.shift_id)
    if shift is None or now >= shift.starts_at or _holds_here(session, signup) or not is_fit(session, signup):
        raise NothingToUndo("the shift, or her time, has gone to something else")
    _take_back(session, signup, shift)
    signup.withdrawn_at = signup.withdrawn_from = signup.undo_until = None
    return signup


def _holds_here(session: Session, signup: SignUp) -> bool:
    """Whether she has another place in the shift by now: perhaps she stands by."""
    held = select(Assignment.id).where(
        Assignment.shift_id == signup.shift_id,
        Assignment.volunteer_id == signup.volunteer_id,
        Assignment.state.in_(HOLDING),
    )
    return session.scalar(held) is not None


def _take_back(session: Session, signup: SignUp, shift: Shift) -> None:
    """The sign-up as it was; with the place that was kept for it, if it had one."""
    was = signup.withdrawn_from or SignUpState.WAITLISTED
    kept = session.scalar(
        select(Assignment)
        .where(Assignment.signup_id == signup.id, Assignment.place_held_until.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if kept is None and _had_place(session, signup, was=was):
        raise NothingToUndo("the place has been handed on")
    if kept is not None:
        to = AssignmentState.CONFIRMED if was == SignUpState.CONFIRMED else AssignmentState.OFFERED
        try:
            roster.restore(session, kept, shift=shift, to=to)
        except roster.ConflictingDuty as error:
            raise NothingToUndo("she has taken another duty at that time") from error
    signup.move(was)


def _had_place(session: Session, signup: SignUp, *, was: SignUpState) -> bool:
    """Whether there was a place, confirmed or offered: withdrawn with the sign-up, or lost just before, which the
    sign-up had not followed yet."""
    place = of_signup(session, signup.id)
    if place is None or was == SignUpState.WAITLISTED:
        return False
    was_asked = place.answer_by is not None
    return was == SignUpState.CONFIRMED or was_asked or place.release_reason == ReleaseReason.WITHDREW


def _shift_and_activity(session: Session, signup: SignUp) -> tuple[Shift, Activity]:
    shift = session.get_one(Shift, signup.shift_id)
    return shift, session.get_one(Activity, shift.activity_id)
