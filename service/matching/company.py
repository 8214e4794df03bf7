"""Hard rules about who serves with whom.

The first ones (`full` to `faces`) can only get harder as a plan grows. The others can be mended by placing somebody
else, and broken by taking somebody away: a plan may break them while it is being made, never when it is done. All ask
only of those whom the plan places: what was confirmed before is a fact.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.company.rules import ADULTS
from service.company.rules import adults_for as needed_for
from service.matching.blockers import Blocker, Hindrance
from service.matching.plan import Plan
from service.matching.problem import BondKind, Opening, Wish
from service.terms import Refusal


def full(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """No more people than places; the last to get one is named."""
    opening = plan.openings[wish.opening_id]
    if not plan.free(opening):
        holders = plan.holders[opening.id]
        yield Blocker(Refusal.FULL, person_id=holders[-1] if holders else None)


def not_needed(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Who did not ask, or comes only if need be, is taken up to the minimum and no further."""
    opening = plan.openings[wish.opening_id]
    heads = len(plan.holders[opening.id])
    if not wish.is_spare:
        if heads >= opening.min_needed and (spare := plan.spare_in(opening)) is not None:
            yield Blocker(Hindrance.IN_NEED_ONLY, person_id=spare.person_id)
    elif heads >= opening.min_needed:
        yield Blocker(Hindrance.NOT_NEEDED)


def apart(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Two who must not meet are never in one shift."""
    for other_id in _others(plan, wish, BondKind.APART):
        shift_id = plan.openings[wish.opening_id].shift_id
        if any(duty.shift_id == shift_id for duty in plan.duties[other_id]):
            yield Blocker(Hindrance.APART, person_id=other_id)


def faces(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Who is visited sees few different people."""
    opening = plan.openings[wish.opening_id]
    if not opening.visit or not (most := faces_of(plan.of_visit[opening.visit])):
        return
    known = {person_id for visit in plan.of_visit[opening.visit] for person_id in plan.holders[visit.id]}
    if wish.person_id not in known and len(known) >= most:
        yield Blocker(Hindrance.FACES, details=(("limit", most),))


def together(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Partners serve in the same shift or not at all."""
    for other_id in _others(plan, wish, BondKind.TOGETHER):
        if other_id not in plan.company(plan.openings[wish.opening_id].shift_id):
            yield Blocker(Hindrance.TOGETHER, person_id=other_id)


def newcomer(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Who is new serves beside somebody experienced."""
    if plan.is_new(wish.person_id, wish.opening_id) and not plan.has_guide(plan.openings[wish.opening_id].shift_id):
        yield Blocker(Hindrance.NEWCOMER)


def two_adults(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Where children are, two adults are, or nobody serves."""
    if children(plan, wish) and adults(plan, wish) < ADULTS:
        yield Blocker(Hindrance.TWO_ADULTS)


def child_ratio(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """Enough adults for the children expected, or nobody serves."""
    needed = adults_for(plan.of_shift[plan.openings[wish.opening_id].shift_id])
    if needed > ADULTS and (there := adults(plan, wish)) < needed:
        yield Blocker(Hindrance.CHILD_RATIO, details=(("held", there), ("limit", needed)))


def crew(plan: Plan, wish: Wish) -> Iterator[Blocker]:
    """The openings of a crew are held together, each with its minimum, or not at all."""
    opening = plan.openings[wish.opening_id]
    if not opening.crew:
        return
    for part in plan.of_crew[opening.crew]:
        if len(plan.holders[part.id]) + (part.id == opening.id) < part.min_needed:
            yield Blocker(Hindrance.CREW, shift_id=part.shift_id)
            return


def children(plan: Plan, wish: Wish) -> int:
    """How many children are expected in the shift wished for."""
    return max(part.children for part in plan.of_shift[plan.openings[wish.opening_id].shift_id])


def adults(plan: Plan, wish: Wish) -> int:
    """How many adults serve in the shift, with her."""
    company = {*plan.company(plan.openings[wish.opening_id].shift_id), wish.person_id}
    return sum(plan.persons[person_id].is_adult for person_id in company)


def adults_for(shift: list[Opening]) -> int:
    """How many adults a shift must have to be held: two beside children, more by the ratio."""
    return max((needed_for(part.children, part.per_adult) for part in shift), default=0)


def faces_of(visits: list[Opening]) -> int:
    """How many different people one visited may see, by the strictest of the visits; 0 without a limit."""
    return min((visit.most_faces for visit in visits if visit.most_faces), default=0)


def _others(plan: Plan, wish: Wish, kind: BondKind) -> Iterator[int]:
    return (other_id for other_id, bond in plan.bonds.get(wish.person_id, ()) if bond == kind)
