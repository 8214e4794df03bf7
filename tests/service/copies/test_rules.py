"""Which day stands for which, and what a rule makes of another month."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.activities.rules import DatesPlan, once, weekly_plan
from service.calendars.days import NATIONAL
from service.calendars.recurrence import monthly, weekly
from service.copies.rules import Period, around, before, carried_over, let_fall, narrowed, same_weekday, without_a_day
from service.terms import CopySpan, DayRule

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (around(date(2026, month, 9), CopySpan.MONTH) for month in (9, 10, 11, 12))
HOURS: dict[str, Any] = {"starts": time(9), "ends": time(11)}
OPEN: dict[str, Any] = {"from_on": date(2026, 8, 3), "until_on": None}


def days_in(target: Period, source: Period, plan: DatesPlan) -> list[int]:
    """The days of the month on which the plan is held in `target`."""
    return sorted(day.day for one in carried_over(plan, source, target, NATIONAL) for day in one.dates(NATIONAL))


def test_a_month_is_a_calendar_month_and_a_week_begins_on_monday() -> None:
    february = around(date(2028, 2, 29), CopySpan.MONTH)
    assert (february.from_on, february.until_on) == (date(2028, 2, 1), date(2028, 2, 29))
    turn_of_the_year = around(date(2027, 1, 1), CopySpan.WEEK)
    assert (turn_of_the_year.from_on, turn_of_the_year.until_on) == (date(2026, 12, 28), date(2027, 1, 3))
    assert before(date(2027, 1, 15)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "stands_for"),
    [
        (date(2026, 9, 2), date(2026, 10, 7)),  # the first Wednesday
        (date(2026, 9, 9), date(2026, 10, 14)),
        (date(2026, 9, 1), date(2026, 10, 6)),
        (date(2026, 9, 29), None),  # a fifth Tuesday; October has four
        (date(2026, 9, 30), None),
    ],
)
def test_the_nth_wednesday_stands_for_the_nth_wednesday(day: date, stands_for: date | None) -> None:
    assert same_weekday(day, SEPTEMBER, OCTOBER) == stands_for


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(-500, 500), st.sampled_from(CopySpan))
def test_the_weekday_is_kept_and_the_day_is_in_the_other_period(day: date, away: int, span: CopySpan) -> None:
    source, target = around(day, span), around(day + timedelta(days=away), span)
    found = same_weekday(day, source, target)
    if found is None:
        assert span == CopySpan.MONTH
        assert day.day > 28
    else:
        assert found in target
        assert found.isoweekday() == day.isoweekday()


def test_the_holidays_of_the_month_before_leave_no_hole() -> None:
    """国庆 takes 1 to 7 October; in November the first week is held all the same."""
    weekdays = weekly_plan(weekdays={2, 4}, day_rule=DayRule.WORKDAYS, **HOURS, **OPEN)
    assert days_in(NOVEMBER, OCTOBER, weekdays) == [3, 5, 10, 12, 17, 19, 24, 26]


def test_holidays_and_make_up_saturdays_are_what_the_rule_makes_of_them() -> None:
    """2026: off from 1 to 7 October, work on Saturday 10 October (国办发明电〔2025〕7号)."""
    lessons = weekly_plan(weekdays={1, 2, 3, 4, 5}, day_rule=DayRule.WORKDAYS, **HOURS, **OPEN)
    [plan] = carried_over(lessons, SEPTEMBER, OCTOBER, NATIONAL)
    held = plan.dates(NATIONAL)
    assert held[:3] == [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)]
    assert let_fall(plan, NATIONAL) == [date(2026, 10, day) for day in (1, 2, 5, 6, 7)]
    watch = weekly_plan(**HOURS, **OPEN)
    assert days_in(OCTOBER, SEPTEMBER, watch) == list(range(1, 32)), "365 stops for nothing"


def test_every_other_week_is_counted_on() -> None:
    plan = DatesPlan(rule=weekly({3}, every=2), **HOURS, **OPEN)
    assert days_in(NOVEMBER, NOVEMBER, plan) == [11, 25]
    assert days_in(DECEMBER, NOVEMBER, plan) == [9, 23]


def test_a_week_is_copied_weekday_by_weekday_whatever_the_rule() -> None:
    fortnightly = DatesPlan(rule=weekly({3}, every=2), **HOURS, **OPEN)
    last_friday = DatesPlan(rule=monthly(-1, 5), **HOURS, **OPEN)
    this, following = (around(date(2026, 11, day), CopySpan.WEEK) for day in (25, 30))
    assert days_in(following, this, fortnightly) == [2]
    assert days_in(following, this, last_friday) == [4]


def test_what_was_held_once_keeps_its_weekday_or_says_that_there_is_none() -> None:
    fifth, second = once(date(2026, 9, 30), **HOURS), once(date(2026, 9, 9), **HOURS)
    assert days_in(OCTOBER, SEPTEMBER, second) == [14]
    assert days_in(OCTOBER, SEPTEMBER, fifth) == []
    assert without_a_day(fifth, SEPTEMBER, OCTOBER, NATIONAL) == [date(2026, 9, 30)]
    assert without_a_day(second, SEPTEMBER, OCTOBER, NATIONAL) == []


def test_what_was_not_held_in_the_month_is_not_carried_over() -> None:
    ended = weekly_plan(weekdays={3}, from_on=date(2026, 8, 3), until_on=date(2026, 8, 31), **HOURS)
    assert carried_over(ended, SEPTEMBER, OCTOBER, NATIONAL) == []


def test_only_the_dates_that_were_chosen_are_left() -> None:
    [plan] = carried_over(weekly_plan(weekdays={3}, **HOURS, **OPEN), OCTOBER, NOVEMBER, NATIONAL)
    chosen = [date(2026, 11, 11), date(2026, 11, 25)]
    found = narrowed(plan, chosen, NATIONAL)
    assert found.dates(NATIONAL) == chosen
    assert (found.from_on, found.until_on, found.left_out) == (*chosen, {date(2026, 11, 18)})
