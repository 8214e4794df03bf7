"""On which dates a rule falls, and what becomes of those on special days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars.days import NATIONAL, Calendar, Term
from service.calendars.recurrence import (
    DAILY,
    WORKING_WEEK,
    LunarDay,
    NthWeekday,
    RuleRefused,
    Weekly,
    checked,
    dates,
    is_provisional,
    lunar,
    monthly,
    shape,
    weekdays_of,
    weekly,
)
from service.terms import DayRule

WORKWEEK = weekly(WORKING_WEEK)


def falls(rule: str, first: str, last: str, day_rule: DayRule = DayRule.EVERY_DAY, **details: date) -> list[str]:
    found = dates(
        rule,
        from_on=date.fromisoformat(first),
        until_on=date.fromisoformat(last),
        day_rule=day_rule,
        calendar=NATIONAL,
        **details,
    )
    return [day.isoformat() for day in found]


@pytest.mark.parametrize(
    ("rule", "first", "last", "expected"),
    [
        (weekly([3]), "2026-11-23", "2026-12-09", ["2026-11-25", "2026-12-02", "2026-12-09"]),
        (monthly(-1, 5), "2026-01-01", "2026-03-31", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        (monthly(1, 1), "2026-01-01", "2026-03-31", ["2026-01-05", "2026-02-02", "2026-03-02"]),
        (monthly(5, 6), "2026-01-01", "2026-05-31", ["2026-01-31", "2026-05-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-01", "2026-03-31", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12", "2026-01-01", "2027-12-31", ["2026-05-12", "2027-05-12"]),
        (lunar(9, 9), "2025-01-01", "2027-12-31", ["2025-10-29", "2026-10-18", "2027-10-08"]),  # 重阳
        (lunar(12, 8), "2025-01-01", "2027-12-31", ["2025-01-07", "2026-01-26", "2027-01-15"]),  # 腊八
        (lunar(12, 30), "2024-01-01", "2026-12-31", ["2024-02-09", "2025-01-28", "2026-02-16"]),  # 除夕, 29 days too
        (lunar(6, 15), "2025-01-01", "2025-12-31", ["2025-07-09"]),  # 2025 has a leap sixth month: once all the same
        (lunar(2, 2), "2023-01-01", "2023-12-31", ["2023-02-21"]),  # and 2023 a leap second
    ],
)
def test_dates_of_a_rule(rule: str, first: str, last: str, expected: list[str]) -> None:
    assert falls(rule, first, last) == expected


def test_every_other_week_counts_from_the_first_date_wherever_one_looks() -> None:
    rule, anchor = weekly([1], every=2), date(2026, 1, 5)
    whole = falls(rule, "2026-01-05", "2026-06-30", anchor=anchor)

    assert whole[:3] == ["2026-01-05", "2026-01-19", "2026-02-02"]
    assert falls(rule, "2026-03-01", "2026-03-31", anchor=anchor) == [day for day in whole if day[:7] == "2026-03"]


@pytest.mark.parametrize(
    ("day_rule", "expected"),
    [
        (DayRule.EVERY_DAY, [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]),
        (DayRule.WORKDAYS, [12, 13, 14, 24, 25]),
        (DayRule.SCHOOL_DAYS, [12, 13, 14, 24, 25]),
        (DayRule.NOT_HOLIDAYS, [12, 13, 14, 15, 21, 22, 24, 25]),
        (DayRule.DAYS_OFF, [15, 16, 17, 18, 19, 20, 21, 22, 23]),
        (DayRule.HOLIDAYS, [16, 17, 18, 19, 20, 23]),
        (DayRule.EARLIER, [12, 13, 14, 15, 21, 22, 24, 25]),
        (DayRule.LATER, [12, 13, 14, 15, 21, 22, 24, 25]),
    ],
)
def test_a_daily_rule_over_spring_festival(day_rule: DayRule, expected: list[int]) -> None:
    """2026: off from Sunday 15 to Monday 23 February, worked on Saturday 14. The library names the seven days that the
    notice takes out of their week, not the weekends between."""
    found = falls(DAILY, "2026-02-12", "2026-02-25", day_rule)

    assert found == [f"2026-02-{day}" for day in expected]


@pytest.mark.parametrize(
    ("day_rule", "expected"),
    [
        (DayRule.EVERY_DAY, ["02-10", "02-17", "02-24"]),
        (DayRule.NOT_HOLIDAYS, ["02-10", "02-24"]),
        (DayRule.EARLIER, ["02-10", "02-14", "02-24"]),  # to the make-up Saturday
        (DayRule.LATER, ["02-10", "02-24"]),  # to Tuesday the 24th, which is a date of its own: once
    ],
)
def test_a_tuesday_on_the_first_day_of_the_year(day_rule: DayRule, expected: list[str]) -> None:
    assert [day[5:] for day in falls(weekly([2]), "2026-02-09", "2026-02-28", day_rule)] == expected


def test_a_moved_date_is_found_in_whichever_window_it_lands() -> None:
    thursday = weekly([4])

    assert falls(thursday, "2026-10-08", "2026-10-14", DayRule.LATER, anchor=date(2026, 9, 1)) == ["2026-10-08"]
    assert "2026-10-01" not in falls(thursday, "2026-09-28", "2026-10-07", DayRule.LATER, anchor=date(2026, 9, 1))
    assert falls(thursday, "2026-09-28", "2026-09-30", DayRule.EARLIER, anchor=date(2026, 9, 1)) == ["2026-09-30"]


@pytest.mark.parametrize(
    ("weekdays", "expected"),
    [
        (range(1, 6), [9, 10, 11, 12, 13, 14]),  # Saturday the 14th is worked, Monday the 16th not
        (range(1, 8), [9, 10, 11, 12, 13, 14]),
        ((3,), [11]),  # a Wednesday group does not meet on a make-up Saturday
        ((6,), [14]),
        ((7,), []),
    ],
)
def test_dates_around_a_make_up_saturday(weekdays: range, expected: list[int]) -> None:
    found = falls(weekly(weekdays), "2026-02-09", "2026-02-16", DayRule.WORKDAYS)

    assert found == [f"2026-02-{day:02}" for day in expected]


@given(st.dates(date(2015, 1, 1), date(2026, 12, 1)), st.integers(0, 40))
def test_a_series_of_workdays_runs_on_every_workday_and_no_other(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = dates(WORKWEEK, from_on=first, until_on=last, day_rule=DayRule.WORKDAYS, calendar=NATIONAL)

    assert found == [day for n in range(length + 1) if NATIONAL.is_workday(day := first + timedelta(days=n))]


@given(
    rule=st.sampled_from([DAILY, WORKWEEK, weekly([2, 6], every=2), monthly(-1, 1), lunar(8, 15)]),
    day_rule=st.sampled_from(DayRule),
    anchor=st.dates(date(2025, 1, 1), date(2026, 6, 1)),
    cut=st.integers(1, 200),
)
def test_two_windows_side_by_side_give_what_one_gives(rule: str, day_rule: DayRule, anchor: date, cut: int) -> None:
    """The horizon is laid out piece by piece: no piece may miss a date, or make one twice."""
    last, between = anchor + timedelta(days=200), anchor + timedelta(days=cut)

    def part(first: date, until: date) -> list[date]:
        return dates(rule, from_on=first, until_on=until, anchor=anchor, day_rule=day_rule, calendar=NATIONAL)

    assert part(anchor, between - timedelta(days=1)) + part(between, last) == part(anchor, last)


def test_school_days_follow_the_terms() -> None:
    school = Calendar(
        terms=(Term("秋", date(2026, 9, 1), date(2027, 1, 22)), Term("春", date(2027, 2, 22), date(2027, 7, 2)))
    )
    found = dates(
        WORKWEEK, from_on=date(2027, 1, 20), until_on=date(2027, 2, 23), day_rule=DayRule.SCHOOL_DAYS, calendar=school
    )

    assert [day.isoformat() for day in found] == ["2027-01-20", "2027-01-21", "2027-01-22", "2027-02-22", "2027-02-23"]


@pytest.mark.parametrize(
    ("day", "day_rule", "expected"),
    [
        ("2026-12-31", DayRule.WORKDAYS, False),
        ("2027-01-04", DayRule.WORKDAYS, True),
        ("2027-01-04", DayRule.EVERY_DAY, False),  # held whatever the notice says
        ("2026-12-31", DayRule.SCHOOL_DAYS, True),  # no term is known
        ("2026-12-26", DayRule.SCHOOL_DAYS, False),  # a Saturday, whatever the terms
    ],
)
def test_a_date_is_provisional_while_it_may_still_change(day: str, day_rule: DayRule, expected: bool) -> None:
    assert is_provisional(date.fromisoformat(day), day_rule, NATIONAL) == expected


@pytest.mark.parametrize(
    "text",
    [DAILY, "rrule:freq=daily", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "FREQ=MONTHLY;BYDAY=-1FR", "LUNAR:9-9",
     "FREQ=YEARLY;BYMONTH=10;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"],
)  # fmt: skip
def test_a_rule_is_kept_as_it_is_written(text: str) -> None:
    assert checked(text) == text.upper().removeprefix("RRULE:")


@pytest.mark.parametrize(
    "text",
    ["", "x", "FREQ=SECONDLY", "FREQ=HOURLY;INTERVAL=1", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY;BYMONTHDAY=3",
     "FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20270101", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=1MO",
     "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=100", "LUNAR:13-1", "LUNAR:1-31",
     "FREQ=DAILY;BYHOUR=1,2,3", "FREQ=DAILY" + ";WKST=MO" * 30],
)  # fmt: skip
def test_what_is_no_rule_of_days_is_refused(text: str) -> None:
    with pytest.raises(RuleRefused):
        checked(text)


def test_rules_with_a_form_of_their_own_are_recognised() -> None:
    assert shape(DAILY) == Weekly(frozenset(range(1, 8)), 1)
    assert shape(weekly([1, 6], every=2)) == Weekly(frozenset({1, 6}), 2)
    assert shape(monthly(-1, 5)) == NthWeekday(-1, 5)
    assert shape(lunar(9, 9)) == LunarDay(9, 9)
    assert shape("FREQ=MONTHLY;BYMONTHDAY=15") is None
    assert weekdays_of(weekly([1, 6], every=2)) == frozenset()
    assert weekdays_of(WORKWEEK) == WORKING_WEEK
