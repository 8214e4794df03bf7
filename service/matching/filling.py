"""Adding to a plan until nobody can be added: who is placed keeps every rule, and comes with her partners."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from service.matching.plan import Plan
from service.matching.problem import IF_NEEDED, UNASKED, Opening, Wish
from service.matching.rules import FIXED, GROWING, fits, leaning, partners, stands

Claim: TypeAlias = tuple[int, int, int, int, int, int]
#: Later than any rank or sign-up: who did not ask comes after all who did.
LAST = 2**62


def fill_up(plan: Plan) -> None:
    """Minimums, then wishes, until neither lets anybody in any more."""
    fill_minimums(plan)
    honour_wishes(plan)
    while fill_minimums(plan):
        honour_wishes(plan)


def fill_minimums(plan: Plan, *, settled: bool = True) -> int:
    """Bring each opening to its minimum, as far as people can be found; how many were.

    Not `settled`: rules that somebody placed later can mend may stay broken; `settle` must follow.
    """
    before = len(plan.placed)
    lacking = [opening for opening in plan.problem.openings if plan.missing(opening)]
    for opening in sorted(lacking, key=lambda opening: scarcity(plan, opening)):
        able = [wish for wish in plan.wishes_for[opening.id] if fits(plan, wish, by=FIXED + GROWING)]
        for wish in sorted(able, key=lambda wish: claim(plan, wish)):
            if not plan.missing(opening):
                break
            try_to_place(plan, wish, settled=settled)
    return len(plan.placed) - before


def honour_wishes(plan: Plan) -> None:
    """Give places that are left to those who asked for them.

    A claim only weakens while its person is given more, so a queue of stale claims is put right as it is read. Who
    lacks somebody beside her is asked again when others have been placed. Openings that take nobody now take nobody
    later: in a plan that is nearly done, most wishes are left out at once.
    """
    takes = {opening.id: takes_more(plan, opening) for opening in plan.problem.openings}
    waiting = [
        wish for wish in plan.problem.wishes if takes[wish.opening_id][wish.is_spare] and _is_waiting(plan, wish)
    ]
    while waiting:
        before = len(plan.placed)
        waiting = _honour(plan, waiting)
        if len(plan.placed) == before:
            return


def takes_more(plan: Plan, opening: Opening) -> tuple[bool, bool]:
    """Whether it takes more people who asked, if need be instead of somebody who need not come, and more who come only
    if need be."""
    is_open = plan.free(opening) > 0
    return is_open or plan.spare_in(opening) is not None, is_open and plan.missing(opening) > 0


def settle(plan: Plan) -> None:
    """Take back whoever must not stay, and whoever must not stay without her."""
    _settle(plan, dict(plan.placed))


def settle_beside(plan: Plan, gone: Iterable[Wish]) -> None:
    """The same, asked only of those who may have leaned on somebody who has just gone."""
    _settle(plan, {(one.person_id, one.opening_id): one for wish in gone for one in leaning(plan, wish)})


def _settle(plan: Plan, asked: dict[tuple[int, int], Wish]) -> None:
    while fallen := [wish for key, wish in asked.items() if key in plan.placed and not stands(plan, wish)]:
        asked = {}
        for wish in fallen:
            plan.take_back(wish)
            asked |= {(other.person_id, other.opening_id): other for other in leaning(plan, wish)}


def try_to_place(plan: Plan, wish: Wish, *, settled: bool = True) -> bool:
    """Place her, with her partners, if every rule is kept; whether she was placed."""
    placed: list[Wish] = []
    group = _with_partners(plan, wish)
    for one in group:
        if not fits(plan, one, by=FIXED + GROWING):
            break
        plan.place(one)
        placed.append(one)
    is_whole = len(placed) == len(group) and (not settled or all(stands(plan, one) for one in placed))
    if not is_whole:
        for one in placed:
            plan.take_back(one)
    return is_whole and bool(group)


def scarcity(plan: Plan, opening: Opening) -> tuple[int, int, int, int]:
    """Sorts the scarcest role first: able people for each one missing, then weight, then the earlier start."""
    able = sum(fits(plan, wish, by=FIXED + GROWING) for wish in plan.wishes_for[opening.id])
    return (1000 * able // plan.missing(opening), -opening.weight, opening.starts, opening.id)


def claim(plan: Plan, wish: Wish) -> Claim:
    """Sorts the strongest claim first; no two are equal for one opening."""
    return (
        _rank(wish),
        plan.load_share(wish.person_id),
        plan.load[wish.person_id],
        wish.travel,
        LAST if wish.signup_id is None else wish.signup_id,
        wish.person_id,
    )


def _rank(wish: Wish) -> int:
    """The rank of what she asked for; who did not ask comes later, who comes only if need be last."""
    if wish.availability == IF_NEEDED:
        return LAST
    return LAST - 1 if wish.rank == UNASKED else wish.rank


def _honour(plan: Plan, waiting: Iterable[Wish]) -> list[Wish]:
    """One pass; those who could be placed if others were beside them."""
    queue = [(claim(plan, wish), wish.opening_id, wish) for wish in waiting]
    heapify(queue)
    alone: list[Wish] = []
    while queue:
        stale, opening_id, wish = heappop(queue)
        if not _is_waiting(plan, wish):
            continue
        if (now := claim(plan, wish)) != stale:
            heappush(queue, (now, opening_id, wish))
            continue
        _make_way(plan, wish)
        if fits(plan, wish, by=FIXED + GROWING) and not try_to_place(plan, wish):
            alone.append(wish)
    return alone


def _make_way(plan: Plan, wish: Wish) -> None:
    """Somebody who comes only if need be gives way to somebody who asked, where nobody else needs her there."""
    opening = plan.openings[wish.opening_id]
    if wish.is_spare or plan.missing(opening):
        return
    spare = plan.spare_in(opening)
    if spare is None or partners(plan, spare.person_id) or partners(plan, wish.person_id):
        return
    plan.take_back(spare)
    if try_to_place(plan, wish) and all(stands(plan, other) for other in leaning(plan, wish)):
        return
    if plan.is_placed(wish):
        plan.take_back(wish)
    plan.place(spare)


def _with_partners(plan: Plan, wish: Wish) -> list[Wish]:
    """Her wish and those of partners who are not in the shift yet; nothing when one of them cannot be."""
    shift_id = plan.openings[wish.opening_id].shift_id
    group, company = [wish], plan.company(shift_id)
    for other_id in partners(plan, wish.person_id):
        if other_id in company:
            continue
        own = [other for other in plan.wishes_of[other_id] if plan.openings[other.opening_id].shift_id == shift_id]
        able = [other for other in own if fits(plan, other, by=FIXED + GROWING)]
        if not able:
            return []
        group.append(min(able, key=lambda other: claim(plan, other)))
    return group


def _is_waiting(plan: Plan, wish: Wish) -> bool:
    return wish.rank != UNASKED and not plan.is_placed(wish)
