"""The matcher for tens of thousands: an outlook over regions, then blocks of about a thousand people in whole numbers.

1. Regions of up to eleven thousand people: a linear program says whom it is sure of, and, where the region is the
   whole problem, what no plan can beat. Who is sure is placed, as far as the rules allow.
2. Each block is solved with everybody else as a fact (block.py), the blocks of one turn side by side.
3. Blocks across the seams: people around the roles that are still open, wherever they live.
4. Whoever can still be added towards a minimum is added.

After every block the plan is whole and no worse than before. The same problem has the same plan, however many processes
there are: limits are nodes, blocks of one turn share nothing, and their results are taken in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.matching import rules
from service.matching.block import HALF, Outlook, Part, joined
from service.matching.blocks import Block, around, by_area, in_turns, own_wishes, regions
from service.matching.conclusion import conclude
from service.matching.filling import fill_minimums, fill_up, settle
from service.matching.incumbent import not_worse
from service.matching.plan import Plan
from service.matching.problem import Problem, Wish
from service.matching.side_by_side import side_by_side
from service.matching.solution import Level, LevelName, Solution, Tell, to_nobody
from service.terms import MatchStage

NAME = "blocks/1"
#: Blocks around open roles, at most for each hundred blocks of people.
MOST_SEAMS = 40
NOTHING = Outlook(heads=0, wishes=0, values={}, prices={}, loose=frozenset())


def solve(problem: Problem, *, tell: Tell = to_nobody) -> Solution:
    """A plan that breaks no hard rule, with all reasons, and what no plan can beat."""
    made, outlook = plan(problem, tell=tell)
    fill_up(made)
    made = not_worse(made)
    levels = bounded(made, outlook)
    solution = conclude(made, solver=NAME)
    known = {level.name: level.bound for level in levels}
    return replace(solution, levels=tuple(replace(level, bound=known[level.name]) for level in solution.levels))


def plan(problem: Problem, *, processes: int = 1, tell: Tell = to_nobody) -> tuple[Plan, Outlook]:
    """The plan, and the outlook it was made from."""
    made = Plan(problem)
    blocks = by_area(made)
    tell(MatchStage.OUTLINE, 0, 1)
    outlook = look_ahead(made, regions(blocks), processes=processes)
    place_the_sure(made, outlook)
    done = 0
    for turn in in_turns(made, blocks):
        tell(MatchStage.PLACING, done, len(blocks))
        solve_turn(made, turn, outlook, processes=processes)
        done += len(turn)
    for block in around(made, most=max(2, MOST_SEAMS * len(blocks) // 100)):
        solve_turn(made, [block], None, processes=1)
    fill_minimums(made)
    return made, outlook


def look_ahead(start: Plan, wholes: Sequence[Block], *, processes: int) -> Outlook:
    """The outlooks of all regions, each over what is its own. One region alone is the whole, and a proof."""
    own = own_wishes(start, wholes)

    def look(number: int) -> Outlook:
        return Part(start, own[number]).outlook() or NOTHING

    return joined(dict(enumerate(side_by_side(look, len(wholes), processes=processes))))


def place_the_sure(made: Plan, outlook: Outlook) -> None:
    """Place whom the outlook places whole, as far as the rules allow."""
    for key, value in outlook.values.items():
        if value > 1 - HALF:
            wish = next(wish for wish in made.wishes_of[key[0]] if wish.opening_id == key[1])
            if rules.fits(made, wish, by=rules.FIXED + rules.GROWING):
                made.place(wish)
    settle(made)


def solve_turn(made: Plan, turn: Sequence[Block], outlook: Outlook | None, *, processes: int) -> None:
    """Solve blocks that share nothing, and take their results in their order."""
    before = [_taken_out(made, block) for block in turn]

    def solve_one(number: int) -> list[tuple[int, int]]:
        chosen = Part(made, list(turn[number].wishes(made))).best(outlook, before[number])
        return [(wish.person_id, wish.opening_id) for wish in chosen]

    for keys in side_by_side(solve_one, len(turn), processes=processes):
        _put_in(made, keys)


def bounded(made: Plan, outlook: Outlook) -> tuple[Level, ...]:
    """The levels with their bounds: no plan covers more, and none that covers so much honours more wishes.

    The second only where the outlook fills whole heads: a plan that leaves out the part of one may honour more.
    """
    if not outlook.is_proof:
        return rules.levels(made)
    start = Plan(made.problem)
    before = {level.name: level.value for level in rules.levels(start)}
    bounds: dict[LevelName, int] = {
        LevelName.COVER: before[LevelName.COVER] + int(outlook.heads + HALF),
        LevelName.KEPT: before[LevelName.KEPT],
    }
    if abs(outlook.heads - round(outlook.heads)) < HALF:
        bounds[LevelName.WISHES] = int(outlook.wishes + HALF)
    return tuple(replace(level, bound=bounds.get(level.name)) for level in rules.levels(made))


def _taken_out(made: Plan, block: Block) -> list[Wish]:
    """Take back all the block's placements, and give them."""
    before = [wish for wish in block.wishes(made) if (wish.person_id, wish.opening_id) in made.placed]
    for wish in before:
        made.take_back(wish)
    return before


def _put_in(made: Plan, keys: Iterable[tuple[int, int]]) -> None:
    for person_id, opening_id in keys:
        made.place(next(wish for wish in made.wishes_of[person_id] if wish.opening_id == opening_id))
