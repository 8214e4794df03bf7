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
from service.matching.repair import Repair, keeps_rules
from service.matching.rules import FIXED, fits
from service.matching.settled import whole

#: People looked at, at most: what bounds the time.
MOST_PEOPLE = 150


def together(plan: Plan, opening: Opening, *, without: Collection[int] = ()) -> Repair | None:
    """The fewest changes nearby that fill the opening, made at once: everybody in them is given one place, and gives up
    one at most.

    Who comes to the opening is first, then who steps in where she leaves, and so on. None where nothing nearby fills
    it, or only what takes a place from somebody for nothing.
    """
    found = mend_exactly(plan, opening, without=without)
    if found is None or not any(wish.opening_id == opening.id for wish in found.placed):
        return None
    left = {wish.person_id: wish for wish in found.given_up}
    placed = _in_turn(plan, found, without=without)
    come = {wish.person_id: wish for wish in placed}
    if len(left) < len(found.given_up) or len(come) < len(placed) or left.keys() - come.keys():
        return None
    ordered: list[Wish] = []
    rest, free = list(placed), opening.id
    while rest:
        comes = next((wish for wish in rest if wish.opening_id == free), rest[0])
        rest.remove(comes)
        ordered.append(comes)
        if comes.person_id in left:
            free = left[comes.person_id].opening_id
    given_up = tuple(left[wish.person_id] for wish in ordered if wish.person_id in left)
    return Repair(given_up=given_up, placed=tuple(ordered))


def _in_turn(plan: Plan, found: Repair, *, without: Collection[int]) -> list[Wish]:
    """Who is placed: of those who leave nothing for it and could all do it, whoever asked for the place first."""
    placed = list(found.placed)
    moved = {wish.person_id for wish in found.given_up}
    for n, wish in enumerate(placed):
        if wish.person_id in moved:
            continue
        taken = {one.person_id for one in placed} | set(without)
        for other in sorted(plan.wishes_for[wish.opening_id], key=lambda one: one.signup_id or 0):
            if other.person_id in taken or not _asked_before(other, wish):
                continue
            instead = [*placed[:n], other, *placed[n + 1 :]]
            if not plan.is_placed(other) and keeps_rules(plan, Repair(found.given_up, tuple(instead))):
                placed = instead
                break
    return placed


def _asked_before(one: Wish, other: Wish) -> bool:
    return one.signup_id is not None and (other.signup_id is None or one.signup_id < other.signup_id)


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
