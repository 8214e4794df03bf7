"""When something is held, and which roles it has, in the words of one cell: read and written.

The words are those of `planned`, in any language we speak; some others that people type are understood too. What is
written reads back as the same: dates that have no words stand as their rule, roles that have none are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from marshmallow import ValidationError

from schemas.activities import RoleInput
from schemas.fields import Field, LocalDate
from schemas.fields.base import half_width
from schemas.publishing import LUNAR_DAYS, LUNAR_MONTHS, NTH, WEEKDAYS
from schemas.sheets import DatesInWords, RolesInWords
from service.activities.rules import RolePlan
from service.calendars.recurrence import RuleRefused, by_weekday, checked, lunar, monthly, weekly
from service.language import _, offered, speaking
from service.sheets.plans import days_of, days_text, roles_of, roles_text
from service.web import planned, words

#: Single dates that one cell may hold.
MOST_DAYS = 60
MOST_ROLES = 20
#: What else people write for the same.
ALSO_DATES = (
    (r"星期|礼拜", "周"),
    (r"周天", "周日"),
    (r"周末", "周六、周日"),
    (r"[至~-]|——?|–", "到"),
    (r"[,;和及]", "、"),
    (r"每个?周(?=[一二三四五六日])", "周"),
    (r"每个月", "每月"),
)
ORDINALS = dict(zip("1234", "一二三四", strict=True))
ALSO_ROLES = {"min_age": r"(\d+)岁以上", "max_age": r"(\d+)岁以下", "stand_bys": r"候备(\d+)人?"}
SEPARATORS = str.maketrans("：，；", ":,;")
HOW_MANY = re.compile(
    r"(\d+)\s*(?:人|个|名|位|people|person)?(?:\s*(?:到|至|[-~–—]+|to)\s*(\d+)\s*(?:人|个|名|位|people|person)?)?"
)
NAMED = re.compile(r"(.+?)\s*:\s*([^:]+)|(\D+?)\s*(\d.*)")


class NotUnderstood(Exception):
    """The cell says nothing we can follow; `why` tells what to write instead."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Spoken(NamedTuple):
    """How a cell is read (raises NotUnderstood) and written."""

    read: Callable[[str], str]
    write: Callable[[str], str]


def read_dates(cell: str) -> str:
    """`每周三、周六`, `每月最后一个周五`, `农历九月初九`, a rule, or single dates. Raises NotUnderstood."""
    text = half_width(cell)
    if re.match(r"\d{4}\D", text):
        return _read_days(text)
    if text.upper().startswith(("FREQ=", "RRULE:", "LUNAR:")):
        return _read_rule(text)
    said = _plain(text)
    for language in offered():
        if rule := _phrases(language).get(said):
            return rule
    raise NotUnderstood(
        _("看不懂“{text}”，比如写 每周三、周六，每月第一个周五，或者 2026-12-05、2026-12-12", text=cell[:40])
    )


def write_dates(text: str) -> str:
    """What `read_dates` reads as this."""
    if days := days_of(text):
        return "、".join(day.isoformat() for day in days)
    told = planned.rule(text)
    return told if _phrases_have(told, text) else text


def read_roles(cell: str) -> str:
    """`医生：1人，要有医师资格；引导员：2到4人`, each role with what it asks for. Raises NotUnderstood."""
    parts = [part.strip() for part in re.split(r"[;\n]+", cell.translate(SEPARATORS)) if part.strip()]
    roles = [_read_role(part) for part in parts]
    if len({role.name for role in roles}) < len(roles):
        raise NotUnderstood(_("岗位名称不能重复"))
    if not 0 < len(roles) <= MOST_ROLES:
        raise NotUnderstood(_("岗位要在1到{most}个之间", most=MOST_ROLES))
    return roles_text(roles)


def write_roles(text: str) -> str:
    """What `read_roles` reads as this; nothing where no words do."""
    told = _("；").join(planned.role(role) for role in roles_of(text))
    try:
        return told if read_roles(told) == text else ""
    except NotUnderstood:
        return ""


#: Cells that are understood, not only kept: by their kind of field.
SPOKEN: dict[type[Field], Spoken] = {
    DatesInWords: Spoken(read_dates, write_dates),
    RolesInWords: Spoken(read_roles, write_roles),
}


def _read_days(text: str) -> str:
    one = LocalDate(label=_("日期"))
    try:
        days = [one.deserialize(part) for part in re.split(r"[、,;\s]+", text) if part]
    except ValidationError as error:
        raise NotUnderstood(str(error.messages[0])) from error
    if len(days) > MOST_DAYS:
        raise NotUnderstood(_("一格最多{most}个日子", most=MOST_DAYS))
    return days_text(day for day in days if day)


def _read_rule(text: str) -> str:
    try:
        return checked(text)
    except RuleRefused:
        raise NotUnderstood(_("看不懂这条规则，比如 FREQ=MONTHLY;BYDAY=-1FR，或者 LUNAR:9-9")) from None


