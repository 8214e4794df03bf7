"""Reasons and ways in words: every kind has its sentence in both languages, and people of one kind share a clause."""

from __future__ import annotations

import re

import pytest

from service.language import speaking
from service.matching.advice import in_words, spoken_for
from service.matching.asks import Ask, AskKind
from service.matching.because import Because, Reason
from service.matching.ways import Way
from tests.service.matching.test_explain import KNOWN

CHINESE = re.compile("[\u4e00-\u9fff]")


def ask(kind: AskKind, person_id: int | None = 1, **given: object) -> Ask:
    details = (("kind", "doctor"), ("tags", "party"))
    return Ask(kind=kind, opening_id=50, person_id=person_id, details=details, **given)  # type: ignore[arg-type]


def test_people_of_one_kind_share_a_clause() -> None:
    hours = [ask(AskKind.MORE_HOURS, n, amount=90) for n in (1, 2)]
    way = Way(asks=(*hours, Ask(kind=AskKind.NEW_PERSON, opening_id=50), Ask(kind=AskKind.NEW_PERSON, opening_id=50)))

    assert in_words(KNOWN, way, opening_id=50) == "问王小满、李谷雨那一周能不能多来1小时30分钟；另找2个人"


def test_who_could_be_asked_instead_and_who_comes_besides_are_named() -> None:
    late = (ask(AskKind.ANOTHER_TIME, 1),)
    assert in_words(KNOWN, Way(asks=late, comes=((1, 50),), instead=(2, 3)), opening_id=50) == (
        "问王小满那个时间能不能改成能来，也可以问李谷雨、赵白露"
    )
    assert in_words(KNOWN, Way(asks=late, comes=((1, 50), (2, 50))), opening_id=50) == (
        "问王小满那个时间能不能改成能来，这样李谷雨也能来"
    )
    assert in_words(KNOWN, Way(asks=(), comes=((2, 50),)), opening_id=50) == "李谷雨可以直接排上，请再排一次"


def test_what_is_asked_for_another_role_names_it() -> None:
    assert in_words(KNOWN, Way(asks=(ask(AskKind.CONSENT),)), opening_id=51).endswith("（作业辅导）")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("kind", AskKind)
def test_every_kind_of_asking_has_its_words(kind: AskKind, language: str) -> None:
    person_id = None if kind in (AskKind.NEW_PERSON, AskKind.NEW_GUIDE, AskKind.LOWER_MINIMUM) else 9
    with speaking(language):
        said = in_words(KNOWN, Way(asks=(ask(kind, person_id),)), opening_id=50)
    assert not re.search(r"[{}]", said)
    assert bool(CHINESE.search(said)) == (language == "zh_CN")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("because", Because)
def test_every_reason_has_its_words(because: Because, language: str) -> None:
    with speaking(language):
        [said] = spoken_for(KNOWN, [Reason(because=because, person_id=9, kind="doctor")])
    assert not re.search(r"[{}]", said)
    assert bool(CHINESE.search(said)) == (language == "zh_CN")
