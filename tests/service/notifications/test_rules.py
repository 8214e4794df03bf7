"""Waking hours, and what is still true when it is sent. Times are those of Gongyi."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest

from service.calendars.quiet import Quiet
from service.notifications.rules import (
    Duty,
    Timing,
    timing,
    why_not,
)
from service.settings import LOCAL_ZONE
from service.terms import AssignmentState as A
from service.terms import NotificationKind as K
from service.terms import ShiftState
from service.terms import SignUpState as S
from service.terms import UnsentReason as R

QUIET = Quiet(time(21), time(8))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text if text.startswith("20") else f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("begins", "ends", "moment", "is_quiet"),
    [
        (21, 8, "11-27 20:59", False),
        (21, 8, "11-27 21:00", True),
        (21, 8, "11-27 23:59", True),
        (21, 8, "11-28 00:00", True),
        (21, 8, "11-28 07:59", True),
        (21, 8, "11-28 08:00", False),
        (1, 6, "11-28 00:59", False),
        (1, 6, "11-28 01:00", True),
        (1, 6, "11-28 06:00", False),
        (8, 8, "11-28 08:00", False),
        (8, 8, "11-28 03:00", False),
    ],
)
def test_quiet_hours_begin_on_the_hour_and_end_before_it(begins: int, ends: int, moment: str, is_quiet: bool) -> None:
    assert Quiet(time(begins), time(ends)).covers(at(moment)) is is_quiet


@pytest.mark.parametrize(
    ("begins", "ends", "moment", "began", "over"),
    [
        (21, 8, "11-27 22:00", "11-27 21:00", "11-28 08:00"),
        (21, 8, "11-28 02:00", "11-27 21:00", "11-28 08:00"),
        (21, 8, "12-31 23:00", "12-31 21:00", "2027-01-01 08:00"),
        (21, 8, "2027-01-01 01:00", "2026-12-31 21:00", "2027-01-01 08:00"),
        (1, 6, "11-28 02:00", "11-28 01:00", "11-28 06:00"),
    ],
)
def test_a_night_belongs_to_two_days(begins: int, ends: int, moment: str, began: str, over: str) -> None:
    quiet = Quiet(time(begins), time(ends))
    assert (quiet.began(at(moment)), quiet.over(at(moment))) == (at(began), at(over))


@pytest.mark.parametrize(
    ("kind", "now", "starts_at", "expected"),
    [
        # By day everything goes at once.
        (K.SIGN_UP_CONFIRMED, "11-27 20:59", "11-28 09:00", "11-27 20:59"),
        (K.PLACE_OFFERED, "11-27 12:00", "12-20 09:00", "11-27 12:00"),
        # At night a login code does too: she is waiting for it.
        (K.LOGIN_CODE, "11-27 03:00", None, "11-27 03:00 urgent"),
        # Others wait for the morning, and what would then be over is not sent.
        (K.SIGN_UP_CONFIRMED, "11-27 21:00", "11-28 09:00", "11-28 08:00"),
        (K.SIGN_UP_CONFIRMED, "11-27 23:00", "11-28 06:00", R.QUIET_HOURS),
        (K.SIGN_UP_CONFIRMED, "11-27 23:00", "11-28 08:00", R.QUIET_HOURS),
        (K.GAP_OPENED, "11-28 03:00", "12-02 09:00", "11-28 08:00"),
        (K.PLACE_OFFERED, "12-31 23:00", "2027-01-01 14:00", "2027-01-01 08:00"),
        # Unless the morning is too late to act: within three hours, or a start before ten.
        (K.PLACE_OFFERED, "11-27 23:00", "11-28 09:59", "11-27 23:00 urgent"),
        (K.PLACE_OFFERED, "11-27 23:00", "11-28 10:00", "11-28 08:00"),
        (K.PLACE_OFFERED, "11-27 21:30", "11-28 00:30", "11-27 21:30 urgent"),
        (K.SHIFT_CANCELLED, "11-28 05:00", "11-28 06:00", "11-28 05:00 urgent"),
        (K.SHIFT_CANCELLED, "11-28 05:00", "11-28 14:00", "11-28 08:00"),
        (K.SHIFT_MOVED, "11-28 07:00", "11-28 09:00", "11-28 07:00 urgent"),
        (K.PLACE_RELEASED, "11-28 07:00", "11-28 09:00", "11-28 07:00 urgent"),
        # A reminder was timed by its own rules.
        (K.REMINDER, "11-27 21:05", "11-27 22:59", "11-27 21:05"),
    ],
)
def test_a_message_asked_for_now_goes_at_once_in_the_morning_or_not(
    kind: K, now: str, starts_at: str | None, expected: str | R
) -> None:
    found = timing(kind, now=at(now), starts_at=at(starts_at) if starts_at else None, quiet=QUIET)
    if isinstance(expected, R):
        assert found.unsent_reason == expected
    else:
        moment, _, urgent = expected.partition(" urgent") if "urgent" in expected else (expected, "", None)
        assert found == Timing(at(moment), is_urgent=urgent is not None)


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
