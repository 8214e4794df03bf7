"""Planned dates and roles in words."""

from __future__ import annotations

from datetime import date, time

import pytest

from service import wording
from service.activities.rules import RolePlan, once, weekly_plan
from service.calendars.days import NATIONAL
from service.terms import DayRule, QualificationKind
from service.web import planned

WEEKLY = weekly_plan(
    starts=time(9),
    ends=time(11, 30),
    from_on=date(2026, 9, 28),
    until_on=date(2026, 10, 11),
    weekdays=frozenset({3, 6}),
)


def test_dates_are_said_as_a_rule_or_as_the_one_date() -> None:
    assert planned.dates(WEEKLY) == "每周三、周六，9月28日（星期一）到10月11日（星期日）"
    assert planned.dates(once(date(2026, 11, 28), starts=time(9), ends=time(10))) == "11月28日（星期六）"
    workdays = weekly_plan(
        starts=time(9),
        ends=time(10),
        from_on=date(2026, 9, 28),
        until_on=date(2026, 10, 11),
        weekdays=frozenset(range(1, 6)),
        day_rule=DayRule.WORKDAYS,
    )
    assert planned.dates(workdays) == "周一到周五，9月28日（星期一）到10月11日（星期日），只在工作日，跟着调休走"


def test_holidays_and_make_up_days_are_marked() -> None:
    marked = {one.day: one.mark for one in planned.days(WEEKLY, NATIONAL)}
    assert marked == {
        date(2026, 9, 30): "",
        date(2026, 10, 3): "国庆节",
        date(2026, 10, 7): "调休放假",
        date(2026, 10, 10): "调休上班",
    }


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (time(9), time(11, 30), "上午9:00—11:30"),
        (time(9), time(14), "上午9:00—下午14:00"),
        (time(22), time(6), "晚上22:00—次日上午6:00"),
        (time(8), time(8), "上午8:00—次日上午8:00"),
    ],
)
def test_hours_say_the_next_day(starts: time, ends: time, said: str) -> None:
    assert wording.hours(starts, ends) == said


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (RolePlan(name="引导员", min_needed=2, max_needed=2), "引导员：2人"),
        (RolePlan(name="引导员", min_needed=0, max_needed=5), "引导员：0到5人"),
        (
            RolePlan(name="医生", min_needed=1, max_needed=2, requires=(QualificationKind.DOCTOR,), max_age=70),
            "医生：1到2人，要有医师资格，不超过70岁",
        ),
    ],
)
def test_a_role_says_what_it_needs(role: RolePlan, said: str) -> None:
    assert planned.role(role) == said
