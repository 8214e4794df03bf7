"""Dates and roles in the words of a cell: as people write them, and back again in each language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.activities.rules import RolePlan
from service.calendars.recurrence import by_weekday, lunar, monthly, weekly
from service.language import offered, speaking
from service.sheets.plans import days_text, roles_of, roles_text
from service.terms import QualificationKind
from service.web import spoken

weekdays = st.sets(st.integers(1, 7), min_size=1)
rules = st.one_of(
    weekdays.map(by_weekday),
    st.builds(lambda days, every: weekly(days, every=every), weekdays, st.integers(2, 5)),
    st.builds(monthly, st.sampled_from((1, 2, 3, 4, -1)), st.integers(1, 7)),
    st.builds(lunar, st.integers(1, 12), st.integers(1, 30)),
    st.sampled_from(("FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=12")),
)
days = st.sets(st.dates(date(2026, 1, 1), date(2100, 1, 1)), min_size=1, max_size=9)


@given(st.one_of(rules, days.map(days_text)), st.sampled_from(offered()))
def test_dates_that_are_written_are_read_as_the_same(text: str, language: str) -> None:
    with speaking(language):
        cell = spoken.write_dates(text)
    assert spoken.read_dates(cell) == text


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("周一三五", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("星期一至星期五", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("每个礼拜天", "FREQ=WEEKLY;BYDAY=SU"),
        ("周末", "FREQ=WEEKLY;BYDAY=SA,SU"),
        ("每个月第2个周六", "FREQ=MONTHLY;BYDAY=2SA"),
        ("隔一周的周三", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
        ("rrule:freq=monthly;byday=-1fr", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("2026年12月12日，2026/12/5", "2026-12-05,2026-12-12"),
        ("every Monday, Saturday", "FREQ=WEEKLY;BYDAY=MO,SA"),
    ],
)
def test_dates_as_people_write_them(cell: str, rule: str) -> None:
    assert spoken.read_dates(cell) == rule


@pytest.mark.parametrize("cell", ["隔三差五", "2026-13-40", "FREQ=SECONDLY", "周八", "2026-12-05、周三"])
def test_dates_that_nobody_can_follow_say_how_to_write_them(cell: str) -> None:
    with pytest.raises(spoken.NotUnderstood, match="比如"):
        spoken.read_dates(cell)


names = (
    st.text(st.sampled_from("量血压引导员（二楼）A1-到、：；，人 "), min_size=1, max_size=8).map(str.strip).filter(bool)
)


@st.composite
def plans(draw: st.DrawFn) -> RolePlan:
    least = draw(st.integers(0, 30))
    ages = sorted(draw(st.tuples(st.integers(1, 90), st.integers(1, 90))))
    has_least, has_most = draw(st.tuples(st.booleans(), st.booleans()))
    return RolePlan(
        name=draw(names),
        min_needed=least,
        max_needed=max(1, least + draw(st.integers(0, 9))),
        requires=tuple(draw(st.lists(st.sampled_from(QualificationKind), unique=True, max_size=3))),
        tags=tuple(draw(st.lists(st.sampled_from(("老党员", "退役军人", "A or B")), unique=True, max_size=2))),
        min_age=ages[0] if has_least else None,
        max_age=ages[1] if has_most else None,
        stand_bys=draw(st.integers(0, 3)),
    )


@given(st.lists(plans(), min_size=1, max_size=4, unique_by=lambda role: role.name), st.sampled_from(offered()))
def test_roles_that_are_written_are_read_as_the_same(roles: list[RolePlan], language: str) -> None:
    with speaking(language):
        cell = spoken.write_roles(roles_text(roles))
    assert cell == "" or roles_of(spoken.read_roles(cell)) == roles


@given(st.lists(plans(), min_size=1, max_size=3, unique_by=lambda role: role.name), st.sampled_from(offered()))
def test_roles_of_ordinary_names_are_always_written(roles: list[RolePlan], language: str) -> None:
    ordinary = [replace(role, name=f"量血压（{n}楼）", tags=("老党员", "退役军人")) for n, role in enumerate(roles)]
    with speaking(language):
        assert spoken.write_roles(roles_text(ordinary)) != ""


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("引导员2", [RolePlan(name="引导员", min_needed=2, max_needed=2)]),
        (
            "引导员 2-4人\n医生 1",
            [
                RolePlan(name="引导员", min_needed=2, max_needed=4),
                RolePlan(name="医生", min_needed=1, max_needed=1),
            ],
        ),
        (
            "医生：1人，医师资格，要是老党员、退役军人，18岁以上，70岁以下，候备1人",
            [
                RolePlan(
                    name="医生",
                    min_needed=1,
                    max_needed=1,
                    requires=(QualificationKind.DOCTOR,),
                    tags=("老党员", "退役军人"),
                    min_age=18,
                    max_age=70,
                    stand_bys=1,
                ),
            ],
        ),
    ],
)
def test_roles_as_people_write_them(cell: str, roles: list[RolePlan]) -> None:
    assert roles_of(spoken.read_roles(cell)) == roles


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("引导员", "看不懂“引导员”"),
        ("引导员：2人，会唱歌", "看不懂“会唱歌”"),
        ("引导员：4到2人", "最多人数不能少于至少人数"),
        ("引导员：1人；引导员：2人", "岗位名称不能重复"),
        ("；", "岗位要在1到20个之间"),
    ],
)
def test_roles_that_cannot_be_say_why(cell: str, said: str) -> None:
    with pytest.raises(spoken.NotUnderstood, match=said):
        spoken.read_roles(cell)
