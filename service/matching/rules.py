"""The rules of matching, hard before soft: one small function each, here in the order in which they are told.

`blockers` is the feasibility of every solver, of live repair and of the pages; `levels` is their score. The
time rules say the same as those of a sign-up (signups/rules.py), on whole minutes; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from service.matching import company, hours
from service.matching.blockers import Blocker
from service.matching.plan import Plan
from service.matching.problem import UNASKED, BondKind, Opening, Wish
from service.matching.solution import Level, LevelName

HardRule: TypeAlias = Callable[[Plan, Wish], Iterator[Blocker]]
SoftRule: TypeAlias = Callable[[Plan], Level]

#: What lies in the person and the opening alone, whatever the plan.
FIXED: tuple[HardRule, ...] = (hours.barred, hours.unavailable, hours.night, hours.heat)
#: What a person's own time allows, whoever else serves.
OWN_TIME: tuple[HardRule, ...] = (
    *(hours.same_shift, hours.overlap, hours.rest, hours.stretch),
    *(hours.weekly_hours, hours.weekly_shifts, hours.daily_shifts),
)
#: What can only get harder while a plan grows.
GROWING: tuple[HardRule, ...] = (
    *OWN_TIME,
    *(hours.relief, company.apart, company.faces, company.not_needed, company.full),
)
#: What somebody else can mend.
COMPLETE: tuple[HardRule, ...] = (
    *(company.together, company.newcomer),
    *(company.two_adults, company.child_ratio, company.crew),
)
HARD: tuple[HardRule, ...] = (*FIXED, *GROWING, *COMPLETE)


def blockers(plan: Plan, wish: Wish, *, by: tuple[HardRule, ...] = HARD) -> tuple[Blocker, ...]:
    """All that stands between the wish and its opening in this plan, by all rules or by some, each once; empty when it
    can be honoured."""
    found = [blocker for rule in by for blocker in rule(plan, wish)]
    return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))


def fits(plan: Plan, wish: Wish, *, by: tuple[HardRule, ...] = HARD) -> bool:
    """Whether nothing stands in the way, by all rules or by some; stops at the first blocker."""
    for rule in by:
        for _ in rule(plan, wish):
            return False
    return True


def stands(plan: Plan, wish: Wish, *, by: tuple[HardRule, ...] = COMPLETE) -> bool:
    """Whether somebody placed breaks none of the rules that others can mend, or none of these."""
    plan.take_back(wish)
    may = fits(plan, wish, by=by)
    plan.place(wish)
    return may


def lacking(plan: Plan, wish: Wish) -> tuple[Blocker, ...]:
    """Which of the rules that others can mend somebody placed breaks."""
    plan.take_back(wish)
    found = blockers(plan, wish, by=COMPLETE)
    plan.place(wish)
    return found


def leaning(plan: Plan, wish: Wish) -> list[Wish]:
    """Placements that may need this one: others in its shift and crew."""
    opening = plan.openings[wish.opening_id]
    shared: list[Opening] = [*plan.of_shift[opening.shift_id]]
    if opening.crew:
        shared += [part for part in plan.of_crew[opening.crew] if part.shift_id != opening.shift_id]
    return [other for other in plan.placed_in(shared) if other.person_id != wish.person_id]


def partners(plan: Plan, person_id: int) -> list[int]:
    """Those with whom she serves together or not at all."""
    return [other_id for other_id, kind in plan.bonds.get(person_id, ()) if kind == BondKind.TOGETHER]


def levels(plan: Plan) -> tuple[Level, ...]:
    """How good the plan is, the stronger aim first; of travel only where something is known of it."""
    return tuple(rule(plan) for rule in SOFT if rule is not travel or plan.problem.has_travel)


# --- soft: a plan is better or worse by them, in this order ---


def cover(plan: Plan) -> Level:
    """Heads towards the minimums, each by the weight of its role."""
    openings = plan.problem.openings
    return Level(
        name=LevelName.COVER,
        value=sum(o.weight * min(o.min_needed, len(plan.holders[o.id])) for o in openings),
        of=sum(o.weight * o.min_needed for o in openings),
    )


def kept(plan: Plan) -> Level:
    """People who were offered or confirmed a place before and keep it."""
    pins = plan.problem.pins
    return Level(
        name=LevelName.KEPT,
        value=sum(pin.person_id in plan.holders[pin.opening_id] for pin in pins),
        of=len(pins),
    )


def wishes(plan: Plan) -> Level:
    """What honoured wishes are worth, of all that were asked. Who comes only if need be has no wish there."""
    worth = plan.problem.weights.worth
    return Level(
        name=LevelName.WISHES,
        value=sum(worth(wish) for wish in plan.placed.values()),
        of=sum(worth(wish) for wish in plan.problem.wishes if wish.rank != UNASKED),
    )


def burden(plan: Plan) -> Level:
    """Squares of the loads: one person's fourth shift weighs more than another's first."""
    return Level(
        name=LevelName.BURDEN, value=sum(plan.load_share(person_id) ** 2 for person_id in plan.persons), of=None
    )


def travel(plan: Plan) -> Level:
    """How far from home people are placed; what they held before is not the plan's doing."""
    return Level(name=LevelName.TRAVEL, value=sum(wish.travel for wish in plan.placed.values()), of=None)


SOFT: tuple[SoftRule, ...] = (cover, kept, wishes, burden, travel)
