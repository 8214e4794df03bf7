"""What a volunteer can do: sign up, withdraw, take the withdrawal back. What follows is in following.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached

from service import audit, bell, outbox
from service.activities.models import Activity, Shift
from service.activities.queries import lock_open_shift
from service.db import after_commit, fetch
from service.events import SignUpWithdrawn
from service.risks.actions import require
from service.roster import actions as roster
from service.roster.models import HOLDING, ONE_PLACE_AT_A_TIME, Assignment
from service.roster.queries import of_signup
from service.roster.rules import undo_until
from service.signups import queries
from service.signups.asking import asking
from service.signups.following import is_fit, locked
from service.signups.models import SignUp
from service.signups.rules import ALONE, Party, Refused, refusals
from service.terms import (
    AskedHow,
    AssignmentState,
    Refusal,
    ReleaseReason,
    ShiftState,
    SignUpState,
    SignUpVia,
)
from service.tracing import request_id
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
    if asked.opening is None or asked.is_unannounced:
        raise SignUpRefused([Refused(Refusal.UNKNOWN_ROLE)])
    if reasons := refusals(asked.candidate, asked.opening, now, party=party):
        raise SignUpRefused(reasons)
    if asked.has_risk:
        require(session, volunteer_id=volunteer_id, shift_id=shift_id)
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
        places=party.places,
        with_adults=party.with_adults,
        with_children=party.with_children,
        guardian_consent_at=now if party.with_children else None,
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


def _undone(session: Session, signup_id: int, *, now: datetime) -> SignUp | None:
    """Her withdrawal, undone; None where that cannot be."""
    try:
        with session.begin_nested():
            return undo_withdrawal(session, signup_id=signup_id, now=now)
    except NothingToUndo:
        return None


_SIGN_UP = SignUp.__table__.columns
#: One statement, so that the hot row is locked as shortly as can be. FOR SHARE makes it wait for a
#: cancellation under way, and see it. The guard `taken + places <= max_needed` takes no lock once it is full, and
#: gives a family all its places or none. A place that was freed belongs to whoever waits and has room in it: nobody new
#: takes it before them.
_TAKE_OR_QUEUE = f"""
WITH open_shift AS (
    SELECT id, area_id, starts_at, ends_at, rest_after FROM shift
    WHERE id = %(shift_id)s AND state = 'open' FOR SHARE
), place AS (
    UPDATE shift_role SET taken = taken + %(places)s FROM open_shift
    WHERE %(is_instant)s AND shift_role.id = %(shift_role_id)s AND shift_role.shift_id = open_shift.id
      AND taken + %(places)s <= max_needed
      AND NOT EXISTS (SELECT FROM signup w WHERE w.shift_role_id = %(shift_role_id)s AND w.state = 'waitlisted'
                         AND taken + 1 + w.with_adults + w.with_children <= max_needed)
    RETURNING shift_role.id
), asked AS (
    INSERT INTO signup (area_id, shift_id, shift_role_id, volunteer_id, state, rank, note, via,
                        asked_by, asked_how, typed_by, signed_up_at, with_adults, with_children, guardian_consent_at)
    SELECT area_id, id, %(shift_role_id)s, %(volunteer_id)s,
           CASE WHEN NOT %(is_instant)s THEN 'pending'
                WHEN EXISTS (SELECT FROM place) THEN 'confirmed' ELSE 'waitlisted' END,
           %(rank)s, %(note)s, %(via)s, %(asked_by)s, %(asked_how)s, %(typed_by)s, %(now)s,
           %(with_adults)s, %(with_children)s, %(guardian_consent_at)s
    FROM open_shift
    WHERE NOT %(is_instant)s OR %(has_waitlist)s OR EXISTS (SELECT FROM place)
    RETURNING {", ".join(_SIGN_UP.keys())}
), assigned AS (
    INSERT INTO assignment (area_id, shift_id, shift_role_id, volunteer_id, signup_id, state, occupies,
                            assigned_at, answered_at, decline_reason, version, places)
    SELECT open_shift.area_id, open_shift.id, %(shift_role_id)s, %(volunteer_id)s, asked.id, 'confirmed',
           tstzrange(starts_at, ends_at + make_interval(mins => rest_after)), %(now)s, %(now)s, '', 1, %(places)s
    FROM asked, open_shift WHERE asked.state = 'confirmed'
    RETURNING id
), told AS (
    INSERT INTO outbox_event (kind, payload, request_id)
    SELECT 'SignedUp', jsonb_build_object('signup_id', id), %(request_id)s FROM asked
    UNION ALL
    SELECT 'AssignmentConfirmed', jsonb_build_object('assignment_id', id), %(request_id)s FROM assigned
)
SELECT * FROM asked
"""  # noqa: S608 (only our own names go in)


def _take_or_queue(session: Session, *, is_instant: bool, **values: object) -> SignUp:
    """The new sign-up. Raises SignUpRefused when the shift was cancelled, filled or overlapped meanwhile."""
    try:
        row = fetch(session, _TAKE_OR_QUEUE, {"is_instant": is_instant, "request_id": request_id(), **values})
    except IntegrityError as error:
        if any(name in str(error.orig) for name in ONE_PLACE_AT_A_TIME):
            raise SignUpRefused([Refused(Refusal.OVERLAP)]) from error
        raise
    if row is None:
        is_open = session.scalar(select(Shift.state).where(Shift.id == values["shift_id"])) == ShiftState.OPEN
        raise SignUpRefused([Refused(Refusal.FULL if is_open else Refusal.SHIFT_CANCELLED)])
    after_commit(session, bell.ring)
    return _stored(session, SignUp(**row._asdict()))


def _stored(session: Session, signup: SignUp) -> SignUp:
    """A sign-up that is in the database already, put into the session as if it had been read."""
    make_transient_to_detached(signup)
    session.add(signup)
    return signup


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
    assignment = _held_assignment(session, signup)
    deadline = shift.starts_at - timedelta(minutes=0 if until_start else activity.withdraw_before)
    if assignment is not None and assignment.state != AssignmentState.OFFERED and now > deadline:
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
