"""Until when an offer stays open, and until when a withdrawal can be undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.rules import local
from service.roster.rules import CUTOFF, MORNING, NIGHT_FROM, SHORTEST, answer_by, undo_until
from service.settings import LOCAL_ZONE

HOUR = timedelta(hours=1)


def at(wall: str) -> datetime:
    """`11-23 10:00` on the wall in Gongyi."""
    return datetime.fromisoformat(f"2026-{wall}").replace(tzinfo=LOCAL_ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts_at", "within", "expected"),
    [
        ("11-23 10:00", "11-28 09:00", 24 * HOUR, "11-24 10:00"),
        ("11-23 10:00", "11-24 10:00", 24 * HOUR, "11-24 09:00"),  # half the time left is at night: the morning
        ("11-23 10:00", "11-23 14:00", 24 * HOUR, "11-23 12:00"),  # half the time left
        ("11-23 10:00", "11-23 10:20", 24 * HOUR, "11-23 10:15"),  # never less than a quarter of an hour
        ("11-23 10:00", "11-23 10:10", 24 * HOUR, "11-23 10:10"),  # but never after the start
        ("11-23 20:30", "11-28 09:00", 2 * HOUR, "11-24 09:00"),  # 22:30 is too late to ask for an answer
        ("11-23 19:00", "11-28 09:00", 2 * HOUR, "11-24 09:00"),  # 21:00 is night already
        ("11-23 18:59", "11-28 09:00", 2 * HOUR, "11-23 20:59"),
        ("11-23 23:00", "11-28 09:00", 4 * HOUR, "11-24 09:00"),  # 3:00 belongs to the coming morning
        ("11-24 05:00", "11-28 09:00", 3 * HOUR, "11-24 09:00"),
        ("11-24 05:00", "11-28 09:00", 4 * HOUR, "11-24 09:00"),  # 9:00 itself is day
        ("11-23 20:00", "11-24 10:00", 3 * HOUR, "11-24 09:00"),  # the morning leaves just the hour
        ("11-23 20:00", "11-24 09:59", 3 * HOUR, "11-23 23:00"),  # the morning would be too late for anybody else
        ("11-23 23:00", "11-24 09:00", 24 * HOUR, "11-24 08:00"),  # who is asked at night may sleep before she answers
        ("11-23 23:00", "11-24 08:00", 24 * HOUR, "11-24 07:00"),
        ("11-23 23:00", "11-24 07:59", 24 * HOUR, "11-24 03:29:30"),  # that would be before anybody is up
        ("11-24 08:00", "11-24 09:00", 24 * HOUR, "11-24 08:30"),  # half the time left, later than that hour
        ("11-23 10:00", "11-28 09:00", timedelta(minutes=1), "11-23 10:15"),
    ],
)
def test_answer_by(now: str, starts_at: str, within: timedelta, expected: str) -> None:
    assert answer_by(now=at(now), starts_at=at(starts_at), within=within) == at(expected)


moments = st.integers(0, 60 * 24 * 30).map(lambda n: at("11-01 00:00") + timedelta(minutes=n))
waits = st.integers(1, 60 * 24 * 14).map(lambda n: timedelta(minutes=n))


@given(moments, waits, waits)
def test_an_answer_is_awaited_a_while_but_not_beyond_the_start(
    now: datetime, left: timedelta, within: timedelta
) -> None:
    deadline = answer_by(now=now, starts_at=now + left, within=within)

    assert min(now + SHORTEST, now + left) <= deadline <= now + left


@given(moments, waits, waits)
def test_no_answer_is_demanded_at_night_while_the_morning_is_early_enough(
    now: datetime, left: timedelta, within: timedelta
) -> None:
    deadline = answer_by(now=now, starts_at=now + left, within=within)
    wall = local(deadline)
    is_night = wall.time() >= NIGHT_FROM or wall.time() < MORNING
    is_shortest = deadline <= now + SHORTEST
    morning = wall.replace(hour=9, minute=0) + (timedelta(days=1) if wall.time() >= NIGHT_FROM else timedelta())

    assert not is_night or is_shortest or morning + CUTOFF > now + left


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=3), timedelta(minutes=10)),
        (2 * HOUR + timedelta(seconds=1), timedelta(minutes=10)),
        (2 * HOUR, None),
        (timedelta(), None),
        (-HOUR, None),
    ],
)
def test_undo_until(left: timedelta, expected: timedelta | None) -> None:
    now = at("11-23 10:00")

    assert undo_until(now=now, starts_at=now + left) == (now + expected if expected else None)
