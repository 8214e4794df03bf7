"""Why her: what is true of a placement in its finished plan and speaks for it, the strongest first. Pure.

Nothing here is what a solver thought: each statement can be seen to be true in the plan (and is, by a test).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from service.matching import company
from service.matching.blockers import LACKING_A_PAPER, Blocker
from service.matching.plan import Plan
from service.matching.problem import LOAD_WEEKS, UNASKED, Wish
from service.matching.rules import FIXED, partners

#: More are not told.
MOST_TOLD = 3


class Because(StrEnum):
    """What speaks for a placement."""

    ONLY_QUALIFIED = "only_qualified"  # of all thought of for the role, only she has the paper (`details`)
    ONLY_ABLE = "only_able"  # of all thought of, nobody else can: something in each of them alone forbids it
    NEEDED = "needed"  # without her the role is below its minimum
    ADULT = "adult"  # without her too few adults are with the children
    GUIDE = "guide"  # she alone is experienced, beside somebody new
    PARTNER = "partner"  # her partner (`person_id`) serves in the shift too
    DEARER = "dearer"  # the role is full, and it is dearer to her than to everybody left out of it
    LEAST_LOAD = "least_load"  # of those it was as dear to and who were left out, nobody served less for her limit
    NOBODY_ELSE = "nobody_else"  # nobody else was thought of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One statement, and what its sentence needs."""

    because: Because
    person_id: int | None = None
    kind: str | None = None


def because(plan: Plan, wish: Wish) -> tuple[Reason, ...]:
    """What speaks for a placement of a finished plan, at most MOST_TOLD statements."""
    told = [*_alone(plan, wish), *_in_the_shift(plan, wish), *_before_others(plan, wish)]
    return tuple(told[:MOST_TOLD])


def _alone(plan: Plan, wish: Wish) -> list[Reason]:
    """Whether anybody else could have come at all."""
    others = [one for one in plan.wishes_for[wish.opening_id] if one.person_id != wish.person_id]
    held = any(person_id != wish.person_id for person_id in plan.holders[wish.opening_id])
    if held or not others:
        return [] if held else [Reason(because=Because.NOBODY_ELSE)]
    against = [[blocker for rule in FIXED for blocker in rule(plan, one)] for one in others]
    if not all(against):
        return []
    papers = [{paper for blocker in blockers if (paper := _paper(blocker))} for blockers in against]
    if shared := set.intersection(*papers):
        return [Reason(because=Because.ONLY_QUALIFIED, kind=min(shared))]
    return [Reason(because=Because.ONLY_ABLE)]


def _paper(blocker: Blocker) -> str | None:
    if blocker.code in LACKING_A_PAPER:
        return str(dict(blocker.details)["kind"])
    return None


def _in_the_shift(plan: Plan, wish: Wish) -> list[Reason]:
    """What the shift would lack without her."""
    opening = plan.openings[wish.opening_id]
    there = plan.company(opening.shift_id)
    seats = [(other, part.id) for part in plan.of_shift[opening.shift_id] for other in plan.holders[part.id]]
    beside_her = [seat for seat in seats if seat[0] != wish.person_id]
    told = []
    if len(plan.holders[opening.id]) <= opening.min_needed:
        told.append(Reason(because=Because.NEEDED))
    owed = company.adults_for(plan.of_shift[opening.shift_id])
    if plan.persons[wish.person_id].is_adult and sum(plan.persons[other].is_adult for other, _ in beside_her) < owed:
        told.append(Reason(because=Because.ADULT))
    if _guides(plan, wish, beside_her):
        told.append(Reason(because=Because.GUIDE))
    beside = sorted(set(partners(plan, wish.person_id)) & set(there))
    return told + [Reason(because=Because.PARTNER, person_id=other_id) for other_id in beside]


def _guides(plan: Plan, wish: Wish, beside: Collection[tuple[int, int]]) -> bool:
    """Whether somebody new serves beside her, and nobody else there knows the way."""
    is_guide = plan.can_guide(wish.person_id, wish.opening_id)
    return is_guide and any(plan.is_new(*seat) for seat in beside) and not any(plan.can_guide(*seat) for seat in beside)


def _before_others(plan: Plan, wish: Wish) -> list[Reason]:
    """Why she rather than those who asked, could have come, and found the role full."""
    opening = plan.openings[wish.opening_id]
    if wish.rank == UNASKED or plan.free(opening):
        return []
    left_out = [one for one in plan.wishes_for[opening.id] if _was_left_out(plan, one)]
    if not left_out or any(one.rank < wish.rank for one in left_out):
        return []
    as_dear = [one for one in left_out if one.rank == wish.rank]
    if not as_dear:
        return [Reason(because=Because.DEARER)]
    if all(_load_before(plan, wish.person_id) <= _load_before(plan, one.person_id) for one in as_dear):
        return [Reason(because=Because.LEAST_LOAD)]
    return []


def _was_left_out(plan: Plan, wish: Wish) -> bool:
    """She asked and could have come, but for the others in the role."""
    if wish.rank == UNASKED or plan.is_placed(wish):
        return False
    return not any(True for rule in FIXED for _ in rule(plan, wish))


def _load_before(plan: Plan, person_id: int) -> int:
    """Minutes served lately, in thousandths of what her own limit allows."""
    person = plan.persons[person_id]
    return 1000 * person.load_minutes // max(1, LOAD_WEEKS * person.max_minutes)
