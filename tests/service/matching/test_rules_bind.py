"""Each hard rule decides something in a fair share of the random problems: a rule that never binds is never tried.

A rule binds in a problem where the quick plan reaches something else once what the rule is about is taken out of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from service.matching import greedy
from service.matching.blockers import Code, Hindrance
from service.matching.plan import Plan
from service.matching.problem import CAN, CANNOT, BondKind, Problem
from service.matching.rules import HARD, blockers, cover, wishes
from service.terms import Refusal
from tests.service.matching.strategies import BARRED, planable

PROBLEMS = 500
#: In so many of a hundred problems, at least: each has two to five of twenty themes.
LEAST = 1.5


def openings(**without: Any) -> Callable[[Problem], Problem]:
    return lambda problem: replace(problem, openings=[replace(one, **without) for one in problem.openings])


def persons(**without: Any) -> Callable[[Problem], Problem]:
    return lambda problem: replace(problem, persons=[replace(one, **without) for one in problem.persons])


def bonds(kind: BondKind) -> Callable[[Problem], Problem]:
    return lambda problem: replace(problem, bonds=[one for one in problem.bonds if one.kind != kind])


def never_barred(problem: Problem) -> Problem:
    return replace(problem, wishes=[replace(one, barred=()) for one in problem.wishes])


def always_able(problem: Problem) -> Problem:
    able = [replace(one, availability=CAN) if one.availability == CANNOT else one for one in problem.wishes]
    return replace(problem, wishes=able)


def never_tired(problem: Problem) -> Problem:
    held = [replace(one, rest_after=0) for one in problem.commitments]
    return replace(openings(rest_after=0)(problem), commitments=held)


def never_new(problem: Problem) -> Problem:
    wished = [replace(one, is_newcomer=False) for one in problem.wishes]
    pinned = [replace(one, is_newcomer=False) for one in problem.pins]
    return replace(persons(is_newcomer=False)(problem), wishes=wished, pins=pinned)


#: Where the rule can be taken out with what it is about.
WITHOUT: dict[Code, Callable[[Problem], Problem]] = {
    Refusal.QUALIFICATION_MISSING: never_barred,
    Hindrance.UNAVAILABLE: always_able,
    Refusal.NIGHT: openings(is_night=False),
    Refusal.HEAT: openings(is_hot=False),
    Refusal.REST: never_tired,
    Hindrance.STRETCH: persons(most_at_a_stretch=None),
    Refusal.WEEKLY_HOURS: persons(max_minutes=10**5),
    Hindrance.WEEKLY_SHIFTS: persons(most_a_week=None),
    Hindrance.DAILY_SHIFTS: persons(most_a_day=None),
    Hindrance.RELIEF: bonds(BondKind.RELIEF),
    Hindrance.APART: bonds(BondKind.APART),
    Hindrance.TOGETHER: bonds(BondKind.TOGETHER),
    Hindrance.FACES: openings(most_faces=0),
    Hindrance.NEWCOMER: never_new,
    Hindrance.TWO_ADULTS: openings(children=0),
    Hindrance.CHILD_RATIO: openings(per_adult=0),
    Hindrance.CREW: openings(crew=0),
}
#: What is about nothing that could be taken out: such a rule binds where it alone keeps somebody out.
ALONE: tuple[Code, ...] = (Hindrance.SAME_SHIFT, Refusal.OVERLAP, Refusal.FULL, Hindrance.NOT_NEEDED)


def binding(problem: Problem) -> set[Code]:
    """The rules without which more, or something else, could be reached."""
    plan = greedy.plan(problem)
    found: set[Code] = set()
    for code, without in WITHOUT.items():
        other = without(problem)
        if other != problem and reached(greedy.plan(other)) != reached(plan):
            found.add(code)
    for wish in problem.wishes:
        if not plan.is_placed(wish) and len(told := {blocker.code for blocker in blockers(plan, wish)}) == 1:
            found |= told & set(ALONE)
    return found


def reached(plan: Plan) -> tuple[int, int]:
    return cover(plan).value, wishes(plan).value


def test_each_hard_rule_decides_something_in_a_fair_share_of_the_problems() -> None:
    counts = Counter(code for seed in range(PROBLEMS) for code in binding(planable(Random(seed))))
    shares = {code: 100 * counts[code] / PROBLEMS for code in (*WITHOUT, *ALONE)}
    assert min(shares.values()) >= LEAST, {str(code): share for code, share in shares.items()}


def test_no_rule_is_left_out() -> None:
    """Whoever adds a rule says how it is taken out. `barred` tells of what lies in a person alone, here of a paper."""
    assert len({*WITHOUT, *ALONE}) == len(HARD)
    assert {blocker.code for blocker in BARRED} <= WITHOUT.keys()
