"""The exact matcher: each aim at its best before the next is looked at, and the proof that it is.

1. What no plan can do is left out: wishes that are barred, or that clash with what their person holds already.
2. The rest falls into parts that share neither person nor shift, bond, crew or visit; each is solved by itself.
3. In each part the aims are solved in their order, as mixed-integer programs: heads towards the minimums, then wishes,
   then fair loads, then short ways, then who asked first. What one aim reached is held while the next is solved. An
   aim that cannot be proven best within its limit of nodes keeps the best plan found, and says how far from proven it
   is.
4. The greedy plan is where each part begins, or the plan to be replaced if that is better: no plan is worse than these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from service.matching import greedy
from service.matching.conclusion import conclude
from service.matching.filling import fill_up
from service.matching.incumbent import not_worse
from service.matching.part import Found, Part
from service.matching.plan import Plan
from service.matching.problem import Problem, Wish
from service.matching.prospects import prospects
from service.matching.solution import LevelName, Solution, Tell, has_enough, to_nobody
from service.terms import MatchStage

NAME = "lexical/5"

#: Parts with more wishes than this keep the greedy plan: their programs would outlast a worker's patience
#: (docs/benchmarks.md).
LARGEST_PART = 20_000


def solve(problem: Problem, *, tell: Tell = to_nobody) -> Solution:
    """The best plan, or the best one found, with what no plan can beat at each level."""
    start = Plan(problem)
    able = prospects(start, problem.wishes)
    draft = not_worse(greedy.plan(problem))
    chosen: list[Wish] = []
    bounds: dict[LevelName, int | None] = {name: 0 for name in LevelName if name != LevelName.KEPT}
    done, is_enough = 0, False
    for wishes in _parts(start, able):
        is_enough = is_enough or has_enough(tell, MatchStage.PLACING, done, of=len(able))
        drafted = [wish for wish in wishes if (wish.person_id, wish.opening_id) in draft.placed]
        is_left = is_enough or len(wishes) > LARGEST_PART
        found = Found(drafted, {}) if is_left else Part(start, wishes).solve(drafted)
        chosen += found.chosen
        done += len(wishes)
        bounds = {name: _added(bound, found.bounds.get(name)) for name, bound in bounds.items()}
    plan = _finished(problem, chosen)
    return _with_bounds(conclude(plan, solver=NAME), start, able, bounds)


def _finished(problem: Problem, chosen: Iterable[Wish]) -> Plan:
    """The plan of the chosen wishes, and of whatever still fits beside them where something was not solved.

    They are placed in the order in which they asked: the last one in a full role is named to whoever is refused.
    """
    plan = Plan(problem)
    for wish in sorted(chosen, key=lambda wish: (wish.signup_id is None, wish.signup_id or 0, wish.person_id)):
        plan.place(wish)
    fill_up(plan)
    return plan


def _added(sum_so_far: int | None, bound: int | None) -> int | None:
    return None if sum_so_far is None or bound is None else sum_so_far + bound


def _with_bounds(
    solution: Solution, start: Plan, able: Sequence[Wish], bounds: dict[LevelName, int | None]
) -> Solution:
    """The solution with what was proven, the openings and people that no part touched included."""
    openings, people = {wish.opening_id for wish in able}, {wish.person_id for wish in able}
    outside = {
        LevelName.COVER: sum(
            o.weight * min(o.min_needed, len(start.holders[o.id]))
            for o in start.openings.values()
            if o.id not in openings
        ),
        LevelName.WISHES: 0,
        LevelName.TRAVEL: 0,
        LevelName.BURDEN: sum(start.load_share(person) ** 2 for person in start.persons if person not in people),
    }
    levels = []
    for level in solution.levels:
        known = bounds.get(level.name)
        bound = level.value if level.name == LevelName.KEPT else None if known is None else known + outside[level.name]
        levels.append(replace(level, bound=bound))
    return replace(solution, levels=tuple(levels))


def _parts(start: Plan, wishes: Sequence[Wish]) -> Iterator[list[Wish]]:
    """Wishes in groups that no rule ties together, in the order of their first wish."""
    leader: dict[tuple[str, int], tuple[str, int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        leader.setdefault(node, node)
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for wish in wishes:
        for tie in _ties(start, wish):
            leader[find(("person", wish.person_id))] = find(tie)
    groups: dict[tuple[str, int], list[Wish]] = defaultdict(list)
    for wish in wishes:
        groups[find(("person", wish.person_id))].append(wish)
    yield from groups.values()


def _ties(start: Plan, wish: Wish) -> Iterator[tuple[str, int]]:
    """What a wish shares with others: the shift, its crew, the one visited, people she is bound to."""
    opening = start.openings[wish.opening_id]
    yield "shift", opening.shift_id
    if opening.crew:
        yield "crew", opening.crew
    if opening.visit:
        yield "visit", opening.visit
    for other_id, _kind in start.bonds.get(wish.person_id, ()):
        yield "person", other_id
