"""Hard rules about a person's own time: each asks whether one more place goes together with what she has.

None of them can be mended by placing somebody else: a wish that breaks one now breaks it for good while the plan grows.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.matching.blockers import Blocker, Hindrance
from service.matching.plan import Duty, Plan
from service.matching.problem import CANNOT, BondKind, Opening, Wish, day
from service.terms import Refusal

#: A pause shorter than this, in minutes, is none: duties around it are one stretch.
BREAK = 30


def barred(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Qualification on the service date, age, consent, an earlier no: what no plan can change."""
    yield from wish.barred


def unavailable(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """She said of that time: 不能."""
    if wish.availability == CANNOT:
        yield Blocker(Hindrance.UNAVAILABLE)


def night(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """No elder serves at night."""
    if plan.openings[wish.opening_id].is_night and plan.persons[wish.person_id].is_elder:
        yield Blocker(Refusal.NIGHT)


def heat(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """No elder serves outdoors in great heat."""
    if plan.openings[wish.opening_id].is_hot and plan.persons[wish.person_id].is_elder:
        yield Blocker(Refusal.HEAT)


def stretch(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Not longer on duty without a pause than her limit."""
    limit = plan.persons[wish.person_id].most_at_a_stretch
    if limit is None:
        return
    opening = plan.openings[wish.opening_id]
    if _unbroken(opening, plan.duties[wish.person_id]) > limit:
        yield Blocker(Hindrance.STRETCH, details=(("limit", limit),))


def same_shift(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Nobody serves in two roles of one shift, nor twice in one."""
    shift_id = plan.openings[wish.opening_id].shift_id
    if any(duty.shift_id == shift_id for duty in plan.duties[wish.person_id]):
        yield Blocker(Hindrance.SAME_SHIFT, shift_id=shift_id)


def overlap(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Nobody is in two shifts at once. Times are half-open: one may start when the other ends."""
    opening = plan.openings[wish.opening_id]
    for duty in plan.duties[wish.person_id]:
        if duty.shift_id != opening.shift_id and _overlaps(opening, duty):
            yield Blocker(Refusal.OVERLAP, shift_id=duty.shift_id)


def rest(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """The later of two shifts starts only after the rest owed for the earlier one."""
    opening = plan.openings[wish.opening_id]
    for duty in plan.duties[wish.person_id]:
        if duty.shift_id != opening.shift_id and not _overlaps(opening, duty) and _breaks_rest(opening, duty):
            yield Blocker(Refusal.REST, shift_id=duty.shift_id)


def weekly_hours(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """The person's own limit, over the week in which the shift starts."""
    opening, limit = plan.openings[wish.opening_id], plan.persons[wish.person_id].max_minutes
    served = sum(duty.minutes for duty in plan.duties[wish.person_id] if duty.week == opening.week)
    if served + opening.ends - opening.starts > limit:
        yield Blocker(Refusal.WEEKLY_HOURS, details=(("held", round(served / 60)), ("limit", limit // 60)))


def weekly_shifts(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Not more shifts a week than she will."""
    opening, limit = plan.openings[wish.opening_id], plan.persons[wish.person_id].most_a_week
    if limit is not None and sum(duty.week == opening.week for duty in plan.duties[wish.person_id]) >= limit:
        yield Blocker(Hindrance.WEEKLY_SHIFTS, details=(("limit", limit),))


def daily_shifts(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Not more shifts a day than she will."""
    limit = plan.persons[wish.person_id].most_a_day
    if limit is None:
        return
    today = day(plan.openings[wish.opening_id].starts)
    if sum(duty.day == today for duty in plan.duties[wish.person_id]) >= limit:
        yield Blocker(Hindrance.DAILY_SHIFTS, details=(("limit", limit),))


def relief(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Of two who relieve each other at home, one at most is on duty at any time."""
    opening = plan.openings[wish.opening_id]
    for other_id, kind in plan.bonds.get(wish.person_id, ()):
        if kind == BondKind.RELIEF:
            for duty in plan.duties[other_id]:
                if _overlaps(opening, duty):
                    yield Blocker(Hindrance.RELIEF, shift_id=duty.shift_id, person_id=other_id)


def _overlaps(opening: Opening, duty: Duty) -> bool:
    return opening.starts < duty.ends and duty.starts < opening.ends


def _breaks_rest(opening: Opening, duty: Duty) -> bool:
    return opening.starts < duty.ends + duty.rest_after and duty.starts < opening.ends + opening.rest_after


def _unbroken(opening: Opening, duties: list[Duty]) -> int:
    """Minutes on duty in the stretch that the opening would belong to."""
    spans = sorted([(duty.starts, duty.ends) for duty in duties] + [(opening.starts, opening.ends)])
    minutes, until, is_hers = 0, -BREAK, False
    for starts, ends in spans:
        if starts >= until + BREAK:
            if is_hers:
                return minutes
            minutes, until = 0, starts
        minutes += max(0, ends - max(starts, until))
        until = max(until, ends)
        is_hers |= (starts, ends) == (opening.starts, opening.ends)
    return minutes
