"""Sunrise: held against a second library, and rounded to what people say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from astral import Observer
from astral.sun import sunrise as second_opinion
from hypothesis import given
from hypothesis import strategies as st

from service.calendars import dawn

CHINA = timezone(timedelta(hours=8))


@given(st.dates(date(2020, 1, 1), date(2050, 12, 31)), st.floats(18.2, 53.5), st.floats(73.5, 135))
def test_sunrise_agrees_with_a_second_library_all_over_china(day: date, latitude: float, longitude: float) -> None:
    ours = dawn.sunrise(day, latitude=latitude, longitude=longitude)
    sundial = timezone(timedelta(hours=round(longitude / 15)))  # astral wants the day to be the sun's own
    theirs = second_opinion(Observer(latitude, longitude), date=day, tzinfo=sundial)

    assert abs(ours - theirs) < timedelta(minutes=2)


@pytest.mark.parametrize(
    ("day", "clock"),
    [("2026-06-21", "05:15"), ("2026-12-21", "07:30"), ("2026-03-20", "06:30"), ("2026-11-28", "07:15")],
)
def test_a_duty_at_dawn_drifts_through_the_year_in_steps_of_five_minutes(day: str, clock: str) -> None:
    assert dawn.start(date.fromisoformat(day)).astimezone(CHINA).strftime("%H:%M") == clock


def test_a_duty_may_begin_before_or_after_sunrise() -> None:
    day = date(2026, 11, 28)

    assert dawn.start(day, offset=timedelta(minutes=-30)) == dawn.start(day) - timedelta(minutes=30)


@given(st.dates(date(2020, 1, 1), date(2050, 12, 31)))
def test_a_start_is_on_the_step_and_near_sunrise(day: date) -> None:
    start = dawn.start(day)

    assert (start - datetime.combine(day, datetime.min.time(), UTC)) % dawn.STEP == timedelta()
    assert abs(start - dawn.sunrise(day)) <= dawn.STEP / 2


def test_a_place_without_a_sunrise_is_refused() -> None:
    with pytest.raises(ValueError, match="the sun does not rise"):
        dawn.sunrise(date(2026, 12, 21), latitude=80)
