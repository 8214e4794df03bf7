"""The matcher for tens of thousands: regions of up to eleven thousand people in whole numbers, then their seams.

1. Each region is one program over its people and the shifts they wish for most (block.py), solved first with halves
   allowed, then whole. Together they say what no plan can beat (proof.py).
2. Blocks on the seams: who wishes for a shift of another region, and who wishes for those shifts at home.
3. Blocks around roles that are still open, wherever people live.
4. Whoever can still be added towards a minimum is added.

After every block the plan is whole and no worse than before: whoever will not wait takes it as it is then. The same
problem has the same plan, however many processes there are: limits are nodes, blocks of one turn share nothing, and
their results are taken in their order.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain

from service.matching import rules
from service.matching.block import Part
from service.matching.blocks import Block, around, in_turns, regions, seams
from service.matching.conclusion import conclude
from service.matching.exchange import Region
from service.matching.filling import fill_minimums, fill_up
from service.matching.incumbent import not_worse
from service.matching.plan import Plan
from service.matching.problem import Problem, Wish
from service.matching.proof import Outlook, outlook, regions_of
from service.matching.side_by_side import side_by_side
from service.matching.solution import Enough, Level, LevelName, Solution, Tell, to_nobody
from service.terms import MatchStage

NAME = "blocks/7"
#: Blocks around open roles, at most for each region.
MOST_AROUND = 4


@contextmanager
def uncollected() -> Iterator[None]:
    """Without Python's search for values that only hold each other: a plan makes millions of values and none such, and
    looking through them again and again takes a tenth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def solve(problem: Problem, *, tell: Tell = to_nobody) -> Solution:
    """A plan that breaks no hard rule, with all reasons, and what no plan can beat."""
    return finished(*plan(problem, tell=tell))


@uncollected()
def plan(problem: Problem, *, processes: int = 1, tell: Tell = to_nobody) -> tuple[Plan, Outlook | None]:
    """The plan, and what no plan can beat; None where what people hold already breaks a rule, or where `tell` had
    enough before all regions were seen."""
    made = Plan(problem)
    facts = rules.cover(made).value
    found = regions(made)
    seen: list[list[Region] | None] = []
    with suppress(Enough):
        tell(MatchStage.OUTLINE, 0, len(found))
        for turn in in_turns(made, found):
            on_its_way = _counted(tell, MatchStage.OUTLINE, len(seen), of=len(found))
            seen += solve_turn(made, turn, processes=processes, proving=True, tell=on_its_way)
            tell(MatchStage.OUTLINE, len(seen), len(found))
        between = seams(made, found)
        done = 0
        for turn in in_turns(made, between):
            tell(MatchStage.PLACING, done, len(between))
            on_its_way = _counted(tell, MatchStage.PLACING, done, of=len(between))
            solve_turn(made, turn, processes=processes, tell=on_its_way)
            done += len(turn)
        for block in around(made, most=MOST_AROUND * len(found)):
            solve_turn(made, [block], processes=1)
    fill_minimums(made)
    return made, outlook(made, seen, facts=facts) if len(seen) == len(found) else None


@uncollected()
def finished(made: Plan, seen: Outlook | None) -> Solution:
    """The plan with whoever can still be added, no worse than what was there before, and why everybody else is not."""
    fill_up(made)
    made = not_worse(made)
    return replace(conclude(made, solver=NAME), levels=bounded(made, seen))


def solve_turn(
    made: Plan,
    turn: Sequence[Block],
    *,
    processes: int,
    proving: bool = False,
    tell: Callable[[int], None] = lambda _solved: None,
) -> list[list[Region] | None]:
    """Solve blocks that share nothing, and take their results in their order.

    `tell` is told how many are solved, but for the last. What it raises ends the turn: those not solved keep what they
    had.
    """
    before = [_taken_out(made, block) for block in turn]

    def solve_one(number: int) -> tuple[list[tuple[int, int]], list[Region] | None]:
        block = turn[number]
        part = _with_others(made, block) if proving else Part(made, block.wishes(made))
        seen = None
        if proving:
            # Rows found for the proof make halves fewer: the whole numbers are the sooner found.
            seen = regions_of(_with_others(Plan(made.problem), block) if made.placed else part)
        return [(wish.person_id, wish.opening_id) for wish in part.solve(before[number])], seen

    # Nobody is placed before all are solved: guests of one are at home in another.
    results: list[tuple[list[tuple[int, int]], list[Region] | None]] = []
    try:
        for result in side_by_side(solve_one, len(turn), processes=processes):
            results.append(result)
            if len(results) < len(turn):
                tell(len(results))
    finally:
        for keys, _ in results:
            _put_in(made, keys)
        for wish in chain.from_iterable(before[len(results) :]):
            made.place(wish)
    return [seen for _, seen in results]


def _counted(tell: Tell, stage: MatchStage, before: int, *, of: int) -> Callable[[int], None]:
    """For one turn: tells how many are solved, with those of the turns before."""

    def told(solved: int) -> None:
        tell(stage, before + solved, of)

    return told


def bounded(made: Plan, seen: Outlook | None) -> tuple[Level, ...]:
    """The levels with their bounds: no plan covers more, and none that covers so much honours more wishes."""
    if seen is None:
        return rules.levels(made)
    bounds: dict[LevelName, int | None] = {
        LevelName.COVER: seen.heads,
        LevelName.KEPT: len(made.problem.pins),
        LevelName.WISHES: seen.wishes(rules.cover(made).value),
    }
    return tuple(replace(level, bound=bounds.get(level.name)) for level in rules.levels(made))


def _with_others(start: Plan, block: Block) -> Part:
    """The block, and what its neighbours would be worth to it and it to them."""
    return Part(start, block.wishes(start), guests=list(block.guests(start)), away=list(block.away(start)))


def _taken_out(made: Plan, block: Block) -> list[Wish]:
    """Take back all the block's placements, and give them."""
    before = [wish for wish in block.wishes(made) if made.is_placed(wish)] if made.placed else []
    for wish in before:
        made.take_back(wish)
    return before


def _put_in(made: Plan, keys: Iterable[tuple[int, int]]) -> None:
    for person_id, opening_id in keys:
        made.place(next(wish for wish in made.wishes_of[person_id] if wish.opening_id == opening_id))
