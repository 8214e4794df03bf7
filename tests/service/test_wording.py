from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from service import wording
from service.settings import LOCAL_ZONE


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (0, "凌晨0:00"),
        (5, "凌晨5:00"),
        (6, "上午6:00"),
        (11, "上午11:00"),
        (12, "中午12:00"),
        (13, "下午13:00"),
        (17, "下午17:00"),
        (18, "晚上18:00"),
        (23, "晚上23:00"),
    ],
)
def test_the_clock_says_its_part_of_the_day(hour: int, words: str) -> None:
    assert wording.clock(time(hour)) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (at(28, 9), at(28, 11, 30), "11月28日（星期六）上午9:00—11:30"),
        (at(28, 9), at(28, 16), "11月28日（星期六）上午9:00—下午16:00"),
        (at(28, 22), at(29, 6), "11月28日（星期六）晚上22:00—11月29日（星期日）上午6:00"),
        (at(28, 22), at(29, 0), "11月28日（星期六）晚上22:00—11月29日（星期日）凌晨0:00"),
    ],
)
def test_a_span_is_said_whole(start: datetime, end: datetime, words: str) -> None:
    assert wording.span(start, end) == words


def test_instants_are_told_in_local_time() -> None:
    assert wording.moment(datetime(2026, 11, 28, 17, 0, tzinfo=UTC)) == "11月29日（星期日）凌晨1:00"
    assert wording.full_day(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == "2027年1月1日"


def test_a_leaf_of_the_calendar() -> None:
    assert wording.leaf(date(2026, 11, 28)) == ("11月", "28", "周六")


@pytest.mark.parametrize(
    ("minutes", "words"), [(45, "45分钟"), (60, "1小时"), (150, "2小时30分钟"), (1440, "24小时"), (0, "0分钟")]
)
def test_durations(minutes: int, words: str) -> None:
    assert wording.duration(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("number", "shown", "masked"),
    [
        ("+8613800138000", "138 0013 8000", "138****8000"),
        ("+8637164351234", "0371 6435 1234", "037****1234"),
        ("120", "120", "****"),
        ("不是号码", "不是号码", "****"),
    ],
)
def test_telephone_numbers(number: str, shown: str, masked: str) -> None:
    assert wording.phone(number) == shown
    assert wording.masked_phone(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王秀英", "王**"), ("李明", "李*"), ("欧阳建国", "欧阳**"), ("欧阳", "欧*"), ("", ""), ("Jo", "J*")],
)
def test_names_are_masked_to_the_surname(name: str, masked: str) -> None:
    assert wording.masked_name(name) == masked
