"""A wall time in China as an instant, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.rules import hours, instant, local


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (time(9), time(11, 30), ("2026-11-28T01:00", "2026-11-28T03:30")),
        (time(22), time(2), ("2026-11-28T14:00", "2026-11-28T18:00")),  # across midnight
        (time(0), time(0), ("2026-11-27T16:00", "2026-11-28T16:00")),  # a whole day
        (time(0), time(6), ("2026-11-27T16:00", "2026-11-27T22:00")),
        (time(22), time(0), ("2026-11-28T14:00", "2026-11-28T16:00")),
        (time(23, 59), time(23, 58), ("2026-11-28T15:59", "2026-11-29T15:58")),
    ],
)
def test_hours(starts: time, ends: time, expected: tuple[str, str]) -> None:
    found = hours(date(2026, 11, 28), starts=starts, ends=ends)

    assert found == tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in expected)


@given(st.dates(date(1995, 1, 1), date(2090, 1, 1)), st.times(), st.times())
def test_hours_are_never_empty_nor_over_a_day(day: date, starts: time, ends: time) -> None:
    start, end = hours(day, starts=starts, ends=ends)

    assert timedelta() < end - start <= timedelta(days=1)
    assert local(start).date() == day


def test_a_wall_time_and_its_instant_are_one() -> None:
    moment = instant(date(2026, 11, 28), time(9, 30))

    assert moment == datetime(2026, 11, 28, 1, 30, tzinfo=UTC)
    assert (local(moment).date(), local(moment).time()) == (date(2026, 11, 28), time(9, 30))
