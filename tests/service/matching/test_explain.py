"""Reasons in words: every code has its sentence, and the sentences name the duty, the date, the people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from service.language import speaking
from service.matching.blockers import CODES, Blocker, Code, Hindrance
from service.matching.explain import LABELS, SENTENCES, Group, Known, reasons, shortage
from service.matching.solution import OpenRole, Unplaced
from service.terms import Refusal

KNOWN = Known(
    names={1: "王小满", 2: "李谷雨", 3: "赵白露"},
    titles={7: "社区义诊"},
    times={
        5: (datetime(2026, 11, 30, 8, 30, tzinfo=UTC), datetime(2026, 11, 30, 10, tzinfo=UTC)),
        7: (datetime(2026, 11, 28, 1, tzinfo=UTC), datetime(2026, 11, 28, 3, 30, tzinfo=UTC)),
    },
    roles={50: (5, "作业辅导")},
)
BUSY = Blocker(Refusal.OVERLAP, shift_id=7)
TIRED = Blocker(Refusal.WEEKLY_HOURS, details=(("held", 19), ("limit", 20)))
LAPSED = Blocker(
    Refusal.QUALIFICATION_EXPIRED, details=(("kind", "teacher"), ("on", "2026-11-30"), ("valid_until", "2026-11-29"))
)


def unplaced(person_id: int, *blockers: Blocker) -> Unplaced:
    return Unplaced(person_id=person_id, opening_id=50, blockers=blockers)


def test_all_reasons_are_said() -> None:
    assert reasons(KNOWN, unplaced(1, BUSY, TIRED, LAPSED)) == [
        "和“社区义诊”（11月28日（星期六）上午9:00—11:30）时间重叠",
        "那一周已经有19小时，加上这一班就超过本人说的每周20小时",
        "教师资格到2026年11月29日为止，2026年11月30日服务那天已经过期",
    ]


def test_who_has_the_place_is_named_where_she_is_known() -> None:
    for code, named, unnamed in (
        (Refusal.FULL, "排了李谷雨等人", "名额满了：意愿更靠前或近期服务更少的人先排"),
        (Hindrance.IN_NEED_ONLY, "其中李谷雨只在必要时来", "这一班刚够最少人数，其中有人只在必要时来"),
    ):
        assert named in reasons(KNOWN, unplaced(1, Blocker(code, person_id=2)))[0]
        assert reasons(KNOWN, unplaced(1, Blocker(code, person_id=99))) == [unnamed]
        assert reasons(KNOWN, unplaced(1, Blocker(code))) == [unnamed]


@pytest.mark.parametrize("code", CODES.values())
def test_every_code_has_its_words_in_english(code: Code) -> None:
    blocker = Blocker(code, shift_id=7, person_id=2, details=DETAILS.get(code, ()))
    with speaking("en"):
        [sentence] = reasons(KNOWN, unplaced(1, blocker))
        label = str(LABELS[code])
    for said in (sentence.replace("社区义诊", "").replace("李谷雨", "").replace("党员", ""), label):
        assert said
        assert not re.search(r"[一-鿿{}]", said), said


def test_a_duty_nobody_knows_is_still_said() -> None:
    assert reasons(KNOWN, unplaced(1, Blocker(Refusal.OVERLAP))) == ["和另一班时间重叠"]


def test_an_open_role_groups_its_people_by_reason() -> None:
    role = OpenRole(
        opening_id=50, missing=2, hindered=(unplaced(1, BUSY), unplaced(2, BUSY, TIRED), unplaced(3, TIRED, BUSY, BUSY))
    )
    told = shortage(KNOWN, role)

    assert (told.role, told.when) == ("作业辅导", "11月30日（星期一）下午16:30—晚上18:00")
    assert told.missing == "还差2人，另有3人想到了但排不上"
    assert told.groups == (
        Group(reason="那时另有安排", people=("王小满", "李谷雨", "赵白露"), only=("王小满",)),
        Group(reason="会超过本人每周时数", people=("李谷雨", "赵白露"), only=()),
    )


def test_an_open_role_nobody_was_thought_of_for() -> None:
    told = shortage(KNOWN, OpenRole(opening_id=50, missing=1, hindered=()))
    assert (told.missing, told.groups) == ("还差1人，没有别的人可以考虑", ())


#: What each code carries besides, as the rules make it.
DETAILS: dict[Code, tuple[tuple[str, str | int], ...]] = {
    Refusal.QUALIFICATION_MISSING: (("kind", "doctor"), ("on", "2026-11-30")),
    Refusal.QUALIFICATION_EXPIRED: LAPSED.details,
    Refusal.TAG_MISSING: (("tags", "党员"),),
    Refusal.TOO_MANY_TOGETHER: (("most", 4),),
    Refusal.TOO_YOUNG: (("min_age", 18),),
    Refusal.TOO_OLD: (("max_age", 70),),
    Refusal.WEEKLY_HOURS: TIRED.details,
    Hindrance.STRETCH: (("limit", 180),),
    Hindrance.WEEKLY_SHIFTS: (("limit", 2),),
    Hindrance.DAILY_SHIFTS: (("limit", 1),),
    Hindrance.CHILD_RATIO: (("held", 2), ("limit", 3)),
    Hindrance.FACES: (("limit", 4),),
}


@pytest.mark.parametrize("code", CODES.values())
def test_every_code_has_its_words(code: Code) -> None:
    [sentence] = reasons(KNOWN, unplaced(1, Blocker(code, shift_id=7, details=DETAILS.get(code, ()))))
    assert not re.search(r"[{}]", sentence)
    assert str(LABELS[code])


def test_no_words_without_a_code() -> None:
    assert set(SENTENCES) == set(LABELS) == {*Refusal, *Hindrance}
