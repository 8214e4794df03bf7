"""Live repair, the second stage: everybody within two steps of a role solved as one program, all others as facts.

For what no chain of repair.py mends, and the measure of those chains. Two steps: who could come, and who could step in
where those serve. The aim is heads towards the minimums, then as few changes as there can be. Pins stay; the plan is as
it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from service.matching.block import NODES, Part
from service.matching.plan import Plan
from service.matching.problem import Opening, Wish
from service.matching.repair import Repair
from service.matching.rules import FIXED, fits
from service.matching.settled import whole

#: People looked at, at most: what bounds the time.
MOST_PEOPLE = 150


def first_move(plan: Plan, opening: Opening, *, without: Collection[int] = ()) -> Repair | None:
    """The fewest changes nearby that fill the opening, as they can be begun: who comes to it from where, and who could
    step in behind her, first. None where nothing nearby fills it, or she could not come before others have moved; and
    where she gives up nothing, or several places at once."""
    found = mend_exactly(plan, opening, without=without)
    comes = next((wish for wish in found.placed if wish.opening_id == opening.id), None) if found else None
    if found is None or comes is None:
        return None
    leaves = [wish for wish in found.given_up if wish.person_id == comes.person_id]
    for wish in leaves:
        plan.take_back(wish)
    can_come = fits(plan, comes)
    for wish in leaves:
        plan.place(wish)
    if not can_come or len(leaves) != 1:
        return None
    others = [wish for wish in found.given_up if wish not in leaves]
    behind = [wish for wish in found.placed if wish.opening_id == leaves[0].opening_id]
    rest = [*behind, *(wish for wish in found.placed if wish != comes and wish not in behind)]
    return Repair(given_up=(*leaves, *others), placed=(comes, *rest))


def mend_exactly(plan: Plan, opening: Opening, *, without: Collection[int] = ()) -> Repair | None:
    """The fewest changes that cover more, with the opening among what they reach; None when nothing nearby does."""
    near = _near(plan, opening, without=without)
    before = [wish for wish in near if plan.is_placed(wish)]
    for wish in before:
        plan.take_back(wish)
    chosen = _solved(plan, near, before)
    for wish in before:
        plan.place(wish)
    if chosen is None:
        return None
    kept = {(wish.person_id, wish.opening_id) for wish in before}
    now = {(wish.person_id, wish.opening_id) for wish in chosen}
    return Repair(
        given_up=tuple(wish for wish in before if (wish.person_id, wish.opening_id) not in now),
        placed=tuple(wish for wish in chosen if (wish.person_id, wish.opening_id) not in kept),
    )


def _near(plan: Plan, opening: Opening, *, without: Collection[int]) -> list[Wish]:
    """The wishes that may be changed: for this opening, and for those where the people serve who could come to it."""
    able = [wish.person_id for wish in plan.wishes_for[opening.id] if fits(plan, wish, by=FIXED)]
    first = [person_id for person_id in dict.fromkeys(able) if person_id not in without][:MOST_PEOPLE]
    openings = dict.fromkeys([opening.id, *(key[1] for key in plan.placed_by(first))])
    second = (wish.person_id for opening_id in openings for wish in plan.wishes_for[opening_id])
    people = list(dict.fromkeys([*first, *(one for one in second if one not in without)]))[:MOST_PEOPLE]
    return [wish for person_id in people for wish in plan.wishes_of[person_id] if wish.opening_id in openings]


def _solved(plan: Plan, near: list[Wish], before: Sequence[Wish]) -> list[Wish] | None:
    """What covers most with the fewest changes; None where it covers no more than before."""
    import numpy as np

    part = Part(plan, near)
    if not part.able:
        return None
    former = {(wish.person_id, wish.opening_id) for wish in before}
    stays = [int((wish.person_id, wish.opening_id) in former) for wish in part.able]
    # Whoever is not needed stays out: a placement that is new costs as much as one that is given up.
    aim = part.aim.copy()
    aim[: len(stays)] = 2 * np.array(stays) - 1
    program = part.frame.program
    bounds = np.array(program.lower), np.array(program.upper)
    values = whole(program, aim, bounds=bounds, node_limit=NODES, slack=0.5)
    if values is None:
        return None
    chosen = [wish for n, wish in enumerate(part.able) if values[n] > 0.5]
    return chosen if part.heads_of(chosen) > part.heads_of(before) else None
