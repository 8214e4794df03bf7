"""What is said of a sign-up, a place and a shift, to the person it concerns. Gaps and swaps have pages of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service.accounts.models import LoginCode
from service.activities.models import Shift
from service.notifications import calls, queries
from service.notifications.wanted import To, Wanted, about_assignment, about_signup, notify, notify_all, supersede
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState, NotificationKind, ReleaseReason, ShiftState, SignUpState


def tell_login_code(session: Session, *, login_code_id: int, now: datetime) -> None:
    """Send six digits to the number they were asked for."""
    code = session.get_one(LoginCode, login_code_id)
    wanted = Wanted(
        kind=NotificationKind.LOGIN_CODE,
        key=f"login_code:{code.id}",
        to=To(phone_sealed=code.phone_sealed),
        subject_ids={"login_code_ids": [code.id]},
    )
    notify(session, wanted, now=now)


def tell_signed_up(session: Session, *, signup_id: int, now: datetime) -> None:
    """Say what came of a sign-up: received, confirmed or on the waitlist; nothing if it is over already."""
    signup = session.get_one(SignUp, signup_id)
    kind = {
        SignUpState.PENDING: NotificationKind.SIGN_UP_RECEIVED,
        SignUpState.CONFIRMED: NotificationKind.SIGN_UP_CONFIRMED,
        SignUpState.WAITLISTED: NotificationKind.SIGN_UP_WAITLISTED,
    }.get(signup.state)
    if kind is not None:
        notify(session, about_signup(session, signup, kind=kind, key=f"signed_up:{signup.id}"), now=now)


def tell_waitlisted(session: Session, *, signup_id: int, now: datetime) -> None:
    """Say that a plan had no place for a sign-up and that it waits now; nothing if it does not wait any more."""
    signup = session.get_one(SignUp, signup_id)
    if signup.state == SignUpState.WAITLISTED:
        key = f"waitlisted:{signup.id}"
        notify(session, about_signup(session, signup, kind=NotificationKind.SIGN_UP_WAITLISTED, key=key), now=now)


def tell_withdrawn(session: Session, *, signup_id: int, now: datetime) -> None:
    """Confirm a withdrawal, each one of a sign-up that was withdrawn, undone and withdrawn again."""
    signup = session.get_one(SignUp, signup_id)
    if signup.state == SignUpState.WITHDRAWN and signup.withdrawn_at is not None:
        key = f"withdrawn:{signup.id}:{signup.withdrawn_at.timestamp():.0f}"
        notify(session, about_signup(session, signup, kind=NotificationKind.SIGN_UP_WITHDRAWN, key=key), now=now)


def tell_sign_up_declined(session: Session, *, signup_id: int, now: datetime) -> None:
    """Say that a sign-up came to nothing: because the shift was called off, or because others got the places."""
    signup = session.get_one(SignUp, signup_id)
    if session.get_one(Shift, signup.shift_id).state == ShiftState.CANCELLED:
        kind, key = NotificationKind.SHIFT_CANCELLED, _cancelled_key(signup)
    else:
        kind, key = NotificationKind.SIGN_UP_DECLINED, f"declined:{signup.id}"
    notify(session, about_signup(session, signup, kind=kind, key=key), now=now)


def tell_offered(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Ask somebody whether she takes the place kept for her."""
    assignment = session.get_one(Assignment, assignment_id)
    kind, key = NotificationKind.PLACE_OFFERED, calls.offer_keys(assignment.id)[0]
    notify(session, about_assignment(session, assignment, kind=kind, key=key), now=now)


def ask_again(session: Session, *, assignment_id: int, now: datetime) -> None:
    """She has not answered: the same question once more, and the time after that on the coordinator's call list.

    Whoever is to be called about it anyway is on that list already.
    """
    assignment = session.get_one(Assignment, assignment_id, populate_existing=True)
    if assignment.state != AssignmentState.OFFERED or calls.is_open(session, calls.offer_keys(assignment_id)):
        return
    _first, again, by_phone = calls.offer_keys(assignment_id)
    is_call = assignment.asked_again > 1
    kind = NotificationKind.OFFER_CALL if is_call else NotificationKind.PLACE_OFFERED
    notify(session, about_assignment(session, assignment, kind=kind, key=by_phone if is_call else again), now=now)


def tell_released(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Tell somebody that she is no longer expected, if she ever was. Who withdrew is told by her withdrawal."""
    assignment = session.get_one(Assignment, assignment_id)
    reason = assignment.release_reason
    never_asked = assignment.answer_by is None and assignment.answered_at is None
    if assignment.state != AssignmentState.RELEASED or reason == ReleaseReason.WITHDREW or never_asked:
        return
    if reason in (ReleaseReason.SHIFT_CANCELLED, ReleaseReason.ACTIVITY_CANCELLED):
        kind, key = NotificationKind.SHIFT_CANCELLED, _cancelled_key(assignment)
    else:
        kind, key = NotificationKind.PLACE_RELEASED, f"released:{assignment.id}"
    notify(session, about_assignment(session, assignment, kind=kind, key=key), now=now)


def tell_moved(session: Session, *, shift_id: int, now: datetime) -> None:
    """Tell whoever holds or awaits a place the new time; news of an earlier move still unsent is superseded."""
    shift = session.get_one(Shift, shift_id)
    wanted = [
        Wanted(
            kind=NotificationKind.SHIFT_MOVED,
            key=f"moved:{shift_id}:{volunteer_id}:{shift.version}",
            to=To(volunteer_id=volunteer_id),
            subject_ids={subject: [subject_id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
        )
        for volunteer_id, subject, subject_id in queries.people_of(session, shift_id)
    ]
    supersede(session, prefix=f"moved:{shift_id}:", but={one.key for one in wanted}, now=now)
    notify_all(session, wanted, now=now)


def _cancelled_key(concerned: SignUp | Assignment) -> str:
    """One message a person and shift, whether she hears of it through her sign-up or her place."""
    return f"shift_cancelled:{concerned.shift_id}:{concerned.volunteer_id}"