def _phrases_have(told: str, rule: str) -> bool:
    return any(_phrases(language).get(_plain(told)) == rule for language in offered())


@lru_cache
def _phrases(language: str) -> dict[str, str]:
    """Every rule that has words of its own in the language, by these words."""
    with speaking(language):
        return {_plain(planned.rule(rule)): rule for rule in _rules_with_words()}


def _rules_with_words() -> Iterator[str]:
    for n in range(1, 8):
        for chosen in combinations(range(1, 8), n):
            yield weekly(chosen, every=2)
            yield by_weekday(chosen)
    for nth in NTH:
        yield from (monthly(int(nth), int(weekday)) for weekday in WEEKDAYS)
    for month in LUNAR_MONTHS:
        yield from (lunar(int(month), int(day)) for day in LUNAR_DAYS)


def _plain(text: str) -> str:
    """The same for all that people write for the same."""
    said = half_width(text).casefold().replace(" ", "")
    for pattern, instead in ALSO_DATES:
        said = re.sub(pattern, instead, said)
    said = re.sub(r"第([1-4])个", lambda found: f"第{ORDINALS[found[1]]}个", said)
    return re.sub(r"周([一二三四五六日]{2,})", lambda found: "、".join(f"周{day}" for day in found[1]), said)


def _read_role(part: str) -> RolePlan:
    head, *asked = (one.strip() for one in part.split(","))
    found = NAMED.fullmatch(head)
    name, number = (found[1] or found[3], found[2] or found[4]) if found else ("", "")
    many = HOW_MANY.fullmatch(number.strip())
    if many is None:
        raise _unclear(head)
    given: dict[str, object] = {"name": name.strip(), "min_needed": int(many[1]), "max_needed": int(many[2] or many[1])}
    kinds: list[str] = []
    tags: list[str] = []
    for one in asked:
        if limit := _limit(one):
            given |= limit
        elif held := _kinds(one):
            kinds += held
        elif wanted := _tags(one):
            tags += wanted
        else:
            raise _unclear(one)
    try:
        role: RolePlan = RoleInput().load({**given, "requires": kinds, "tags": tags})
    except ValidationError as error:
        raise NotUnderstood(_("{name}：{needs}", name=name, needs=_first(error))) from error
    return role


def _limit(said: str) -> dict[str, int]:
    """An age or how many stand by, if that is what it says."""
    for field, pattern in _limits():
        if found := pattern.fullmatch(said):
            return {field: int(found[1])}
    return {}


@lru_cache
def _limits() -> tuple[tuple[str, re.Pattern[str]], ...]:
    told = {"min_age": "满{age}岁", "max_age": "不超过{age}岁", "stand_bys": "另有{n}人候备"}
    patterns = [(field, re.compile(pattern)) for field, pattern in ALSO_ROLES.items()]
    for language in offered():
        with speaking(language):
            for field, msgid in told.items():
                pattern = re.sub(r"\\\{\w+\\\}", lambda _found: r"(\d+)", re.escape(_(msgid)))
                patterns.append((field, re.compile(pattern)))
    return tuple(patterns)


def _kinds(said: str) -> list[str]:
    """The qualifications it names; none where it names anything else."""
    known, prefixes = _qualifications()
    for prefix in prefixes:
        said = said.removeprefix(prefix)
    held = [known.get(_plain(one)) for one in re.split("、", said)]
    return [kind for kind in held if kind] if all(held) else []


@lru_cache
def _qualifications() -> tuple[dict[str, str], tuple[str, ...]]:
    """Qualifications by their words in every language, and what stands before them."""
    known: dict[str, str] = {}
    prefixes = []
    for language in offered():
        with speaking(language):
            known |= {_plain(str(word)): kind.value for kind, word in words.QUALIFICATIONS.items()}
            prefixes.append(_("要有{kinds}").partition("{kinds}")[0])
    return known, tuple(prefixes)


def _tags(said: str) -> list[str]:
    """The tags of which it asks for one; none where it asks for anything else."""
    before, between = _tag_words()
    asked = next((said.removeprefix(prefix) for prefix in before if said.startswith(prefix)), "")
    return [tag.strip() for tag in re.split(between, asked) if tag.strip()]


@lru_cache
def _tag_words() -> tuple[tuple[str, ...], str]:
    """What stands before tags in each language, and between them."""
    before, between = [], ["、"]
    for language in offered():
        with speaking(language):
            before.append(_("要是{tags}").partition("{tags}")[0])
            between.append(_("或"))
    return tuple(before), "|".join(between)


def _unclear(said: str) -> NotUnderstood:
    return NotUnderstood(
        _("看不懂“{text}”，比如写 医生：1人，要有医师资格；引导员：2到4人，满18岁", text=said[:40].replace(":", "："))
    )


def _first(error: ValidationError) -> str:
    """The first thing that is wrong."""
    told = next(iter(error.messages_dict.values()))
    return str(told[0] if isinstance(told, list) else told)
