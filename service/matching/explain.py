"""Why, in words: for each refusal all its reasons, for each open role who could fill it and what hinders them.

Reads only the values of a run and the names given with them, so it can be asked again at any time, in any language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from service import wording
from service.language import Lazy, _
from service.matching.blockers import Blocker, Code, Hindrance
from service.matching.solution import OpenRole, Unplaced
from service.terms import QualificationKind, Refusal

#: One reason as a sentence without its full stop. Neutral as to who reads: the volunteer or her coordinator.
SENTENCES: dict[Code, Lazy] = {
    Refusal.UNKNOWN_ROLE: Lazy("这一班没有这个岗位"),
    Refusal.NOT_PUBLISHED: Lazy("这个活动还没有发布"),
    Refusal.SHIFT_CANCELLED: Lazy("这一班已经取消"),
    Refusal.SHIFT_STARTED: Lazy("这一班已经开始"),
    Refusal.SIGN_UP_CLOSED: Lazy("报名已经截止"),
    Refusal.OVERLAP: Lazy("和{duty}时间重叠"),
    Refusal.REST: Lazy("和{duty}挨得太近，中间休息不够"),
    Refusal.QUALIFICATION_MISSING: Lazy("这个岗位要有{kind}，还没有核验过的证件"),
    Refusal.QUALIFICATION_EXPIRED: Lazy("{kind}到{valid_until}为止，{on}服务那天已经过期"),
    Refusal.TAG_MISSING: Lazy("这个岗位请的是{tags}，登记里没有写是"),
    Refusal.TOO_YOUNG: Lazy("这个岗位要满{min_age}岁"),
    Refusal.TOO_OLD: Lazy("这个岗位不超过{max_age}岁"),
    Refusal.AGE_UNKNOWN: Lazy("这个岗位有年龄要求，还没有登记出生年份"),
    Refusal.NIGHT: Lazy("满70岁的不排夜班（晚上10点到早上5点）"),
    Refusal.HEAT: Lazy("有高温预警，热的时候满70岁和不满18岁的不排户外"),
    Refusal.TOO_HOT: Lazy("有高温预警，最热的时候谁也不排户外"),
    Refusal.WEEKLY_HOURS: Lazy("那一周已经有{held}小时，加上这一班就超过本人说的每周{limit}小时"),
    Refusal.CONSENT_MISSING: Lazy("还没有同意社区为安排服务使用姓名和电话"),
    Refusal.FULL: Lazy("名额满了：意愿更靠前或近期服务更少的人先排"),
    Refusal.TOO_MANY_TOGETHER: Lazy("这里一次最多报{most}个人"),
    Refusal.GUARDIAN_MISSING: Lazy("带孩子来，要家长同意并且全程陪着"),
    Hindrance.SAME_SHIFT: Lazy("在这一班已有岗位"),
    Hindrance.SAID_NO: Lazy("已经说过这一班来不了，或没有按时回复"),
    Hindrance.WITHDRAWN: Lazy("报名已经退出"),
    Hindrance.UNAVAILABLE: Lazy("本人说这个时间不能来"),
    Hindrance.STRETCH: Lazy("会连续服务超过{limit}分钟，中间没有休息"),
    Hindrance.WEEKLY_SHIFTS: Lazy("那一周已经有{limit}班，本人说不再多"),
    Hindrance.DAILY_SHIFTS: Lazy("那一天已经有{limit}班，本人说不再多"),
    Hindrance.RELIEF: Lazy("家里要有一人照看孩子，{person}那时在服务"),
    Hindrance.APART: Lazy("不和这一班的{person}排在一起"),
    Hindrance.TOGETHER: Lazy("只和搭档{person}一起来，搭档不在这一班"),
    Hindrance.NEWCOMER: Lazy("第一次来，这一班还没有熟手带"),
    Hindrance.TWO_ADULTS: Lazy("有孩子的班要有两位成年人在场，还不够"),
    Hindrance.CHILD_RATIO: Lazy("照看这么多孩子要有{limit}位成年人，只有{held}位"),
    Hindrance.CREW: Lazy("同组的{duty}没有凑够最少人数，整组都不排"),
    Hindrance.FACES: Lazy("被探访的人最多见{limit}位志愿者，已经够了"),
    Hindrance.NOT_NEEDED: Lazy("只在必要时来，这一班人已经够了"),
    Hindrance.IN_NEED_ONLY: Lazy("这一班刚够最少人数，其中有人只在必要时来"),
}
#: The same where the person is known who has the place, for who coordinates.
NAMED: dict[Code, Lazy] = {
    Refusal.FULL: Lazy("名额满了，排了{person}等人：意愿更靠前或近期服务更少的人先排"),
    Hindrance.IN_NEED_ONLY: Lazy("这一班刚够最少人数，其中{person}只在必要时来"),
}
#: The same reasons short, to group people by.
LABELS: dict[Code, Lazy] = {
    Refusal.UNKNOWN_ROLE: Lazy("岗位已不在"),
    Refusal.NOT_PUBLISHED: Lazy("活动还没有发布"),
    Refusal.SHIFT_CANCELLED: Lazy("班次已取消"),
    Refusal.SHIFT_STARTED: Lazy("班次已开始"),
    Refusal.SIGN_UP_CLOSED: Lazy("报名已截止"),
    Refusal.OVERLAP: Lazy("那时另有安排"),
    Refusal.REST: Lazy("两班之间休息不够"),
    Refusal.QUALIFICATION_MISSING: Lazy("没有核验过的资质"),
    Refusal.QUALIFICATION_EXPIRED: Lazy("资质那天已过期"),
    Refusal.TAG_MISSING: Lazy("没有岗位要的标签"),
    Refusal.TOO_YOUNG: Lazy("年龄不到"),
    Refusal.TOO_OLD: Lazy("年龄超过"),
    Refusal.AGE_UNKNOWN: Lazy("没有登记出生年份"),
    Refusal.NIGHT: Lazy("满70岁不排夜班"),
    Refusal.HEAT: Lazy("高温，老人孩子不排户外"),
    Refusal.TOO_HOT: Lazy("高温，谁也不排户外"),
    Refusal.WEEKLY_HOURS: Lazy("会超过本人每周时数"),
    Refusal.CONSENT_MISSING: Lazy("还没有同意使用姓名和电话"),
    Refusal.FULL: Lazy("名额满了"),
    Refusal.TOO_MANY_TOGETHER: Lazy("一次报的人太多"),
    Refusal.GUARDIAN_MISSING: Lazy("家长没有同意"),
    Hindrance.SAME_SHIFT: Lazy("在这一班做别的岗位"),
    Hindrance.SAID_NO: Lazy("说过这一班来不了"),
    Hindrance.WITHDRAWN: Lazy("报名已退出"),
    Hindrance.UNAVAILABLE: Lazy("那时不能来"),
    Hindrance.STRETCH: Lazy("会连续服务太久"),
    Hindrance.WEEKLY_SHIFTS: Lazy("那一周班数已满"),
    Hindrance.DAILY_SHIFTS: Lazy("那一天班数已满"),
    Hindrance.RELIEF: Lazy("家里要留一人"),
    Hindrance.APART: Lazy("不和某人排在一起"),
    Hindrance.TOGETHER: Lazy("搭档不在"),
    Hindrance.NEWCOMER: Lazy("没有熟手带"),
    Hindrance.TWO_ADULTS: Lazy("成年人不到两位"),
    Hindrance.CHILD_RATIO: Lazy("成年人对孩子太少"),
    Hindrance.CREW: Lazy("同组没有配齐"),
    Hindrance.FACES: Lazy("探访的人已经够了"),
    Hindrance.NOT_NEEDED: Lazy("只在必要时来"),
    Hindrance.IN_NEED_ONLY: Lazy("有人只在必要时来"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is behind the ids of a run: people, activities and times by shift, roles by opening.

    `lacking`, by a shift of a crew: the shifts that keep the crew from being held.
    """

    names: Mapping[int, str]
    titles: Mapping[int, str]
    times: Mapping[int, tuple[datetime, datetime]]
    roles: Mapping[int, tuple[int, str]]
    is_of_several: bool = False
    lacking: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def name(self, person_id: int) -> str:
        return self.names.get(person_id) or _("志愿者{id}", id=person_id)

    def duty(self, shift_id: int | None) -> str:
        """Another duty of hers: the activity and when."""
        if shift_id is None or shift_id not in self.times:
            return _("另一班")
        return _("“{title}”（{span}）", title=self.titles.get(shift_id, ""), span=wording.span(*self.times[shift_id]))

    def when(self, shift_id: int) -> str:
        """When a shift of the run is; and of which activity, where the run plans several."""
        return self.duty(shift_id) if self.is_of_several else wording.span(*self.times[shift_id])

    def opening(self, opening_id: int) -> str:
        """A role of a shift of the run."""
        shift_id, role = self.roles[opening_id]
        return _("{span}，{role}", span=self.when(shift_id), role=role)


