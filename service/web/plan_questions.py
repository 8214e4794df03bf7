"""Questions to a plan as its page answers them: what if she were placed, and how fair it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service import wording
from service.language import _
from service.matching.explain import Known, reasons
from service.matching.fairness import Fairness
from service.matching.problem import UNASKED, Wish
from service.matching.solution import LevelName, Unplaced
from service.matching.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Consequences:
    """Where she would be, who would lose or get a place, what it costs; or why it cannot be."""

    where: str
    why_not: tuple[str, ...]
    goes: tuple[str, ...]
    comes: tuple[str, ...]
    costs: tuple[str, ...]


def consequences(found: WhatIf, wish: Wish, *, known: Known) -> Consequences:
    """What comes of it, in words."""
    refused = Unplaced(person_id=wish.person_id, opening_id=wish.opening_id, blockers=found.blockers)
    return Consequences(
        where=known.opening(wish.opening_id),
        why_not=tuple(reasons(known, refused)),
        goes=_told(found.goes, known),
        comes=_told((one for one in found.comes if one != wish), known),
        costs=tuple(_costs(found.change)),
    )


def _told(wishes: Iterable[Wish], known: Known) -> tuple[str, ...]:
    return tuple(
        _("{name}（{what}）", name=known.name(one.person_id), what=known.opening(one.opening_id)) for one in wishes
    )


def _costs(change: Iterable[tuple[LevelName, int]]) -> Iterable[str]:
    """What changes at each aim, the stronger first."""
    for name, n in change:
        if name == LevelName.COVER and n:
            yield _("最少人数：少{n}分", n=-n) if n < 0 else _("最少人数：多{n}分", n=n)
        elif name == LevelName.WISHES and n:
            yield _("本人志愿：少{n}分", n=-n) if n < 0 else _("本人志愿：多{n}分", n=n)
        elif name == LevelName.BURDEN and n:
            yield _("轮流：更不均一些") if n > 0 else _("轮流：更均一些")
        elif name == LevelName.TRAVEL and n:
            yield _("离家：更远一些") if n > 0 else _("离家：更近一些")


def measures(fair: Fairness) -> list[tuple[str, str, str]]:
    """(what, how much, what it means) of each measure."""
    placed = sum(count for _rank, count in fair.ranks)
    first = sum(count for rank, count in fair.ranks if rank == 1)
    unasked = sum(count for rank, count in fair.ranks if rank == UNASKED)
    return [
        (_("均衡（Jain指数）"), f"{fair.jain:.2f}", _("1是人人一样，越小越不均。")),
        (
            _("最累的十分之一"),
            _("平均的{n}倍", n=f"{fair.worst_decile:.1f}"),
            _("这些人近12周和这次一共担的，是大家平均的几倍。"),
        ),
        (_("排上第1志愿"), _("{n}人次，共{of}人次", n=first, of=placed), _ranks(fair)),
        (_("没报名、轮到的"), _("{n}人次", n=unasked), _("队里轮值请的人。")),
        (_("报了名一班也没排上"), _("{n}人", n=fair.without_any), _("按现在的草案。")),
        (
            _("有理由不服的"),
            _("{n}人次", n=fair.envious),
            _("只因名额满没排上，而排上的人志愿更靠后，或者服务得更多。"),
        ),
    ]


def _ranks(fair: Fairness) -> str:
    return wording.listed(
        [_("第{rank}志愿{n}人次", rank=rank, n=count) for rank, count in fair.ranks if rank != UNASKED]
    )
