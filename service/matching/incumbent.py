"""The plan that a new one is to replace: no matcher gives back anything worse.

Its placements are tried in the new problem, where people may have left it and others come; what still goes is kept,
and places it left are filled as the greedy matcher would.
"""

from __future__ import annotations

from service.matching import rules
from service.matching.filling import fill_up, settle, try_to_place
from service.matching.plan import Plan
from service.matching.problem import Problem


def not_worse(made: Plan) -> Plan:
    """The plan made, or the one it was to replace where that is better; the former where they are as good."""
    if not made.problem.drafts:
        return made
    before = carried_over(made.problem)
    return before if standing(before) > standing(made) else made


def carried_over(problem: Problem) -> Plan:
    """The drafts of the problem as a plan that keeps every rule."""
    plan = Plan(problem)
    drafted = {(draft.person_id, draft.opening_id) for draft in problem.drafts}
    for wish in problem.wishes:
        key = wish.person_id, wish.opening_id
        if key in drafted and key not in plan.placed:
            try_to_place(plan, wish, settled=False)
    settle(plan)
    fill_up(plan)
    return plan


def standing(plan: Plan) -> tuple[int, ...]:
    """The levels as a tuple that is larger for a better plan."""
    return tuple(-level.value if level.of is None else level.value for level in rules.levels(plan))