@dataclass(frozen=True, slots=True)
class Group:
    """People hindered by the same reason. `only` are those for whom it is the one thing in the way."""

    reason: str
    people: tuple[str, ...]
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """An open role in words: what is missing, who is hindered by what, the most frequent reason first, and what would
    fill it, the cheapest way first."""

    role: str
    when: str
    missing: str
    groups: tuple[Group, ...]
    ways: tuple[str, ...] = ()


def reasons(known: Known, unplaced: Unplaced) -> list[str]:
    """Why somebody has not got a place, all reasons, each a sentence without its full stop."""
    return [_sentence(known, blocker) for blocker in unplaced.blockers]


def shortage(known: Known, role: OpenRole) -> Shortage:
    """What is missing in an open role, and what stands in the way of everybody thought of."""
    hindered: dict[Code, list[Unplaced]] = defaultdict(list)
    for unplaced in role.hindered:
        for code in dict.fromkeys(blocker.code for blocker in unplaced.blockers):
            hindered[code].append(unplaced)
    groups = [_group(known, code, people) for code, people in hindered.items()]
    shift_id, role_name = known.roles[role.opening_id]
    return Shortage(
        role=role_name,
        when=known.when(shift_id),
        missing=_missing(role),
        groups=tuple(sorted(groups, key=lambda group: -len(group.people))),
    )


