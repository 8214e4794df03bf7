"""Waking hours. Times are those of Gongyi."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from service.calendars.quiet import Quiet
from service.notifications.timing import Timing, timing
from service.settings import LOCAL_ZONE
from service.terms import NotificationKind as K
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
