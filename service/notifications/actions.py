"""What is said of a sign-up, a place and a shift, to the person it concerns. Gaps and swaps have pages of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.accounts.models import LoginCode
from service.activities.models import Shift
from service.notifications import askings, queries
from service.notifications.subjects import ASSIGNMENTS
from service.notifications.wanted import To, Wanted, about_assignment, about_signup, notify, notify_all, supersede
from service.roster.models import Assignment
from service.roster.queries import asked_together, first_asked
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


def tell_signed_up(session: Session, *, signup_ids: Collection[int], now: datetime) -> None:
    """Say what came of sign-ups: received, confirmed or on the waitlist; nothing of one that is over already."""
    kinds = {
        SignUpState.PENDING: NotificationKind.SIGN_UP_RECEIVED,
        SignUpState.CONFIRMED: NotificationKind.SIGN_UP_CONFIRMED,
        SignUpState.WAITLISTED: NotificationKind.SIGN_UP_WAITLISTED,
    }
    wanted = [
        about_signup(signup, shift, kind=kinds[signup.state], key=f"signed_up:{signup.id}")
        for signup, shift in queries.signups(session, signup_ids)
        if signup.state in kinds
    ]
    notify_all(session, wanted, now=now)


def tell_waitlisted(session: Session, *, signup_ids: Collection[int], now: datetime) -> None:
    """Say that a plan had no place for sign-ups and that they wait now; nothing of one that does not wait any more."""
    wanted = [
        about_signup(signup, shift, kind=NotificationKind.SIGN_UP_WAITLISTED, key=f"waitlisted:{signup.id}")
        for signup, shift in queries.signups(session, signup_ids)
        if signup.state == SignUpState.WAITLISTED
    ]
    notify_all(session, wanted, now=now)


def tell_withdrawn(session: Session, *, signup_ids: Collection[int], now: datetime) -> None:
    """Confirm withdrawals, each one of a sign-up that was withdrawn, undone and withdrawn again."""
    wanted = [
        about_signup(
            signup,
            shift,
            kind=NotificationKind.SIGN_UP_WITHDRAWN,
            key=f"withdrawn:{signup.id}:{signup.withdrawn_at.timestamp():.0f}",
        )
        for signup, shift in queries.signups(session, signup_ids)
        if signup.state == SignUpState.WITHDRAWN and signup.withdrawn_at is not None
    ]
    notify_all(session, wanted, now=now)


def tell_sign_up_declined(session: Session, *, signup_ids: Collection[int], now: datetime) -> None:
    """Say that sign-ups came to nothing: because the shift was called off, or because others got the places."""
    wanted = []
    for signup, shift in queries.signups(session, signup_ids):
        if shift.state == ShiftState.CANCELLED:
            kind, key = NotificationKind.SHIFT_CANCELLED, _cancelled_key(signup)
        else:
            kind, key = NotificationKind.SIGN_UP_DECLINED, f"declined:{signup.id}"
        wanted.append(about_signup(signup, shift, kind=kind, key=key))
    notify_all(session, wanted, now=now)


def tell_offered(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """Ask people whether they take the places kept for them; of one person in one message all that one plan offers."""
    rows = queries.assignments(session, assignment_ids)
    together = asked_together(session, [assignment for assignment, _shift in rows])
    wanted = {
        first_asked(assignment): _about_offers(
            assignment, shift, together, kind=NotificationKind.PLACE_OFFERED, key=askings.offer_keys(assignment)[0]
        )
        for assignment, shift in rows
    }
    notify_all(session, list(wanted.values()), now=now)


def tell_standing_by(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Confirm to somebody who said so herself that she stands by; who was asked to and said yes has seen it."""
    [(assignment, shift)] = queries.assignments(session, [assignment_id])
    if assignment.state == AssignmentState.CONFIRMED and assignment.is_stand_by:
        kind, key = NotificationKind.STANDING_BY, f"standing_by:{assignment.id}"
        notify(session, about_assignment(assignment, shift, kind=kind, key=key), now=now)


def ask_again(session: Session, *, assignment_id: int, now: datetime) -> None:
    """She has not answered: the same question once more, and the time after that on the coordinator's call list. What
    was asked together is asked again together, when the first falls due.

    Whoever is to be called about it anyway is on that list already. Nobody is woken to be asked the same again.
    """
    [(assignment, shift)] = queries.assignments(session, [assignment_id])
    _first, again, by_phone = keys = askings.offer_keys(assignment)
    if assignment.state != AssignmentState.OFFERED or askings.is_open(session, keys):
        return
    is_call = assignment.asked_again > 1
    kind = NotificationKind.OFFER_CALL if is_call else NotificationKind.PLACE_OFFERED
    key, together = by_phone if is_call else again, asked_together(session, [assignment])
    wanted = _about_offers(assignment, shift, together, kind=kind, key=key)
    notify(session, replace(wanted, starts_at=None), now=now)


def _about_offers(
    assignment: Assignment, shift: Shift, together: dict[int, list[Assignment]], *, kind: NotificationKind, key: str
) -> Wanted:
    """Of the place and those offered with it; whoever sends it leaves out what has been answered by then."""
    ids = [one.id for one in together[first_asked(assignment)]]
    return replace(about_assignment(assignment, shift, kind=kind, key=key), subject_ids={ASSIGNMENTS: ids})


#: Reasons of one's own to be no longer expected: nobody has to be told of them.
OF_THEIR_OWN = (ReleaseReason.WITHDREW, ReleaseReason.MOVED_OVER, ReleaseReason.MERGED)


def tell_released(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """Tell people that they are no longer expected, if they ever were.

    Who withdrew is told by her withdrawal; who moved over to another shift has just said so to a coordinator.
    """
    wanted = []
    for assignment, shift in queries.assignments(session, assignment_ids):
        reason = assignment.release_reason
        never_asked = assignment.answer_by is None and assignment.answered_at is None
        if assignment.state != AssignmentState.RELEASED or reason in OF_THEIR_OWN or never_asked:
            continue
        if reason in (ReleaseReason.SHIFT_CANCELLED, ReleaseReason.ACTIVITY_CANCELLED):
            kind, key = NotificationKind.SHIFT_CANCELLED, _cancelled_key(assignment)
        else:
            kind, key = NotificationKind.PLACE_RELEASED, f"released:{assignment.id}"
        wanted.append(about_assignment(assignment, shift, kind=kind, key=key))
    notify_all(session, wanted, now=now)


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
