"""Pure rules about people."""

from __future__ import annotations

from datetime import date


def age_on(birth_on: date, day: date) -> int:
    """Full years of age on `day`; somebody born on 29 February ages on 1 March in common years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def spelled(name: str) -> tuple[str, str]:
    """(full pinyin, initials) of a name, for search: 王秀英 is found by "wangxiuying" and by "wxy"."""
    from pypinyin import Style, lazy_pinyin  # here, since its dictionary takes a sixth of a process's start

    return "".join(lazy_pinyin(name)).lower(), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
