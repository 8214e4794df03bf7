"""Reads the State Council's yearly notice on holidays (国务院办公厅关于…部分节假日安排的通知) from its text.

A notice has a line a holiday: 「一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。」
Everything that can be checked is: that the weekdays fit the dates, that the days are as many as the notice says, that
who works does so on a weekend. What does not fit is told with its holiday, and nothing is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.calendars.days import NoticeDay
from service.language import _

#: Notices are known since 2004; a later year than this is a slip of the pen.
YEARS = range(2004, 2101)
LONGEST_TEXT = 5000
LONGEST_HOLIDAY = 15
#: What a notice has each year (全国年节及纪念日放假办法, 2024).
HOLIDAYS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")

_LINE = re.compile(
    r"(?:^|[一二三四五六七八九十]、|\d[.、．])\s*([\u4e00-\u9fff]{2,10}(?:、[\u4e00-\u9fff]{2,10})?)[：:](.+)"
)
_DAY = (
    r"(?:(?P<year{n}>\d{{4}})年)?(?:(?P<month{n}>\d{{1,2}})月)?(?P<day{n}>\d{{1,2}})日"
    r"(?:[（(](?P<note{n}>[^）)]*)[）)])?"
)
_DATE = re.compile(_DAY.format(n=""))
_OFF = re.compile(_DAY.format(n="1") + r"(?:[至到—-]+" + _DAY.format(n="2") + r")?(?:与周末连休|调休)?放假")
_COUNT = re.compile(r"(?:共|放假)(\d{1,2})天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_NUMBERS = {name: number for number, name in enumerate("一二三四五六日", start=1)} | {"天": 7}


class NoticeRefused(Exception):
    """The text is no notice of that year, or contradicts itself; `problems` say where, in words."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says: the year it is for, and each day that is not what its weekday makes it."""

    year: int
    days: tuple[NoticeDay, ...]


def read(text: str, *, year: int) -> Notice:
    """The notice of `year`. Raises NoticeRefused with everything that is wrong with it."""
    problems: list[str] = []
    days: dict[date, NoticeDay] = {}
    names: list[str] = []
    for name, sentences in _holidays(text):
        names.append(name)
        found = list(_days_of(name, sentences, year=year, problems=problems))
        problems += [
            _("{name}：{day}既放假又上班", name=name, day=_told(day.on_date))
            for day in found
            if days.setdefault(day.on_date, day).is_work != day.is_work
        ]
    missing = [known for known in HOLIDAYS if not any(known in name for name in names)]
    if missing:
        problems.append(_("没有读到：{names}。请把通知从“一、元旦”到最后一条完整粘贴进来", names="、".join(missing)))
    if problems:
        raise NoticeRefused(problems)
    return Notice(year, tuple(days[on] for on in sorted(days)))


def _holidays(text: str) -> Iterator[tuple[str, list[str]]]:
    """(holiday, its sentences) of each line that has one."""
    for line in text.splitlines():
        if found := _LINE.search(line.strip()):
            yield found[1], [part for part in re.split(r"[。；;]", found[2]) if part.strip()]


def _days_of(name: str, sentences: list[str], *, year: int, problems: list[str]) -> Iterator[NoticeDay]:
    off: list[date] = []
    for sentence in sentences:
        try:
            if span := _OFF.search(sentence):
                off = _span(span, year)
                yield from (NoticeDay(day, is_work=False, name=name) for day in off)
            elif "上班" in sentence:
                worked = list(_dates(sentence, year))
                yield from (NoticeDay(day, is_work=True, name=name) for day in worked)
                problems += [
                    _("{name}：{day}不是周末，不会是调休上班", name=name, day=_told(day))
                    for day in worked
                    if day.isoweekday() < 6
                ]
        except ValueError as error:
            problems.append(_("{name}：{problem}", name=name, problem=error))
    told = _COUNT.search("。".join(sentences))
    if not off:
        problems.append(_("{name}：没有读到哪几天放假", name=name))
    elif told and int(told[1]) != len(off):
        problems.append(_("{name}：写着{told}天，日期却有{n}天", name=name, told=told[1], n=len(off)))


def _span(found: re.Match[str], year: int) -> list[date]:
    first = _date(found, "1", year=year, month=None)
    turns = int(found["month2"] or first.month) < first.month  # 12月31日至1月2日
    last = _date(found, "2", year=first.year + turns, month=first.month) if found["day2"] else first
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST_HOLIDAY:
        raise ValueError(_("从{first}到{last}不像一个假期", first=_told(first), last=_told(last)))
    return [first + timedelta(days=n) for n in range(length)]


def _dates(sentence: str, year: int) -> Iterator[date]:
    """The dates of a list: 「2月14日（周六）、2月28日（周六）上班」."""
    month: int | None = None
    for found in _DATE.finditer(sentence):
        day = _date(found, "", year=year, month=month)
        month = day.month
        yield day


def _date(found: re.Match[str], n: str, *, year: int, month: int | None) -> date:
    """One date; without a month it lies in `month`. Raises ValueError in words."""
    written = found[f"month{n}"]
    if written is None and month is None:
        raise ValueError(_("“{text}”没有写月份", text=found[0]))
    try:
        day = date(int(found[f"year{n}"] or year), int(written or month or 0), int(found[f"day{n}"]))
    except ValueError:
        text = _("{month}月{day}日", month=written or month, day=found[f"day{n}"])
        raise ValueError(_("没有“{text}”这一天", text=text)) from None
    weekday = _WEEKDAY.search(found[f"note{n}"] or "")
    if weekday and _NUMBERS[weekday[1]] != day.isoweekday():
        raise ValueError(_("{day}不是{weekday}，年份对吗？", day=_told(day), weekday=weekday[0]))
    return day


def _told(day: date) -> str:
    return _("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)
