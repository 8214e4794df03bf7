"""What a message says of a place, and whether it is still true when it is sent. Pure. When it goes: timing.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.backfill.rules import Cover
from service.calendars.heat import Heat
from service.terms import (
    AssignmentState,
    Channel,
    EnrolmentState,
    InvitationState,
    NotificationKind,
    ReleaseReason,
    ShiftState,
    SignUpState,
    SwapState,
    UnsentReason,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One place in one shift, held, offered, wished for or lacking: what a message is about, as it is now."""

    shift_id: int
    shift_state: ShiftState
    starts_at: datetime
    ends_at: datetime
    title: str
    role: str
    place: str
    community: str
    landline: str
    contact_name: str
    what_to_bring: str = ""
    cancel_reason: str = ""
    assignment_id: int | None = None
    assignment_state: AssignmentState | None = None
    release_reason: ReleaseReason | None = None
    is_stand_by: bool = False
    answer_by: datetime | None = None
    asked_again: int = 0
    signup_state: SignUpState | None = None
    undo_until: datetime | None = None
    waitlist_position: int | None = None
    invitation_id: int | None = None
    invitation_state: InvitationState | None = None
    asked_over: Channel | None = None
    min_needed: int = 0
    max_needed: int = 0
    taken: int = 0
    #: How many come by it: a family is told of together.
    places: int = 1
    activity_id: int = 0
    swap_asking_id: int | None = None
    swap_asking_state: InvitationState | None = None
    swap_state: SwapState | None = None
    giver: str = ""
    taker: str = ""
    in_return: Duty | None = None
    is_essential: bool = False
    is_call_out: bool = False
    takes_over: bool = False
    covers: tuple[Cover, ...] = ()
    enrolment_state: EnrolmentState | None = None
    #: Who is not there.
    late: str = ""
    #: The risk notice she has still to confirm.
    risk_notice: str = ""
    #: The heat outdoors that is too much for her.
    heat: Heat | None = None

    @property
    def what(self) -> str:
        """The activity and the role in it, said once when they are the same."""
        return self.title if self.role in ("", self.title) else f"{self.title}（{self.role}）"

    @property
    def missing(self) -> int:
        """People lacking for the minimum."""
        return max(0, self.min_needed - self.taken)


def why_not(kind: NotificationKind, duty: Duty, *, now: datetime) -> UnsentReason | None:
    """Why a message about this duty would no longer be true or of use; None when it should be sent."""
    if now >= (duty.ends_at if kind in _GOOD_TO_THE_END else duty.starts_at):
        return UnsentReason.TOO_LATE
    if duty.shift_state == ShiftState.CANCELLED and kind not in _TRUE_ALTHOUGH_CANCELLED:
        return UnsentReason.CANCELLED
    return _STILL_TRUE[kind](duty, now)


#: Whoever set out for nothing is owed the news even when the shift would be running; and who can step in still helps.
_GOOD_TO_THE_END = (
    NotificationKind.SHIFT_CANCELLED,
    NotificationKind.PLACE_RELEASED,
    NotificationKind.SUBSTITUTE_WANTED,
    NotificationKind.SUBSTITUTE_CALL,
    NotificationKind.NOT_THERE,
)
#: What has ended, or is to be decided, whether the shift is held or not.
_TRUE_ALTHOUGH_CANCELLED = (
    NotificationKind.SHIFT_CANCELLED,
    NotificationKind.PLACE_RELEASED,
    NotificationKind.SIGN_UP_WITHDRAWN,
    NotificationKind.SIGN_UP_DECLINED,
    NotificationKind.SWAP_TO_APPROVE,
    NotificationKind.SWAP_OFF,
)
_EXPECTED = (AssignmentState.OFFERED, AssignmentState.CONFIRMED, AssignmentState.CHECKED_IN)


