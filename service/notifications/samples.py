"""A sample of each kind of message, with invented people and a shift three days from now: to be read, measured, tried.

What a link in a sample names has the number 0, which no row has: it opens nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from service.accounts.rules import CODE_LIFE
from service.backfill.rules import Cover
from service.calendars.heat import Heat
from service.calendars.rules import instant, local
from service.notifications.hosting import Hosting
from service.notifications.rules import Duty
from service.notifications.subjects import Code, Subject
from service.notifications.visits import Visit
from service.notifications.weeks import Gap, Week
from service.notifications.writing import HOSTING, VISITING
from service.terms import (
    AppointmentState,
    AssignmentState,
    CoHostState,
    EnrolmentState,
    HeatLevel,
    InvitationState,
    NotificationKind,
    ReleaseReason,
    ShiftState,
    SignUpState,
    SwapState,
)

#: Kinds that may tell of several shifts at once.
SEVERAL = (NotificationKind.REMINDER, NotificationKind.PLACE_OFFERED, NotificationKind.OFFER_CALL)
NOTHING = 0

_HELD: dict[str, object] = {"assignment_id": NOTHING, "assignment_state": AssignmentState.CONFIRMED}
_OFFERED: dict[str, object] = {"assignment_id": NOTHING, "assignment_state": AssignmentState.OFFERED}
_ASKED: dict[str, object] = {
    "invitation_id": NOTHING,
    "invitation_state": InvitationState.ASKED,
    "min_needed": 3,
    "taken": 2,
}
_SWAP: dict[str, object] = {"swap_asking_id": NOTHING, "swap_asking_state": InvitationState.ASKED}
_SHORT: dict[str, object] = {"min_needed": 3, "taken": 1}
_FREE: dict[str, object] = {"max_needed": 3, "taken": 2}
_LEARNING: dict[str, object] = {"enrolment_state": EnrolmentState.ENROLLED, "role": ""}
#: What makes the sample shift one that each kind speaks of.
_STATES: dict[NotificationKind, dict[str, object]] = {
    NotificationKind.SIGN_UP_RECEIVED: {"signup_state": SignUpState.PENDING},
    NotificationKind.SIGN_UP_CONFIRMED: {"signup_state": SignUpState.CONFIRMED, **_HELD},
    NotificationKind.SIGN_UP_WAITLISTED: {"signup_state": SignUpState.WAITLISTED, "waitlist_position": 3},
    NotificationKind.SIGN_UP_WITHDRAWN: {"signup_state": SignUpState.WITHDRAWN},
    NotificationKind.SIGN_UP_DECLINED: {"signup_state": SignUpState.DECLINED},
    NotificationKind.STANDING_BY: {**_HELD, "is_stand_by": True},
    NotificationKind.PLACE_OFFERED: _OFFERED,
    NotificationKind.OFFER_CALL: {**_OFFERED, "asked_again": 2},
    NotificationKind.PLACE_RELEASED: {
        "assignment_id": NOTHING,
        "assignment_state": AssignmentState.RELEASED,
        "release_reason": ReleaseReason.COORDINATOR,
    },
    NotificationKind.SHIFT_CANCELLED: {"shift_state": ShiftState.CANCELLED, "cancel_reason": "大风蓝色预警"},
    NotificationKind.SHIFT_MOVED: _HELD,
    NotificationKind.REMINDER: _HELD,
    NotificationKind.SUBSTITUTE_WANTED: _ASKED,
    NotificationKind.SUBSTITUTE_CALL: _ASKED,
    NotificationKind.PLACE_FREE: _FREE,
    NotificationKind.SWAP_WANTED: {**_SWAP, "swap_state": SwapState.OPEN, "giver": "李大雪"},
    NotificationKind.SWAP_DONE: _HELD,
    NotificationKind.SWAP_OFF: _HELD,
    NotificationKind.SWAP_TO_APPROVE: {
        **_SWAP,
        "swap_state": SwapState.AGREED,
        "giver": "李大雪",
        "taker": "赵春分",
    },
    NotificationKind.GAP_OPENED: _SHORT,
    NotificationKind.TEAM_GAP: _SHORT,
    NotificationKind.GROUP_GAP: _SHORT,
    NotificationKind.GROUP_FREE_PLACE: _FREE,
    NotificationKind.SHIFT_AT_RISK: _HELD,
    NotificationKind.SHIFT_GOES_AHEAD: _HELD,
    NotificationKind.SHIFT_TOO_HOT: {**_HELD, "heat": Heat(HeatLevel.YELLOW, is_for_all=False)},
    NotificationKind.SHIFT_HEAT_OVER: _HELD,
    NotificationKind.RISK_CHANGED: {**_HELD, "risk_notice": "两个人一起走，带反光背心，不上车行道"},
    NotificationKind.NOT_THERE: {
        "assignment_id": NOTHING,
        "assignment_state": AssignmentState.NO_SHOW,
        "late": "李大雪",
        "min_needed": 2,
        "taken": 1,
    },
    NotificationKind.COURSE_PLACE: _LEARNING,
    NotificationKind.COURSE_DAY: _LEARNING,
}


def sample(
    kind: NotificationKind,
    *,
    community: str,
    landline: str,
    now: datetime,
    title: str = "社区义诊",
    is_several: bool = False,
) -> Subject:
    """What a message of this kind could tell of, as if `community` sent it; of two shifts where `is_several`."""
    if kind == NotificationKind.LOGIN_CODE:
        return Subject(code=Code(digits="012345", good_until=now + CODE_LIFE, is_spent=False))
    if kind == NotificationKind.WEEKLY_DIGEST:
        return Subject(week=_week(community, landline, title, now=now))
    if kind in HOSTING:
        state = CoHostState.ASKED if kind == NotificationKind.CO_HOST_ASKED else CoHostState.ACCEPTED
        return Subject(hosting=_hosting(community, landline, title, state=state, now=now))
    if kind in VISITING:
        return Subject(visit=_visit(community, landline, title, state=VISITING[kind], now=now))
    first = _duty(community, landline, title, now=now)
    duties = [replace(first, **_STATES[kind])]  # type: ignore[arg-type]  # names and values are those of a Duty
    if kind in (NotificationKind.SHIFT_AT_RISK, NotificationKind.SHIFT_GOES_AHEAD):
        taken = int(kind == NotificationKind.SHIFT_GOES_AHEAD)
        duties.append(replace(first, role="医生", min_needed=1, taken=taken, covers=(Cover("邻里守望队", 2),)))
    if is_several:
        later = timedelta(days=2)
        duties.append(replace(duties[0], starts_at=first.starts_at + later, ends_at=first.ends_at + later))
    return Subject(duties=tuple(duties))


def _duty(community: str, landline: str, title: str, *, now: datetime) -> Duty:
    on = _in_three_days(now)
    return Duty(
        shift_id=NOTHING,
        shift_state=ShiftState.OPEN,
        starts_at=instant(on, time(9)),
        ends_at=instant(on, time(11, 30)),
        title=title,
        role="引导员",
        place="党群服务中心一楼",
        community=community,
        landline=landline,
        contact_name="陈协调",
        what_to_bring="水杯、老花镜",
        answer_by=instant(on - timedelta(days=1), time(10)),
    )


def _week(community: str, landline: str, title: str, *, now: datetime) -> Week:
    on = _in_three_days(now)
    monday = on + timedelta(days=7 - on.weekday())
    gap = Gap(title=title, role="引导员", starts_at=instant(monday + timedelta(days=1), time(9)), missing=1)
    return Week(
        monday=monday,
        sunday=monday + timedelta(days=6),
        community=community,
        landline=landline,
        shift_count=12,
        missing=1,
        gap_count=1,
        unanswered=5,
        searches=2,
        gaps=(gap,),
    )


def _hosting(community: str, landline: str, title: str, *, state: CoHostState, now: datetime) -> Hosting:
    return Hosting(
        host="市人民医院",
        title=title,
        community=community,
        landline=landline,
        contact_name="陈协调",
        from_on=_in_three_days(now),
        is_once=True,
        roles=("量血压",),
        state=state,
        reason="",
    )


def _visit(community: str, landline: str, title: str, *, state: AppointmentState, now: datetime) -> Visit:
    return Visit(
        appointment_id=NOTHING,
        title=title,
        starts_at=instant(_in_three_days(now), time(9, 20)),
        room="诊室二",
        place="党群服务中心一楼",
        community=community,
        landline=landline,
        contact_name="陈协调",
        state=state,
    )


def _in_three_days(now: datetime) -> date:
    return local(now).date() + timedelta(days=3)