def _missing(role: OpenRole) -> str:
    if not role.hindered:
        return _("还差{n}人，没有别的人可以考虑", n=role.missing)
    return _("还差{n}人，另有{others}人想到了但排不上", n=role.missing, others=len(role.hindered))


def _group(known: Known, code: Code, people: list[Unplaced]) -> Group:
    only = [unplaced for unplaced in people if all(blocker.code == code for blocker in unplaced.blockers)]
    return Group(
        reason=str(LABELS[code]),
        people=tuple(known.name(unplaced.person_id) for unplaced in people),
        only=tuple(known.name(unplaced.person_id) for unplaced in only),
    )


def _sentence(known: Known, blocker: Blocker) -> str:
    said = {name: _said(name, value) for name, value in blocker.details}
    person = known.name(blocker.person_id) if blocker.person_id is not None else ""
    sentence = SENTENCES[blocker.code]
    if blocker.person_id in known.names:
        sentence = NAMED.get(blocker.code, sentence)
    return _(sentence, duty=_duties(known, blocker), person=person, **said)


def _duties(known: Known, blocker: Blocker) -> str:
    """The duty in the way; of a crew those that keep it from being held, as far as that is known."""
    lacking = known.lacking.get(blocker.shift_id or 0, ()) if blocker.code == Hindrance.CREW else ()
    return wording.listed([known.duty(shift_id) for shift_id in lacking or (blocker.shift_id,)])


def _said(name: str, value: str | int) -> str:
    if name in ("valid_until", "on"):
        return wording.full_day(date.fromisoformat(str(value)))
    return str(wording.QUALIFICATIONS[QualificationKind(str(value))]) if name == "kind" else str(value)
