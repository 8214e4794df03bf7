"""What each day is in China: held against a second library, day by day; and what an administrator adds to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import pytest

from service.calendars.days import NATIONAL, Calendar, NoticeDay, Term

#: Days on which the two libraries differ, with the notice that settles it. Ours is right on each.
SETTLED = {
    # 国办发明电〔2005〕35号: "12月31日(星期六)上班". chinesecalendar knows no make-up days of 2005.
    date(2005, 12, 31): True,
}
AUTUMN = Term("秋季学期", date(2026, 9, 1), date(2027, 1, 22))
SPRING = Term("春季学期", date(2027, 2, 22), date(2027, 7, 2))
SCHOOL = Calendar(terms=(AUTUMN, SPRING))


def known_days() -> Iterator[date]:
    """Every day of the years for which chinesecalendar carries the State Council's notice."""
    years = {day.year for day in chinese_calendar.holidays}
    day = date(min(years), 1, 1)
    while day <= date(max(years), 12, 31):
        yield day
        day += timedelta(days=1)


def test_workdays_agree_with_a_second_library_day_by_day() -> None:
    days = list(known_days())
    differing = {
        day: NATIONAL.is_workday(day) for day in days if NATIONAL.is_workday(day) != chinese_calendar.is_workday(day)
    }

    assert (days[0].year, days[-1].year) == (2004, 2026)
    assert differing == SETTLED


@pytest.mark.parametrize(
    ("day", "is_work", "name"),
    [
        # The notice for 2026: Spring Festival 15 to 23 February; work on Saturdays 14 and 28 February.
        ("2026-02-13", True, None),
        ("2026-02-14", True, None),
        ("2026-02-15", False, None),
        ("2026-02-16", False, "农历除夕"),
        ("2026-02-17", False, "春节"),
        ("2026-02-23", False, "调休放假"),
        ("2026-02-24", True, None),
        ("2026-02-28", True, None),
        ("2026-03-01", False, None),
        ("2026-10-10", True, None),
        # Year ends: work on Sunday 4 January 2026; 31 December 2026 is an ordinary Thursday.
        ("2025-12-31", True, None),
        ("2026-01-01", False, "元旦"),
        ("2026-01-02", False, "调休放假"),
        ("2026-01-04", True, None),
        ("2026-12-31", True, None),
        # 2023 had a leap second month: 端午 and 中秋 came late.
        ("2023-06-22", False, "端午节"),
        ("2023-06-25", True, None),
        ("2023-09-29", False, "中秋节"),
    ],
)
def test_days_as_the_notices_say(day: str, is_work: bool, name: str | None) -> None:
    on = date.fromisoformat(day)

    assert (NATIONAL.is_workday(on), NATIONAL.holiday_name(on)) == (is_work, name)


def test_a_make_up_day_is_a_weekend_that_is_worked() -> None:
    days = [date(2026, 2, 13) + timedelta(days=n) for n in range(17)]

    assert [day.day for day in days if NATIONAL.is_make_up(day)] == [14, 28]


@pytest.mark.parametrize(("year", "is_announced"), [(2004, True), (2026, True), (2027, False), (2030, False)])
def test_a_year_is_announced_once_its_make_up_days_are_known(year: int, is_announced: bool) -> None:
    assert NATIONAL.is_announced(year) == is_announced


def test_a_notice_goes_before_the_library_for_its_whole_year() -> None:
    off = NoticeDay(date(2027, 1, 1), is_work=False, name="元旦")
    worked = NoticeDay(date(2027, 1, 9), is_work=True, name="元旦")
    noticed = Calendar(notices=frozenset({2027}), notice_days={day.on_date: day for day in (off, worked)})

    assert noticed.is_announced(2027)
    assert not noticed.is_workday(date(2027, 1, 1))
    assert noticed.holiday_name(date(2027, 1, 1)) == "元旦"
    assert noticed.is_make_up(date(2027, 1, 9))
    assert noticed.holiday_name(date(2027, 1, 9)) is None
    assert noticed.is_workday(date(2027, 10, 1))  # the notice does not name it, whatever the library thinks
    assert not noticed.is_workday(date(2026, 10, 1))  # another year is as before


def test_a_notice_may_name_a_day_of_the_year_before() -> None:
    eve = NoticeDay(date(2026, 12, 31), is_work=False, name="元旦")
    noticed = Calendar(notices=frozenset({2027}), notice_days={eve.on_date: eve})

    assert NATIONAL.is_workday(eve.on_date)
    assert not noticed.is_workday(eve.on_date)


@pytest.mark.parametrize(
    ("day", "is_school"),
    [
        ("2026-09-01", True),
        ("2026-09-20", True),  # a Sunday that is worked
        ("2026-10-01", False),
        ("2026-11-28", False),  # a Saturday
        ("2027-01-22", True),
        ("2027-01-25", False),  # vacation
        ("2027-02-22", True),
        ("2027-07-05", True),  # after the last term that is known: term time, provisionally
        ("2026-08-31", True),  # before the first
        ("2026-08-30", False),
    ],
)
def test_school_is_held_on_workdays_within_a_term(day: str, is_school: bool) -> None:
    assert SCHOOL.is_school_day(date.fromisoformat(day)) == is_school


def test_school_is_known_between_the_first_and_the_last_term() -> None:
    assert not NATIONAL.knows_school(date(2026, 11, 27))
    assert SCHOOL.knows_school(date(2027, 2, 1))
    assert not SCHOOL.knows_school(date(2027, 7, 3))
