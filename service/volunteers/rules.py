"""Pure rules about people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from service.calendars.heat import Heat
from service.terms import QualificationKind

#: From this age on a person agrees for herself to what is kept of her; below it a parent does (PIPL art. 31).
AGREES_ALONE_FROM = 14
#: Years from which one is of age (《民法典》 art. 17).
OF_AGE = 18
#: From this age on nobody is on duty at night, in great heat outdoors, or for long without a pause.
ELDER = 70


def age_on(birth_on: date, day: date) -> int:
    """Full years of age on `day`; somebody born on 29 February ages on 1 March in common years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def is_elder(birth_on: date | None, day: date) -> bool:
    """Whether the rules for elders hold for her on `day`; not for whoever has no registered date of birth."""
    return birth_on is not None and age_on(birth_on, day) >= ELDER


def is_too_hot_for(birth_on: date | None, heat: Heat | None, *, on: date) -> bool:
    """Whether she is not to be outdoors in this heat: nobody in the worst of it, in any nobody old or under age."""
    if heat is None or heat.is_for_all or birth_on is None:
        return heat is not None and heat.is_for_all
    return is_elder(birth_on, on) or age_on(birth_on, on) < OF_AGE


#: Characters that are read otherwise as a surname, and how (现代汉语词典).
SURNAMES = {
    "曾": "zeng",
    "翟": "zhai",
    "解": "xie",
    "单": "shan",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "员": "yun",
    "种": "chong",
    "缪": "miao",
}


def spelled(name: str) -> tuple[str, str]:
    """(full pinyin, initials) of a name, for search: 王秀英 is found by "wangxiuying" and by "wxy".

    Dots and spaces in a name are left out (`letters`).
    """
    from pypinyin import Style, lazy_pinyin  # here, since its dictionary takes a sixth of a process's start

    syllables, firsts = lazy_pinyin(name), lazy_pinyin(name, style=Style.FIRST_LETTER)
    if name[:1] in SURNAMES:
        syllables[0] = SURNAMES[name[0]]
        firsts[0] = syllables[0][0]
    return letters("".join(syllables)), letters("".join(firsts))


def letters(text: str) -> str:
    """Only the letters and digits of a text, in lower case: how spellings are kept and searched."""
    return "".join(filter(str.isalnum, text.lower()))


#: What else somebody may do who holds a paper: whoever is trained in more needs no second paper for less. A doctor of
#: Chinese medicine is not among them: her licence has its own scope (医师法 art. 14).
INCLUDES: Mapping[QualificationKind, frozenset[QualificationKind]] = {
    QualificationKind.DOCTOR: frozenset({QualificationKind.FIRST_AID}),
    QualificationKind.NURSE: frozenset({QualificationKind.FIRST_AID}),
}


@cache
def counts_as(kind: QualificationKind) -> frozenset[QualificationKind]:
    """All that a paper of this kind is good for: itself, what it includes, and what that includes."""
    found, ahead = {kind}, [kind]
    while ahead:
        new = INCLUDES.get(ahead.pop(), frozenset()) - found
        found |= new
        ahead += new
    return frozenset(found)
