"""Which days are workdays in China, on which dates a series runs, and what a wall time is as an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.rules import WORKING_WEEK, dates, hours, instant, is_workday, local
from service.terms import DayRule

#: Days on which the two libraries differ, with the notice that settles it. Ours is right on each.
SETTLED = {
    # 国办发明电〔2005〕35号: "12月31日(星期六)上班". chinesecalendar knows no make-up days of 2005.
    date(2005, 12, 31): True,
}


def known_days() -> Iterator[date]:
    """Every day of the years for which chinesecalendar carries the State Council's notice."""
    years = {day.year for day in chinese_calendar.holidays}
    day = date(min(years), 1, 1)
    while day <= date(max(years), 12, 31):
        yield day
        day += timedelta(days=1)


def test_workdays_agree_with_a_second_library_day_by_day() -> None:
    differing = {day: is_workday(day) for day in known_days() if is_workday(day) != chinese_calendar.is_workday(day)}

    assert differing == SETTLED


@pytest.mark.parametrize(
    ("day", "is_work"),
    [
        # The notice for 2026: Spring Festival 15 to 23 February; work on Saturdays 14 and 28 February.
        ("2026-02-13", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),
        ("2026-03-01", False),
        ("2026-11-28", False),
        ("2026-11-30", True),
    ],
)
def test_workdays(day: str, is_work: bool) -> None:
    assert is_workday(date.fromisoformat(day)) == is_work


@pytest.mark.parametrize(
    ("weekdays", "day_rule", "expected"),
    [
        (range(1, 8), DayRule.EVERY_DAY, [9, 10, 11, 12, 13, 14, 15, 16]),
        ((6,), DayRule.EVERY_DAY, [14]),
        ((), DayRule.EVERY_DAY, []),
        (range(1, 6), DayRule.WORKDAYS, [9, 10, 11, 12, 13, 14]),  # Saturday the 14th is worked, Monday the 16th not
        (range(1, 8), DayRule.WORKDAYS, [9, 10, 11, 12, 13, 14]),
        ((3,), DayRule.WORKDAYS, [11]),  # a Wednesday group does not meet on a make-up Saturday
        ((6,), DayRule.WORKDAYS, [14]),
        ((7,), DayRule.WORKDAYS, []),
        ((), DayRule.WORKDAYS, []),
    ],
)
def test_dates_around_a_make_up_saturday(weekdays: range, day_rule: DayRule, expected: list[int]) -> None:
    found = dates(from_on=date(2026, 2, 9), until_on=date(2026, 2, 16), weekdays=frozenset(weekdays), day_rule=day_rule)

    assert [day.day for day in found] == expected


def test_both_ends_belong_to_the_range() -> None:
    day = date(2026, 11, 28)

    assert dates(from_on=day, until_on=day, weekdays=frozenset({6}), day_rule=DayRule.EVERY_DAY) == [day]
    before = day - timedelta(days=1)
    assert dates(from_on=day, until_on=before, weekdays=frozenset({6}), day_rule=DayRule.EVERY_DAY) == []


@given(st.dates(date(2015, 1, 1), date(2026, 12, 1)), st.integers(0, 40))
def test_a_series_of_workdays_runs_on_every_workday_and_no_other(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = dates(from_on=first, until_on=last, weekdays=WORKING_WEEK, day_rule=DayRule.WORKDAYS)

    assert found == [day for n in range(length + 1) if is_workday(day := first + timedelta(days=n))]


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
