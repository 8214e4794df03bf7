"""Which parts of the week a shift lies in, and what somebody's word says of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.availability.rules import SLOTS, Away, NeverComes, Said, check_week, slots
from service.calendars.rules import local
from service.settings import LOCAL_ZONE
from service.terms import Availability, DayPart

M, A, E = DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING
CAN, IF_NEEDED, CANNOT = Availability.CAN, Availability.IF_NEEDED, Availability.CANNOT
#: A Monday.
MONDAY = date(2026, 11, 23)
CLASS = 7


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 22 + day, hour, minute, tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (at(1, 9), at(1, 11, 30), {(1, M)}),
        (at(1, 16, 30), at(1, 18, 10), {(1, A)}),
        (at(1, 16, 30), at(1, 18, 30), {(1, A), (1, E)}),
        (at(1, 11, 50), at(1, 12, 5), {(1, M)}),
        (at(1, 22), at(2, 6), {(1, E), (2, M)}),
        (at(2, 2), at(2, 5), {(1, E)}),
        (at(1, 6, 40), at(1, 7, 10), {(1, M)}),
        (at(1, 0), at(2, 0), {(7, E), (1, M), (1, A), (1, E)}),
    ],
)
def test_a_shift_belongs_to_the_parts_it_fills(
    starts: datetime, ends: datetime, expected: set[tuple[int, DayPart]]
) -> None:
    assert slots(starts, ends) == expected


@given(
    st.integers(0, 7 * 24 * 60).map(lambda minutes: at(1, 0) + timedelta(minutes=minutes)),
    st.integers(1, 3 * 24 * 60),
)
def test_every_shift_lies_somewhere_and_only_where_it_is(starts: datetime, minutes: int) -> None:
    found = slots(starts, starts + timedelta(minutes=minutes))
    assert found
    near = {(local(starts) + timedelta(days=days)).isoweekday() for days in range(-1, 5)}
    assert {weekday for weekday, _part in found} <= near
    assert found <= set(SLOTS)


def test_the_worst_of_the_parts_counts() -> None:
    heard = Said(week={(1, A): IF_NEEDED, (1, E): CANNOT})
    assert heard.of(at(1, 9), at(1, 11), activity_id=CLASS) == CAN
    assert heard.of(at(1, 15), at(1, 17), activity_id=CLASS) == IF_NEEDED
    assert heard.of(at(1, 15), at(1, 19), activity_id=CLASS) == CANNOT


def test_what_is_said_last_holds() -> None:
    """Her own asking stands over the week and over what she avoids; an absence noted later stands over her asking."""
    heard = Said(week={(1, M): CANNOT}, away=(Away(MONDAY, MONDAY, at(-3, 9)),), avoids=frozenset({CLASS}))
    assert heard.of(at(1, 9), at(1, 11), activity_id=CLASS) == CANNOT
    assert heard.of(at(1, 9), at(1, 11), activity_id=CLASS, asked_at=at(-2, 9)) == CAN
    assert heard.of(at(1, 9), at(1, 11), activity_id=CLASS, asked_at=at(-4, 9)) == CANNOT
    assert Said(avoids=frozenset({CLASS})).of(at(1, 9), at(1, 11), activity_id=CLASS + 1) == CAN


@pytest.mark.parametrize(("hours", "is_away"), [((20, 23), False), ((22, 25), True), ((21, 24), False)])
def test_a_night_that_reaches_into_an_absence_is_in_it(hours: tuple[int, int], is_away: bool) -> None:
    tuesday = MONDAY + timedelta(days=1)
    heard = Said(away=(Away(tuesday, tuesday, at(-1, 9)),))
    starts, ends = (at(1, 0) + timedelta(hours=hour) for hour in hours)
    assert (heard.of(starts, ends, activity_id=CLASS) == CANNOT) is is_away


def test_a_week_without_any_hour_is_no_answer() -> None:
    check_week(dict.fromkeys(SLOTS[1:], CANNOT))
    with pytest.raises(NeverComes):
        check_week(dict.fromkeys(SLOTS, CANNOT))
