"""A match run as its page shows it: each role before and after, and who got nothing, with reasons in words. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service import wording
from service.language import _
from service.matching import advice
from service.matching.because import because
from service.matching.difference import difference
from service.matching.explain import Known, Shortage, reasons, shortage
from service.matching.models import MatchRun
from service.matching.plan import Plan
from service.matching.problem import LOAD_WEEKS, UNASKED, Opening, Problem
from service.matching.solution import Level, LevelName, OpenRole, Placement, Solution, Unplaced
from service.matching.ways import ways
from service.roster.models import Assignment
from service.terms import AssignmentState, MatchRunState, MatchStage

#: What would fill it is said of so many open roles: it takes some hundredths of a second each.
MOST_ADVISED = 40
#: So many roles stand on one page, with all who asked for them.
ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Proposed:
    """One placement: who, why, and its row as it is now (gone only if the plan was never written down)."""

    name: str
    why: str
    assignment: Assignment | None

    @property
    def is_draft(self) -> bool:
        return self.assignment is not None and self.assignment.state == AssignmentState.DRAFTED


@dataclass(frozen=True, slots=True)
class ProposedRole:
    """One role of one shift of an activity: who had a place before, who would get one, who would stand by, how many
    would still be missing."""

    opening_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    name: str
    before: tuple[str, ...]
    proposed: tuple[Proposed, ...]
    stand_bys: tuple[Proposed, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Without:
    """Somebody who asked and got nothing, and all that stood in the way."""

    person_id: int
    opening_id: int
    name: str
    what: str
    why: tuple[str, ...]
    stands_by: bool


def part_of(problem: Problem, turned: int) -> tuple[Sequence[Opening], int, int]:
    """The roles on one page of a plan, by start; which page it is, at most the last, and which is the last, from 0."""
    ordered = sorted(problem.openings, key=lambda opening: (opening.starts, opening.id))
    last = max(0, len(ordered) - 1) // ON_A_PAGE
    turned = min(turned, last)
    return ordered[turned * ON_A_PAGE : (turned + 1) * ON_A_PAGE], turned, last


def proposed_roles(
    plan: Plan,
    solution: Solution,
    openings: Sequence[Opening],
    *,
    known: Known,
    rows: Mapping[tuple[int, int], Assignment],
) -> list[ProposedRole]:
    """These roles, by start."""
    problem, those = plan.problem, {opening.id for opening in openings}
    before: dict[int, list[str]] = defaultdict(list)
    for pin in problem.pins:
        before[pin.opening_id].append(known.name(pin.person_id))
    placed: dict[int, list[Proposed]] = defaultdict(list)
    standing_by: dict[int, list[Proposed]] = defaultdict(list)
    for proposed, placements in ((placed, solution.placements), (standing_by, solution.stand_bys)):
        for one in placements:
            if one.opening_id not in those:
                continue
            row = rows.get((one.person_id, one.opening_id))
            why = _why(plan, one, known=known)
            proposed[one.opening_id].append(Proposed(known.name(one.person_id), why, row))
    missing = {role.opening_id: role.missing for role in solution.open_roles}
    roles = []
    for opening in openings:
        shift_id, name = known.roles[opening.id]
        starts_at, ends_at = known.times[shift_id]
        roles.append(
            ProposedRole(
                opening_id=opening.id,
                title=known.titles.get(shift_id, ""),
                starts_at=starts_at,
                ends_at=ends_at,
                name=name,
                before=tuple(before[opening.id]),
                proposed=tuple(placed[opening.id]),
                stand_bys=tuple(standing_by[opening.id]),
                missing=missing.get(opening.id, 0),
            )
        )
    return sorted(roles, key=lambda role: (role.starts_at, role.name))


def shortages(plan: Plan, open_roles: Iterable[OpenRole], *, known: Known) -> list[Shortage]:
    """Each of these open roles: who is hindered by what, and for the first of them what would fill it."""
    return [
        replace(
            shortage(known, role),
            ways=tuple(
                advice.in_words(known, way, opening_id=role.opening_id)
                for way in (ways(plan, plan.openings[role.opening_id]) if n < MOST_ADVISED else ())
            ),
        )
        for n, role in enumerate(open_roles)
    ]


def by_activity(roles: Iterable[ProposedRole]) -> dict[str, list[ProposedRole]]:
    """The roles of each activity, by its title; the activity with the first of them first."""
    grouped: dict[str, list[ProposedRole]] = defaultdict(list)
    for role in roles:
        grouped[role.title].append(role)
    return grouped


def covered(titles: Sequence[str]) -> str:
    """What a run plans, short: its activity, or the first of them and how many they are."""
    return titles[0] if len(titles) == 1 else _("{title}等{n}个活动", title=titles[0], n=len(titles))


def how_far(run: MatchRun) -> str:
    """How far a run is that has no plan yet."""
    if run.state == MatchRunState.REQUESTED or run.stage is None:
        return _("排在后面，马上开始。")
    said = {
        MatchStage.GATHERING: _("正在排：在看谁报了名、谁能来。"),
        MatchStage.OUTLINE: _("正在排：先通盘看一遍。"),
        MatchStage.CHECKING: _("正在排：排好了，在从头核对一遍。"),
    }
    if run.stage in said:
        return said[run.stage]
    return _("正在排：一块一块地排，排好了{percent}%。", percent=100 * (run.parts_done or 0) // max(1, run.parts or 1))


@dataclass(frozen=True, slots=True)
class Change:
    """What is other than in the draft that this plan replaced: how many stay, who comes and who goes, and why."""

    stay: int
    come: tuple[str, ...]
    go: tuple[str, ...]


def change(plan: Plan, *, known: Known) -> Change | None:
    """The difference from the draft before; None where there was none."""
    found = difference(plan)
    if found is None:
        return None

    def told(person_id: int, opening_id: int, why: Iterable[str]) -> str:
        who = _("{name}（{what}）", name=known.name(person_id), what=known.opening(opening_id))
        return _("{who}：{why}", who=who, why=said) if (said := _("；").join(why)) else who

    return Change(
        stay=found.stay,
        come=tuple(
            told(one.person_id, one.opening_id, advice.spoken_for(known, because(plan, one))) for one in found.comes
        ),
        go=tuple(told(one.person_id, one.opening_id, reasons(known, one)) for one in found.goes),
    )


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim of the plan: what was reached, and what is proven of it."""

    name: str
    reached: str
    proof: str
    is_proven: bool


