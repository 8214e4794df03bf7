"""What is still true when it is sent. Times are those of Gongyi."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from service.notifications.rules import Duty, why_not
from service.settings import LOCAL_ZONE
from service.terms import AssignmentState as A
from service.terms import NotificationKind as K
from service.terms import ShiftState, SwapState
from service.terms import SignUpState as S
from service.terms import UnsentReason as R


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


def duty(**details: Any) -> Duty:
    """A duty of 28 November, 9:00 to 11:30, in an open shift."""
    values: dict[str, Any] = {
        "shift_id": 1,
        "shift_state": ShiftState.OPEN,
        "starts_at": at("11-28 09:00"),
        "ends_at": at("11-28 11:30"),
        "title": "社区义诊",
        "role": "引导员",
        "place": "党群服务中心",
        "community": "人民路社区",
        "landline": "0371-64350001",
        "contact_name": "陈协调",
    }
    return Duty(**{**values, **details})


OFF = {"shift_state": ShiftState.CANCELLED}


@pytest.mark.parametrize(
    ("kind", "details", "reason"),
    [
        (K.REMINDER, {"assignment_state": A.CONFIRMED}, None),
        (K.REMINDER, {"assignment_state": A.RELEASED}, R.NOT_HOLDING),
        (K.REMINDER, {"assignment_state": A.CHECKED_IN}, R.SUPERSEDED),
        (K.REMINDER, {"assignment_state": A.CONFIRMED, **OFF}, R.CANCELLED),
        (K.SIGN_UP_RECEIVED, {"signup_state": S.PENDING}, None),
        (K.SIGN_UP_RECEIVED, {"signup_state": S.PENDING, "assignment_state": A.OFFERED}, R.SUPERSEDED),
        (K.SIGN_UP_RECEIVED, {"signup_state": S.CONFIRMED}, R.SUPERSEDED),
        (K.SIGN_UP_RECEIVED, {"signup_state": S.WITHDRAWN}, R.NOT_HOLDING),
        (K.SIGN_UP_CONFIRMED, {"signup_state": S.CONFIRMED, "assignment_state": A.CONFIRMED}, None),
        (K.SIGN_UP_CONFIRMED, {"signup_state": S.WITHDRAWN}, R.NOT_HOLDING),
        (K.SIGN_UP_CONFIRMED, {"signup_state": S.CONFIRMED, **OFF}, R.CANCELLED),
        (K.SIGN_UP_WAITLISTED, {"signup_state": S.WAITLISTED}, None),
        (K.SIGN_UP_WAITLISTED, {"signup_state": S.PENDING}, R.SUPERSEDED),
        (K.SIGN_UP_WAITLISTED, {"signup_state": S.EXPIRED}, R.NOT_HOLDING),
        (K.SIGN_UP_WITHDRAWN, {"signup_state": S.WITHDRAWN}, None),
        (K.SIGN_UP_WITHDRAWN, {"signup_state": S.CONFIRMED}, R.SUPERSEDED),
        (K.SIGN_UP_DECLINED, {"signup_state": S.DECLINED}, None),
        (K.SIGN_UP_DECLINED, {"signup_state": S.PENDING}, R.SUPERSEDED),
        (K.PLACE_OFFERED, {"assignment_state": A.OFFERED, "answer_by": at("11-27 12:00")}, None),
        (K.PLACE_OFFERED, {"assignment_state": A.OFFERED, "answer_by": at("11-27 11:59")}, R.TOO_LATE),
        (K.PLACE_OFFERED, {"assignment_state": A.CONFIRMED}, R.SUPERSEDED),
        (K.PLACE_OFFERED, {"assignment_state": A.DECLINED}, R.NOT_HOLDING),
        (K.PLACE_OFFERED, {"assignment_state": A.OFFERED, **OFF}, R.CANCELLED),
        (K.PLACE_RELEASED, {"assignment_state": A.RELEASED}, None),
        (K.PLACE_RELEASED, {"assignment_state": A.CONFIRMED}, R.SUPERSEDED),
        (K.SHIFT_CANCELLED, {"assignment_state": A.RELEASED, **OFF}, None),
        (K.SHIFT_CANCELLED, {"assignment_state": A.RELEASED}, R.SUPERSEDED),
        (K.SHIFT_MOVED, {"assignment_state": A.CONFIRMED}, None),
        (K.SHIFT_MOVED, {"assignment_state": A.OFFERED}, None),
        (K.SHIFT_MOVED, {"signup_state": S.WAITLISTED}, None),
        (K.SHIFT_MOVED, {"assignment_state": A.RELEASED, "signup_state": S.DECLINED}, R.NOT_HOLDING),
        (K.SHIFT_MOVED, {"assignment_state": A.CONFIRMED, **OFF}, R.CANCELLED),
        (K.GAP_OPENED, {"min_needed": 2, "taken": 1}, None),
        (K.GAP_OPENED, {"min_needed": 2, "taken": 2}, R.SUPERSEDED),
        (K.GAP_OPENED, {"min_needed": 2, "taken": 1, **OFF}, R.CANCELLED),
        (K.SHIFT_GOES_AHEAD, {"min_needed": 2, "taken": 2}, None),
        (K.SHIFT_GOES_AHEAD, {"min_needed": 2, "taken": 1}, R.SUPERSEDED),
        (K.SHIFT_GOES_AHEAD, {"min_needed": 2, "taken": 2, **OFF}, R.CANCELLED),
        (K.SWAP_TO_APPROVE, {"swap_state": SwapState.AGREED, **OFF}, None),
        (K.SWAP_OFF, {"swap_state": SwapState.TAKEN_BACK, "swap_asking_id": 1, **OFF}, None),
        (K.SWAP_OFF, {"swap_state": SwapState.TAKEN_BACK, "assignment_state": A.CONFIRMED}, None),
        (K.SWAP_OFF, {"swap_state": SwapState.TAKEN_BACK, "assignment_state": A.CONFIRMED, **OFF}, R.CANCELLED),
    ],
)
def test_a_message_that_is_no_longer_true_is_not_sent(kind: K, details: dict[str, Any], reason: R | None) -> None:
    assert why_not(kind, duty(**details), now=at("11-27 12:00")) == reason


@pytest.mark.parametrize("kind", [kind for kind in K if kind != K.LOGIN_CODE])
def test_each_kind_has_a_time_after_which_it_is_too_late(kind: K) -> None:
    assert why_not(kind, duty(), now=at("11-28 11:30")) == R.TOO_LATE


@pytest.mark.parametrize(
    ("kind", "is_too_late"),
    [(K.REMINDER, True), (K.PLACE_OFFERED, True), (K.SHIFT_CANCELLED, False), (K.PLACE_RELEASED, False)],
)
def test_who_set_out_for_nothing_is_told_even_after_the_start(kind: K, is_too_late: bool) -> None:
    assert (why_not(kind, duty(), now=at("11-28 09:00")) == R.TOO_LATE) is is_too_late
