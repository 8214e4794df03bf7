"""Dates, times, telephone numbers and names in words people read. Pure; the language is the current one.

A date is said whole each time, never only "tomorrow". Times are those of Asia/Shanghai: an aware instant is
brought there first. Clock times are 24-hour with the part of the day before them, which nobody misreads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import phonenumbers
from babel.dates import format_date

from service.language import Lazy, _, code
from service.settings import LOCAL_ZONE
from service.terms import QualificationKind

__all__ = [
    "QUALIFICATIONS",
    "clock",
    "day",
    "duration",
    "full_day",
    "hours",
    "leaf",
    "listed",
    "masked_name",
    "masked_phone",
    "minutes",
    "moment",
    "phone",
    "span",
]

#: Hour at which each part of the day begins.
PARTS_OF_DAY = (
    (18, Lazy("晚上")),
    (13, Lazy("下午")),
    (12, Lazy("中午")),
    (6, Lazy("上午")),
    (0, Lazy("凌晨")),
)
DAY_PATTERNS = {"zh_CN": "M月d日（EEEE）", "en": "EEEE d MMMM"}
FULL_DAY_PATTERNS = {"zh_CN": "y年M月d日", "en": "d MMMM y"}
QUALIFICATIONS = {
    QualificationKind.DOCTOR: Lazy("医师资格"),
    QualificationKind.NURSE: Lazy("护士资格"),
    QualificationKind.COUNSELLOR: Lazy("心理咨询资格"),
    QualificationKind.TCM: Lazy("中医资格"),
    QualificationKind.TEACHER: Lazy("教师资格"),
    QualificationKind.FIRST_AID: Lazy("急救证"),
    QualificationKind.WELDER: Lazy("焊工证"),
    QualificationKind.FOOD_HANDLER: Lazy("健康证"),
    QualificationKind.BACKGROUND_CHECK: Lazy("无犯罪记录证明"),
    QualificationKind.INSURANCE: Lazy("志愿者保险"),
    QualificationKind.COOK: Lazy("中式烹饪培训"),
    QualificationKind.BROADCASTER: Lazy("播音培训"),
    QualificationKind.FIRE_GUIDE: Lazy("社区消防安全宣传员"),
}
COMPOUND_SURNAME = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|端木|南宫|百里|申屠|轩辕|独孤|西门"
)


def day(when: date | datetime) -> str:
    """`11月28日（星期六）`."""
    return _dated(_local_date(when), DAY_PATTERNS[code()], code())


def full_day(when: date | datetime) -> str:
    """`2026年11月28日`, for papers that are kept."""
    return _dated(_local_date(when), FULL_DAY_PATTERNS[code()], code())


def leaf(when: date | datetime) -> tuple[str, str, str]:
    """Month, day and weekday as on a leaf of the wall calendar: `("11月", "28", "周六")`."""
    on, language = _local_date(when), code()
    return (
        _dated(on, "MMM", language),
        str(on.day),
        _dated(on, "EEE", language),
    )


def clock(when: time | datetime) -> str:
    """`上午9:00`, `下午14:30`."""
    at = _local_time(when)
    return _("{part}{clock}", part=_part_of_day(at), clock=_digits(at))


def moment(when: datetime) -> str:
    """`11月28日（星期六）上午9:00`."""
    return _("{day}{clock}", day=day(when), clock=clock(when))


def span(starts_at: datetime, ends_at: datetime) -> str:
    """`11月28日（星期六）上午9:00—11:30`; both dates when it ends on another day than it starts."""
    if _local_date(starts_at) != _local_date(ends_at):
        return f"{moment(starts_at)}—{moment(ends_at)}"
    start, end = _local_time(starts_at), _local_time(ends_at)
    same_part = _part_of_day(start) == _part_of_day(end)
    return f"{moment(starts_at)}—{_digits(end) if same_part else clock(end)}"


def hours(starts: time, ends: time) -> str:
    """`上午9:00—11:30`; `晚上22:00—次日上午6:00` when it ends on the next day."""
    if ends <= starts:
        return _("{starts}—次日{ends}", starts=clock(starts), ends=clock(ends))
    same_part = _part_of_day(starts) == _part_of_day(ends)
    return f"{clock(starts)}—{_digits(ends) if same_part else clock(ends)}"


def duration(how_long: timedelta) -> str:
    """`2小时30分钟`, `45分钟`, `2小时`."""
    hours, minutes = divmod(round(how_long.total_seconds() / 60), 60)
    if not hours:
        return _("{minutes}分钟", minutes=minutes)
    if not minutes:
        return _("{hours}小时", hours=hours)
    return _("{hours}小时{minutes}分钟", hours=hours, minutes=minutes)


def minutes(count: int) -> str:
    """So many minutes, as `duration` says them."""
    return duration(timedelta(minutes=count))


def listed(words: Iterable[str]) -> str:
    """`甲、乙、丙`."""
    return _("、").join(str(word) for word in words)


def either(words: Iterable[str]) -> str:
    """`甲或乙`."""
    return _("或").join(str(word) for word in words)


@lru_cache(maxsize=4096)
def phone(number: str) -> str:
    """An E.164 number as people here write it: `138 0013 8000`, `0371 6435 1234`."""
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return number
    at_home = phonenumbers.PhoneNumberFormat.NATIONAL
    abroad = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, at_home if parsed.country_code == 86 else abroad)


def masked_phone(number: str) -> str:
    """`138****8000`: enough to know one's own number again."""
    digits = phone(number).replace(" ", "")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****"


def masked_name(name: str) -> str:
    """`王**`, `欧阳*`: the surname and the number of characters that follow."""
    known = 2 if len(name) > 2 and COMPOUND_SURNAME.match(name) else 1
    return name[:known] + "*" * (len(name) - known)


@lru_cache(maxsize=4096)
def _dated(on: date, pattern: str, language: str) -> str:
    """Kept, because Babel takes a fifth of a millisecond for each and a page or a batch names the same days often."""
    return str(format_date(on, pattern, locale=language))


def _part_of_day(at: time) -> str:
    return next(str(word) for hour, word in PARTS_OF_DAY if at.hour >= hour)


def _digits(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _local_date(when: date | datetime) -> date:
    return when.astimezone(LOCAL_ZONE).date() if isinstance(when, datetime) else when


def _local_time(when: time | datetime) -> time:
    return when.astimezone(LOCAL_ZONE).time() if isinstance(when, datetime) else when
