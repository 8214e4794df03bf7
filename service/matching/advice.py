"""Why her, and what would fill a role that stays open: in words, for who coordinates. Reads only values and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from service import wording
from service.language import Lazy, _
from service.matching.asks import Ask, AskKind
from service.matching.because import Because, Reason
from service.matching.explain import Known
from service.matching.ways import Way
from service.terms import QualificationKind

#: What is asked of people who have a name.
ASKS: dict[AskKind, Lazy] = {
    AskKind.PAPER_SEEN: Lazy("核验{names}交来的{kind}"),
    AskKind.CONSENT: Lazy("请{names}同意社区为安排服务使用姓名和电话"),
    AskKind.BIRTH_YEAR: Lazy("补上{names}的出生年份，年龄合适就能来"),
    AskKind.PARTNER: Lazy("请搭档{names}也来这一班"),
    AskKind.MORE_HOURS: Lazy("问{names}那一周能不能多来{time}"),
    AskKind.MORE_SHIFTS_A_WEEK: Lazy("问{names}那一周能不能多来{n}班"),
    AskKind.MORE_SHIFTS_A_DAY: Lazy("问{names}那一天能不能多来{n}班"),
    AskKind.LONGER_STRETCH: Lazy("问{names}能不能连着多服务一会儿"),
    AskKind.TAG: Lazy("看看{names}是不是{tags}，是就登记上"),
    AskKind.PAPER_RENEWED: Lazy("请{names}在那天以前换好{kind}"),
    AskKind.ANOTHER_TIME: Lazy("问{names}那个时间能不能改成能来"),
    AskKind.ASK_AGAIN: Lazy("再问一次{names}，说过这一班来不了"),
    AskKind.NEW_PERSON: Lazy("另找{n}个人"),
    AskKind.NEW_GUIDE: Lazy("另找{n}个做过的人，带第一次来的"),
    AskKind.LOWER_MINIMUM: Lazy("少{n}个人也开这一班"),
}
#: Where the role requires a paper.
NEW_WITH_PAPER = Lazy("另找{n}个有{kind}的人")
#: Why her.
REASONS: dict[Because, Lazy] = {
    Because.ONLY_QUALIFIED: Lazy("想到的人里只有本人有{kind}"),
    Because.ONLY_ABLE: Lazy("想到的人里只有本人能来"),
    Because.NEEDED: Lazy("少了就不够最少人数"),
    Because.ADULT: Lazy("有孩子，少了大人就不够"),
    Because.GUIDE: Lazy("带第一次来的人"),
    Because.PARTNER: Lazy("和搭档{person}一起"),
    Because.DEARER: Lazy("比没排上的人志愿靠前"),
    Because.LEAST_LOAD: Lazy("和没排上的人志愿一样靠前，近期服务不比谁多"),
    Because.NOBODY_ELSE: Lazy("没有想到别的人"),
}


def spoken_for(known: Known, told: Iterable[Reason]) -> list[str]:
    """What speaks for a placement, each a sentence without its full stop."""
    return [
        _(
            REASONS[reason.because],
            person=known.name(reason.person_id) if reason.person_id is not None else "",
            kind=wording.QUALIFICATIONS[QualificationKind(reason.kind)] if reason.kind else "",
        )
        for reason in told
    ]


def in_words(known: Known, way: Way, *, opening_id: int) -> str:
    """What to ask so that the role is filled, as one sentence without its full stop."""
    said = [_clause(known, list(asks), opening_id) for _kind, asks in groupby(way.asks, key=_alike)]
    asked = {ask.person_id for ask in way.asks}
    comes = [known.name(person_id) for person_id, _opening_id in way.comes if person_id not in asked]
    if not said:
        return _("{names}可以直接排上，请再排一次", names=wording.listed(comes))
    told = _("；").join(said)
    if way.instead:
        told = _("{way}，也可以问{names}", way=told, names=wording.listed(map(known.name, way.instead)))
    return _("{way}，这样{names}也能来", way=told, names=wording.listed(comes)) if comes else told


def _alike(ask: Ask) -> tuple[object, ...]:
    """What is said in one clause, of one person or several."""
    return ask.kind, ask.opening_id, ask.amount, ask.details if ask.kind not in OF_HERS else ()


#: Kinds whose details are not said.
OF_HERS = frozenset({AskKind.MORE_HOURS, AskKind.MORE_SHIFTS_A_WEEK, AskKind.MORE_SHIFTS_A_DAY, AskKind.LONGER_STRETCH})


def _clause(known: Known, asks: Sequence[Ask], opening_id: int) -> str:
    first, details = asks[0], dict(asks[0].details)
    is_new = first.person_id is None
    kind = details.get("kind")
    sentence = NEW_WITH_PAPER if kind and first.kind == AskKind.NEW_PERSON else ASKS[first.kind]
    said = _(
        sentence,
        names=wording.listed(known.name(ask.person_id) for ask in asks if ask.person_id is not None),
        n=sum(ask.amount for ask in asks) if is_new else first.amount,
        time=wording.minutes(first.amount),
        kind=wording.QUALIFICATIONS[QualificationKind(str(kind))] if kind else "",
        tags=details.get("tags", ""),
    )
    if first.opening_id == opening_id:
        return said
    return _("{way}（{role}）", way=said, role=known.roles[first.opening_id][1])
