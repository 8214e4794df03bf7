"""Ages and spellings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.volunteers.rules import age_on, letters, spelled


@pytest.mark.parametrize(
    ("birth_on", "day", "age"),
    [
        ("1956-11-28", "2026-11-27", 69),
        ("1956-11-28", "2026-11-28", 70),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),  # no 29 February that year: the day after the 28th
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2008-03-01", "2026-02-28", 17),
        ("2026-11-28", "2026-11-28", 0),
        ("2025-12-31", "2026-01-01", 0),
    ],
)
def test_age_on(birth_on: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(birth_on), date.fromisoformat(day)) == age


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_a_person_never_grows_younger_and_by_one_year_at_most(birth_on: date, days: int) -> None:
    day = birth_on + timedelta(days=days)
    today, tomorrow = age_on(birth_on, day), age_on(birth_on, day + timedelta(days=1))

    assert 0 <= today <= tomorrow <= today + 1


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("王秀英", "wangxiuying", "wxy"),
        ("欧阳修竹", "ouyangxiuzhu", "oyxz"),
        ("曾小满", "zengxiaoman", "zxm"),  # not ceng
        ("单长安", "shanchangan", "sca"),  # not dan
        ("解立春", "xielichun", "xlc"),  # not jie
        ("翟谷雨", "zhaiguyu", "zgy"),
        ("吕丽", "lvli", "ll"),
        ("买买提·艾力", "maimaitiaili", "mmtal"),
        ("Anna Li", "annali", "annali"),
        ("", "", ""),
    ],
)
def test_spelled(name: str, pinyin: str, initials: str) -> None:
    assert spelled(name) == (pinyin, initials)


@given(st.text(max_size=30))
def test_any_text_has_a_spelling_of_letters(text: str) -> None:
    assert all(letters(part) == part for part in spelled(text))