def _is_confirmed(duty: Duty, _now: datetime) -> UnsentReason | None:
    if duty.assignment_state in (AssignmentState.CHECKED_IN, AssignmentState.COMPLETED, AssignmentState.NO_SHOW):
        return UnsentReason.SUPERSEDED
    return None if duty.assignment_state == AssignmentState.CONFIRMED else UnsentReason.NOT_HOLDING


def _stands_by(duty: Duty, now: datetime) -> UnsentReason | None:
    """She stands by still; who was called in meanwhile has heard that instead."""
    return _is_confirmed(duty, now) or (None if duty.is_stand_by else UnsentReason.SUPERSEDED)


def _is_offered(duty: Duty, now: datetime) -> UnsentReason | None:
    """Not answered yet, and her yes could be taken: nobody is asked for what is too hot for her."""
    if duty.assignment_state == AssignmentState.CONFIRMED or duty.heat:
        return UnsentReason.SUPERSEDED
    if duty.assignment_state != AssignmentState.OFFERED:
        return UnsentReason.NOT_HOLDING
    return UnsentReason.TOO_LATE if duty.answer_by is not None and now > duty.answer_by else None


def _is_released(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.assignment_state == AssignmentState.RELEASED else UnsentReason.SUPERSEDED


def _is_called_off(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.shift_state == ShiftState.CANCELLED else UnsentReason.SUPERSEDED


def _is_concerned(duty: Duty, _now: datetime) -> UnsentReason | None:
    """Told of a move: whoever holds, is offered, or waits for a place, or learns there."""
    holds = duty.assignment_state in _EXPECTED
    waits = duty.signup_state in (SignUpState.PENDING, SignUpState.WAITLISTED)
    learns = duty.enrolment_state == EnrolmentState.ENROLLED
    return None if holds or waits or learns else UnsentReason.NOT_HOLDING


def _is_short(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.missing else UnsentReason.SUPERSEDED


def _is_at_risk(duty: Duty, now: datetime) -> UnsentReason | None:
    """Her own place is still hers, and the role without which nothing is held is still short."""
    return _is_short(duty, now) if duty.assignment_id is None else _is_expected(duty, now)


def _goes_ahead(duty: Duty, now: datetime) -> UnsentReason | None:
    """Her own place is still hers, and the role is short no longer."""
    if duty.assignment_id is not None:
        return _is_expected(duty, now)
    return UnsentReason.SUPERSEDED if duty.missing else None


def _is_expected(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.assignment_state in _EXPECTED else UnsentReason.NOT_HOLDING


def _has_place(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.taken < duty.max_needed else UnsentReason.SUPERSEDED


def _is_wanted(duty: Duty, _now: datetime) -> UnsentReason | None:
    """Asked to step in, not answered yet, and people are still missing."""
    return None if duty.invitation_state == InvitationState.ASKED and duty.missing else UnsentReason.SUPERSEDED


def _is_to_be_taken(duty: Duty, _now: datetime) -> UnsentReason | None:
    """Asked to take somebody's place, not answered yet, and nobody else has it."""
    is_open = duty.swap_state == SwapState.OPEN and duty.swap_asking_state == InvitationState.ASKED
    return None if is_open else UnsentReason.SUPERSEDED


def _awaits_approval(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.swap_state == SwapState.AGREED else UnsentReason.SUPERSEDED


def _came_to_nothing(duty: Duty, now: datetime) -> UnsentReason | None:
    """For whoever had said yes; her to whom the place belongs is told that it is still hers, if it is."""
    if duty.swap_asking_id is None:
        return UnsentReason.CANCELLED if duty.shift_state == ShiftState.CANCELLED else _is_confirmed(duty, now)
    return UnsentReason.SUPERSEDED if duty.swap_state == SwapState.DONE else None


def _is_missed(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.assignment_state == AssignmentState.NO_SHOW else UnsentReason.SUPERSEDED


def _learns(duty: Duty, _now: datetime) -> UnsentReason | None:
    return None if duty.enrolment_state == EnrolmentState.ENROLLED else UnsentReason.NOT_HOLDING


def _is_to_confirm(duty: Duty, now: datetime) -> UnsentReason | None:
    """Her place is still hers, and she has not confirmed the newest text meanwhile."""
    return _is_confirmed(duty, now) or (None if duty.risk_notice else UnsentReason.SUPERSEDED)


def _is_too_hot(duty: Duty, now: datetime) -> UnsentReason | None:
    """Her place is still hers, and it is still too hot there for her."""
    return _is_expected(duty, now) or (None if duty.heat else UnsentReason.SUPERSEDED)


def _is_cool_again(duty: Duty, now: datetime) -> UnsentReason | None:
    return _is_expected(duty, now) or (UnsentReason.SUPERSEDED if duty.heat else None)


def _signed_up(wanted: SignUpState) -> Callable[[Duty, datetime], UnsentReason | None]:
    """The sign-up still stands as the message says; a later answer supersedes an earlier one."""

    def check(duty: Duty, _now: datetime) -> UnsentReason | None:
        if duty.signup_state in (SignUpState.WITHDRAWN, SignUpState.DECLINED, SignUpState.EXPIRED):
            return UnsentReason.NOT_HOLDING
        has_offer = duty.assignment_state == AssignmentState.OFFERED
        return None if duty.signup_state == wanted and not has_offer else UnsentReason.SUPERSEDED

    return check


def _refused(wanted: SignUpState) -> Callable[[Duty, datetime], UnsentReason | None]:
    """The sign-up ended as the message says, and was not taken up again."""
    return lambda duty, _now: None if duty.signup_state == wanted else UnsentReason.SUPERSEDED


_STILL_TRUE: dict[NotificationKind, Callable[[Duty, datetime], UnsentReason | None]] = {
    NotificationKind.REMINDER: _is_confirmed,
    NotificationKind.SIGN_UP_RECEIVED: _signed_up(SignUpState.PENDING),
    NotificationKind.SIGN_UP_CONFIRMED: _signed_up(SignUpState.CONFIRMED),
    NotificationKind.SIGN_UP_WAITLISTED: _signed_up(SignUpState.WAITLISTED),
    NotificationKind.SIGN_UP_WITHDRAWN: _refused(SignUpState.WITHDRAWN),
    NotificationKind.SIGN_UP_DECLINED: _refused(SignUpState.DECLINED),
    NotificationKind.STANDING_BY: _stands_by,
    NotificationKind.PLACE_OFFERED: _is_offered,
    NotificationKind.OFFER_CALL: _is_offered,
    NotificationKind.PLACE_RELEASED: _is_released,
    NotificationKind.SHIFT_CANCELLED: _is_called_off,
    NotificationKind.SHIFT_MOVED: _is_concerned,
    NotificationKind.GAP_OPENED: _is_short,
    NotificationKind.TEAM_GAP: _is_short,
    NotificationKind.SHIFT_AT_RISK: _is_at_risk,
    NotificationKind.SHIFT_GOES_AHEAD: _goes_ahead,
    NotificationKind.RISK_CHANGED: _is_to_confirm,
    NotificationKind.SHIFT_TOO_HOT: _is_too_hot,
    NotificationKind.SHIFT_HEAT_OVER: _is_cool_again,
    NotificationKind.NOT_THERE: _is_missed,
    NotificationKind.COURSE_PLACE: _learns,
    NotificationKind.COURSE_DAY: _learns,
    NotificationKind.PLACE_FREE: _has_place,
    NotificationKind.GROUP_GAP: _is_short,
    NotificationKind.GROUP_FREE_PLACE: _has_place,
    NotificationKind.SWAP_WANTED: _is_to_be_taken,
    NotificationKind.SWAP_DONE: _is_confirmed,
    NotificationKind.SWAP_OFF: _came_to_nothing,
    NotificationKind.SWAP_TO_APPROVE: _awaits_approval,
    NotificationKind.SUBSTITUTE_WANTED: _is_wanted,
    NotificationKind.SUBSTITUTE_CALL: _is_wanted,
}
