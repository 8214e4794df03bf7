"""候备: who asked and got no place is proposed to stand by, where a role wishes that and she could serve.

A finished plan is not changed by it, and no aim counts it: nobody serves for standing by. But it takes her time, so
that she can be called in.
"""

from __future__ import annotations

from service.matching import company
from service.matching.filling import claim
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Wish
from service.matching.rules import HARD, fits

#: What keeps her from a place and not from standing by: others have it, or nobody more is needed.
WAIVED = (company.full, company.not_needed)
ASKED_OF_STAND_BYS = tuple(rule for rule in HARD if rule not in WAIVED)


def stand_bys(plan: Plan) -> tuple[Wish, ...]:
    """Who is to stand by, and where: the strongest claims first (filling.claim: her wish, her load, the way, who asked
    first), and nobody twice before everybody who could has been thought of.

    The plan is as it was afterwards.
    """
    left = {opening.id: opening.stand_bys for opening in plan.problem.openings if opening.stand_bys}
    waiting = sorted(
        (wish for opening_id in left for wish in plan.wishes_for[opening_id] if _is_waiting(plan, wish)),
        key=lambda wish: (claim(plan, wish), wish.opening_id),
    )
    chosen: list[Wish] = []
    while found := _one_each(plan, waiting, left):
        chosen += found
        waiting = [wish for wish in waiting if wish not in found]
    for wish in chosen:
        plan.stand_down(wish)
    return tuple(sorted(chosen, key=lambda wish: (wish.person_id, wish.opening_id)))


def _one_each(plan: Plan, waiting: list[Wish], left: dict[int, int]) -> list[Wish]:
    """Let everybody stand by at one more place, as far as places are left and her time allows; who does now."""
    found: dict[int, Wish] = {}
    for wish in waiting:
        if left[wish.opening_id] and wish.person_id not in found and fits(plan, wish, by=ASKED_OF_STAND_BYS):
            left[wish.opening_id] -= 1
            plan.stand_by(wish)
            found[wish.person_id] = wish
    return list(found.values())


def _is_waiting(plan: Plan, wish: Wish) -> bool:
    return wish.rank != UNASKED and (wish.person_id, wish.opening_id) not in plan.placed
