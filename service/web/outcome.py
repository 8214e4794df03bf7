"""What has become of a sign-up or a place, as its owner is told: one word from rows that change at their own pace.

A place is answered at once, its sign-up follows a moment later; a shift is called off at once, its people are freed
one by one. So the place speaks before the sign-up, and the shift before both. Pure.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from service.activities.models import Shift
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState, ReleaseReason, ShiftState, SignUpState


class Outcome(StrEnum):
    """What she is told."""

    CALLED_OFF = "called_off"
    CONFIRMED = "confirmed"
    STANDS_BY = "stands_by"
    SERVED = "served"
    OFFERED = "offered"
    EXPIRED = "expired"
    SAID_NO = "said_no"
    WITHDRAWN = "withdrawn"
    REPLANNED = "replanned"
    RELEASED = "released"
    SWAPPED = "swapped"
    WAITING = "waiting"
    PENDING = "pending"
    NOT_PLACED = "not_placed"
    MISSED = "missed"


BY_SIGN_UP = {
    SignUpState.PENDING: Outcome.PENDING,
    SignUpState.CONFIRMED: Outcome.CONFIRMED,
    SignUpState.WAITLISTED: Outcome.WAITING,
    SignUpState.DECLINED: Outcome.NOT_PLACED,
    SignUpState.WITHDRAWN: Outcome.WITHDRAWN,
    SignUpState.EXPIRED: Outcome.EXPIRED,
}
BY_PLACE = {
    AssignmentState.DRAFTED: Outcome.PENDING,
    AssignmentState.DECLINED: Outcome.SAID_NO,
    AssignmentState.NO_SHOW: Outcome.MISSED,
}
BY_RELEASE = {
    ReleaseReason.WITHDREW: Outcome.WITHDRAWN,
    ReleaseReason.OFFER_EXPIRED: Outcome.EXPIRED,
    ReleaseReason.SHIFT_CANCELLED: Outcome.CALLED_OFF,
    ReleaseReason.ACTIVITY_CANCELLED: Outcome.CALLED_OFF,
    ReleaseReason.REPLANNED: Outcome.REPLANNED,
    ReleaseReason.SWAPPED: Outcome.SWAPPED,
    ReleaseReason.MOVED_OVER: Outcome.WITHDRAWN,
    ReleaseReason.MERGED: Outcome.WITHDRAWN,
}


def of_sign_up(signup: SignUp, assignment: Assignment | None, shift: Shift, *, now: datetime) -> Outcome:
    """What became of a sign-up; `assignment` is the newest place it led to."""
    if shift.state == ShiftState.CANCELLED:
        return Outcome.CALLED_OFF
    if assignment is not None and _speaks(assignment, signup):
        return of_place(assignment, shift, now=now)
    outcome = BY_SIGN_UP[signup.state]
    if outcome in (Outcome.WAITING, Outcome.PENDING) and now >= shift.starts_at:
        return Outcome.NOT_PLACED
    return Outcome.SERVED if outcome == Outcome.CONFIRMED and now >= shift.ends_at else outcome


def of_place(assignment: Assignment, shift: Shift, *, now: datetime) -> Outcome:
    """What became of a place."""
    if shift.state == ShiftState.CANCELLED:
        return Outcome.CALLED_OFF
    if assignment.state == AssignmentState.OFFERED:
        answer_by = min(shift.starts_at, assignment.answer_by or shift.starts_at)
        return Outcome.OFFERED if now <= answer_by else Outcome.EXPIRED
    if assignment.state == AssignmentState.RELEASED:
        return BY_RELEASE.get(assignment.release_reason or ReleaseReason.COORDINATOR, Outcome.RELEASED)
    comes = Outcome.STANDS_BY if assignment.is_stand_by else Outcome.CONFIRMED
    held = Outcome.SERVED if now >= shift.ends_at else comes
    return BY_PLACE.get(assignment.state, held)


def _speaks(assignment: Assignment, signup: SignUp) -> bool:
    """Whether the place says more than the sign-up. Not a draft, nor one that was dropped: she never heard of it."""
    if assignment.state != AssignmentState.RELEASED or not assignment.was_told:
        return assignment.was_told
    waits_again = signup.state == SignUpState.PENDING and assignment.release_reason == ReleaseReason.REPLANNED
    return not waits_again and signup.state != SignUpState.WAITLISTED
