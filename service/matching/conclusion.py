"""From a finished plan to its solution: what was placed, what not and why, what stays open. For every solver."""

from __future__ import annotations

from typing import TypeAlias

from service.matching import rules
from service.matching.blockers import Blocker
from service.matching.plan import Plan
from service.matching.problem import UNASKED, Opening, Wish
from service.matching.solution import OpenRole, Placement, Solution, Unplaced
from service.matching.standing_by import stand_bys

#: Reasons met before: most refusals have the same as others, and a large plan keeps each once.
Met: TypeAlias = dict[tuple[Blocker, ...], tuple[Blocker, ...]]


def conclude(plan: Plan, *, solver: str) -> Solution:
    """The plan as a solution, each refusal with all its reasons in the plan as it now is; and who stands by."""
    problem, met = plan.problem, Met()
    return Solution(
        solver=solver,
        input_hash=problem.input_hash,
        placements=tuple(_placement(plan.placed[key]) for key in sorted(plan.placed)),
        unplaced=tuple(
            _unplaced(plan, wish, met) for wish in problem.wishes if wish.rank != UNASKED and not plan.is_placed(wish)
        ),
        open_roles=tuple(_open_role(plan, opening, met) for opening in problem.openings if plan.missing(opening)),
        levels=rules.levels(plan),
        stand_bys=tuple(map(_placement, stand_bys(plan))),
    )


def _placement(wish: Wish) -> Placement:
    return Placement(person_id=wish.person_id, opening_id=wish.opening_id, rank=wish.rank, signup_id=wish.signup_id)


def _unplaced(plan: Plan, wish: Wish, met: Met) -> Unplaced:
    found = rules.blockers(plan, wish)
    return Unplaced(
        person_id=wish.person_id,
        opening_id=wish.opening_id,
        signup_id=wish.signup_id,
        blockers=met.setdefault(found, found),
    )


def _open_role(plan: Plan, opening: Opening, met: Met) -> OpenRole:
    return OpenRole(
        opening_id=opening.id,
        missing=plan.missing(opening),
        hindered=tuple(_unplaced(plan, wish, met) for wish in plan.wishes_for[opening.id] if not plan.is_placed(wish)),
    )
