"""The rules of matching, one small function each: hard before soft.

`blockers` is the feasibility of every solver, of live repair and of the pages; `levels` is their score. The
time rules say the same as those of a sign-up (signups/rules.py), on whole minutes; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from service.matching.blockers import Blocker, Hindrance
from service.matching.plan import Duty, Plan
from service.matching.problem import UNASKED, Opening, Wish
from service.matching.solution import Level, LevelName
from service.terms import Refusal

HardRule: TypeAlias = Callable[[Plan, Wish], Iterator[Blocker]]
SoftRule: TypeAlias = Callable[[Plan], Level]


def blockers(plan: Plan, wish: Wish) -> tuple[Blocker, ...]:
    """All that stands between the wish and its opening in this plan; empty when it can be honoured."""
    return tuple(blocker for rule in HARD for blocker in rule(plan, wish))


def fits(plan: Plan, wish: Wish) -> bool:
    """Whether nothing stands in the way; stops at the first blocker."""
    return not any(True for rule in HARD for _ in rule(plan, wish))


def levels(plan: Plan) -> tuple[Level, ...]:
    """How good the plan is, the stronger aim first."""
    return tuple(rule(plan) for rule in SOFT)


# --- hard: a plan never breaks one ---


def barred(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Qualification on the service date, age, consent, an earlier no: what no plan can change."""
    yield from wish.barred


def same_shift(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Nobody serves in two roles of one shift, nor twice in one."""
    shift_id = plan.openings[wish.opening_id].shift_id
    if any(duty.shift_id == shift_id for duty in plan.duties[wish.person_id]):
        yield Blocker(Hindrance.SAME_SHIFT, shift_id=shift_id)


def overlap(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Nobody is in two shifts at once. Times are half-open: one may start when the other ends."""
    opening = plan.openings[wish.opening_id]
    for duty in _others(plan, wish):
        if _overlaps(opening, duty):
            yield Blocker(Refusal.OVERLAP, shift_id=duty.shift_id)


def rest(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """The later of two shifts starts only after the rest owed for the earlier one."""
    opening = plan.openings[wish.opening_id]
    for duty in _others(plan, wish):
        if not _overlaps(opening, duty) and _breaks_rest(opening, duty):
            yield Blocker(Refusal.REST, shift_id=duty.shift_id)


def weekly_hours(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """The person's own limit, over the week in which the shift starts."""
    opening, limit = plan.openings[wish.opening_id], plan.persons[wish.person_id].max_minutes
    served = sum(duty.minutes for duty in plan.duties[wish.person_id] if duty.week == opening.week)
    if served + opening.ends - opening.starts > limit:
        yield Blocker(Refusal.WEEKLY_HOURS, details=(("held", round(served / 60)), ("limit", limit // 60)))


def full(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """No more people than places; the last to get one is named."""
    opening = plan.openings[wish.opening_id]
    if not plan.free(opening):
        holders = plan.holders[opening.id]
        yield Blocker(Refusal.FULL, person_id=holders[-1] if holders else None)


HARD: tuple[HardRule, ...] = (barred, same_shift, overlap, rest, weekly_hours, full)


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
    """What honoured wishes are worth. Who was not asked for an opening has no wish there."""
    asked = (wish for wish in plan.problem.wishes if wish.rank != UNASKED)
    return Level(
        name=LevelName.WISHES,
        value=sum(worth(wish.rank) for wish in plan.placed.values() if wish.rank != UNASKED),
        of=sum(worth(wish.rank) for wish in asked),
    )


def worth(rank: int) -> int:
    """The dearest wish counts 100, each further one 10 less, none less than 10."""
    return max(10, 110 - 10 * rank)


def burden(plan: Plan) -> Level:
    """Squares of the loads: one person's fourth shift weighs more than another's first."""
    return Level(
        name=LevelName.BURDEN, value=sum(plan.load_share(person_id) ** 2 for person_id in plan.persons), of=None
    )


SOFT: tuple[SoftRule, ...] = (cover, kept, wishes, burden)


def _others(plan: Plan, wish: Wish) -> Iterator[Duty]:
    """Her duties in other shifts than the one wished for."""
    shift_id = plan.openings[wish.opening_id].shift_id
    return (duty for duty in plan.duties[wish.person_id] if duty.shift_id != shift_id)


def _overlaps(opening: Opening, duty: Duty) -> bool:
    return opening.starts < duty.ends and duty.starts < opening.ends


def _breaks_rest(opening: Opening, duty: Duty) -> bool:
    return opening.starts < duty.ends + duty.rest_after and duty.starts < opening.ends + opening.rest_after
