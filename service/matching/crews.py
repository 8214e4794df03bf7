"""Which part of a crew keeps all of it from being held. Pure."""

from __future__ import annotations

from collections import defaultdict

from service.matching.blockers import Hindrance
from service.matching.problem import Problem
from service.matching.solution import OpenRole, Solution


def lacking(problem: Problem, solution: Solution) -> dict[int, tuple[int, ...]]:
    """Shift of a crew → the shifts of the crew for which too few could come, even if all the others were held.

    Left out where there is none: each part could be held by itself, and not all of them by the same people.
    """
    parts = {opening.id: opening for opening in problem.openings if opening.crew}
    short: dict[int, set[int]] = defaultdict(set)
    for role in solution.open_roles:
        if role.opening_id in parts and _ready(role) < role.missing:
            short[parts[role.opening_id].crew].add(parts[role.opening_id].shift_id)
    return {part.shift_id: tuple(sorted(short[part.crew])) for part in parts.values() if part.crew in short}


def _ready(role: OpenRole) -> int:
    """How many wait for nothing but the rest of the crew."""
    return sum(all(blocker.code == Hindrance.CREW for blocker in one.blockers) for one in role.hindered)