def aims(problem: Problem, solution: Solution) -> list[Aim]:
    """How good the plan is, the stronger aim first. What people held before is no aim of this plan, nor are wishes
    where nobody had any."""
    shown = {
        LevelName.COVER: _("最少人数"),
        LevelName.WISHES: _("本人志愿"),
        LevelName.BURDEN: _("轮流公平"),
        LevelName.TRAVEL: _("离家近"),
    }
    return [
        Aim(
            shown[level.name],
            _near(problem, solution) if level.name == LevelName.TRAVEL else _reached(level),
            _proof(level),
            level.bound == level.value,
        )
        for level in solution.levels
        if level.name in shown and level.of != 0
    ]


def _reached(level: Level) -> str:
    if level.of is None:
        return ""
    return _("{value}分，满分{of}分", value=level.value, of=level.of)


def _near(problem: Problem, solution: Solution) -> str:
    """How many are placed how near to their homes (places/rules.py)."""
    placed = {(one.person_id, one.opening_id) for one in solution.placements}
    counted = Counter(wish.travel for wish in problem.wishes if (wish.person_id, wish.opening_id) in placed)
    where = [_("本楼"), _("本院"), _("本社区"), _("本街道"), _("本市"), _("更远")]
    return wording.listed([_("{where}{n}人次", where=where[far], n=counted[far]) for far in sorted(counted)])


def _proof(level: Level) -> str:
    """What no plan can beat, as a sentence."""
    if level.gap is None:
        return _("人太多，没有证明是不是最好")
    if level.bound == level.value:
        return _("已证明没有更好的排法")
    return _("离最好的排法最多差{percent}%", percent=f"{100 * level.gap:.1f}")


def without(refused: Iterable[Unplaced], solution: Solution, *, known: Known) -> list[Without]:
    """Who asked and got no place, one line for each wish of those refused."""
    standing_by = {(one.person_id, one.opening_id) for one in solution.stand_bys}
    return [
        Without(
            person_id=one.person_id,
            opening_id=one.opening_id,
            name=known.name(one.person_id),
            what=known.opening(one.opening_id),
            why=tuple(reasons(known, one)),
            stands_by=(one.person_id, one.opening_id) in standing_by,
        )
        for one in refused
    ]


def _why(plan: Plan, placement: Placement, *, known: Known) -> str:
    """Her wish, how much she served lately, and what else speaks for her; of who stands by nothing else."""
    load = plan.persons[placement.person_id].load_minutes
    wish = _("队员，轮到") if placement.rank == UNASKED else _("本人第{rank}志愿", rank=placement.rank)
    served = wording.duration(timedelta(minutes=load)) if load else _("没有服务过")
    first = _("{wish}；近{weeks}周{served}", wish=wish, weeks=LOAD_WEEKS, served=served)
    wished = plan.placed.get((placement.person_id, placement.opening_id))
    told = because(plan, wished) if wished is not None else ()
    return _("；").join([first, *advice.spoken_for(known, told)])
