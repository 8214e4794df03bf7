"""Rules about publishing: rest owed after a shift, and what is wrong with dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.activities.rules import (
    DAY_REST,
    LONGEST_SHIFT,
    NIGHT_REST,
    DatesPlan,
    once,
    plan_problems,
    rest_after,
    weekly_plan,
)
from service.calendars.days import NATIONAL
from service.calendars.rules import hours, instant, local
from service.terms import DayRule

DAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Gongyi


@pytest.mark.parametrize(
    ("starts", "ends", "rest"),
    [
        ("09:00", "11:30", DAY_REST),
        ("06:00", "22:00", DAY_REST),  # the whole day, and no minute of the night
        ("05:59", "07:00", NIGHT_REST),
        ("21:00", "22:00", DAY_REST),
        ("21:00", "22:01", NIGHT_REST),
        ("21:50", "22:10", NIGHT_REST),  # shorter than half an hour, over the border
        ("22:00", "22:01", NIGHT_REST),
        ("22:00", "06:00", NIGHT_REST),
        ("23:30", "00:30", NIGHT_REST),
        ("00:00", "00:00", NIGHT_REST),
        ("12:00", "12:00", NIGHT_REST),  # around the clock
    ],
)
def test_rest_after(starts: str, ends: str, rest: int) -> None:
    start, end = hours(DAY, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))

    assert rest_after(start, end) == rest


@given(
    st.integers(0, 5 * 366 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.timedeltas(timedelta(minutes=1), LONGEST_SHIFT),
)
def test_a_night_rest_is_owed_exactly_when_a_minute_was_at_night(start: datetime, length: timedelta) -> None:
    minutes = (start + timedelta(minutes=n) for n in range(int(length / timedelta(minutes=1))))
    was_up = any(local(minute).hour >= 22 or local(minute).hour < 6 for minute in minutes)
    end = start + timedelta(minutes=int(length / timedelta(minutes=1)))

    assert rest_after(start, end) == (NIGHT_REST if was_up else DAY_REST)


@pytest.mark.parametrize(
    ("plan", "problems"),
    [
        (once(DAY, starts=time(9), ends=time(11)), []),
        (once(date(2026, 11, 23), starts=time(10, 1), ends=time(11)), []),
        (once(date(2026, 11, 23), starts=time(10), ends=time(11)), ["past"]),
        (once(date(2026, 11, 22), starts=time(9), ends=time(11)), ["past"]),
        (weekly_plan(starts=time(9), ends=time(11), from_on=DAY, until_on=DAY, weekdays=frozenset({1})), ["empty"]),
        (weekly_plan(starts=time(9), ends=time(11), from_on=DAY, until_on=DAY - timedelta(days=1)), ["empty"]),
        (
            weekly_plan(
                starts=time(9),
                ends=time(11),
                from_on=date(2027, 2, 6),
                until_on=date(2027, 2, 7),
                day_rule=DayRule.WORKDAYS,
            ),
            ["empty"],  # Spring Festival, a weekend
        ),
        (weekly_plan(starts=time(9), ends=time(11), from_on=DAY, until_on=DAY + timedelta(days=366)), []),
        (weekly_plan(starts=time(9), ends=time(11), from_on=DAY, until_on=DAY + timedelta(days=367)), ["too_long"]),
        (weekly_plan(starts=time(9), ends=time(9), from_on=date(1, 1, 1), until_on=date.max), ["too_long"]),
    ],
)
def test_plan_problems(plan: DatesPlan, problems: list[str]) -> None:
    assert plan_problems(plan, NATIONAL, now=NOW) == problems


def test_a_plan_stops_before_a_date() -> None:
    plan = weekly_plan(starts=time(9), ends=time(11), from_on=DAY, until_on=DAY + timedelta(days=9))

    assert plan.dates(NATIONAL, before=DAY) == []
    assert plan.dates(NATIONAL, before=DAY + timedelta(days=2)) == [DAY, DAY + timedelta(days=1)]
    assert len(plan.dates(NATIONAL, before=DAY + timedelta(days=40))) == len(plan.dates(NATIONAL)) == 10


def test_once_is_one_date_whatever_the_weekday() -> None:
    assert [once(DAY + timedelta(days=n), starts=time(9), ends=time(10)).dates(NATIONAL) for n in range(7)] == [
        [DAY + timedelta(days=n)] for n in range(7)
    ]
    assert instant(DAY, time(9)) == hours(DAY, starts=time(9), ends=time(10))[0]
