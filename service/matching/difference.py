"""What a plan changes of the drafts it replaces: who stays, who comes, who goes, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from service.matching import rules
from service.matching.plan import Plan
from service.matching.problem import Wish
from service.matching.solution import Unplaced


@dataclass(frozen=True, slots=True)
class Difference:
    """`stay` placements are as they were; `comes` are new, `goes` are gone, with all that is in the way now."""

    stay: int
    comes: tuple[Wish, ...]
    goes: tuple[Unplaced, ...]


def difference(plan: Plan) -> Difference | None:
    """Of a finished plan from the drafts its problem carries; None where there were none."""
    before = {(draft.person_id, draft.opening_id) for draft in plan.problem.drafts}
    if not before:
        return None
    wishes = [wish for wish in plan.problem.wishes if (wish.person_id, wish.opening_id) in before - plan.placed.keys()]
    return Difference(
        stay=len(before & plan.placed.keys()),
        comes=tuple(plan.placed[key] for key in sorted(plan.placed.keys() - before, key=_by_opening)),
        goes=tuple(
            Unplaced(
                person_id=wish.person_id,
                opening_id=wish.opening_id,
                signup_id=wish.signup_id,
                blockers=rules.blockers(plan, wish),
            )
            for wish in sorted(wishes, key=lambda wish: (wish.opening_id, wish.person_id))
        ),
    )


def _by_opening(key: tuple[int, int]) -> tuple[int, int]:
    return key[1], key[0]
