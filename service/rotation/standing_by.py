"""Who stands by in each block: dealt once it is known who serves, among those whom their own turns leave free.

Standing by takes somebody's time as a turn does: she may be called in. So the same rules hold, rest before and after
her own turns among them; and it is shared out as evenly, counted apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta

from service.rotation.dealing import deal
from service.rotation.problem import Bar, Block, Deal, Person, Problem
from service.rotation.rules import are_too_close, is_elder, monday


def deal_after(beside: Problem, dealt: Deal) -> tuple[Problem, Deal]:
    """Who stands by, once the turns are dealt; with the problem it solves.

    Every block has one before any has two.
    """
    problem = _left_by(beside, dealt)
    done = Deal(turns=())
    for most in range(1, max((block.needed for block in problem.blocks), default=0) + 1):
        blocks = tuple(replace(block, needed=min(block.needed, most)) for block in problem.blocks)
        held = problem.held | {(turn.block_id, turn.person_id) for turn in done.turns}
        done = deal(replace(problem, blocks=blocks, held=frozenset(held)), node_limit=0)
    turns = (replace(turn, is_held=(turn.block_id, turn.person_id) in problem.held) for turn in done.turns)
    return problem, replace(done, turns=tuple(turns))


def _left_by(beside: Problem, dealt: Deal) -> Problem:
    """`beside` as the turns that were dealt leave it: whom they take is not free, and her hours are fewer."""
    blocks = {block.id: block for block in beside.blocks}
    served: dict[int, list[Block]] = defaultdict(list)
    for turn in dealt.turns:
        served[turn.person_id].append(blocks[turn.block_id])
    return replace(beside, people=tuple(_left(beside, person, served[person.id]) for person in beside.people))


def _left(beside: Problem, person: Person, mine: list[Block]) -> Person:
    taken = {
        block.id: Bar.BUSY
        for block in beside.blocks
        if any(_is_too_close(beside, person, block, turn) for turn in mine)
    }
    used = Counter(dict(person.used))
    for turn in mine:
        used[monday(turn.starts_at)] += int((turn.ends_at - turn.starts_at) / timedelta(minutes=1))
    return replace(person, unfit={**taken, **person.unfit}, used=dict(used))


def _is_too_close(beside: Problem, person: Person, one: Block, two: Block) -> bool:
    first, second = (one, two) if one.starts_at <= two.starts_at else (two, one)
    is_old = is_elder(person, second, beside.limits)
    return are_too_close(first, second, beside.limits, is_elder=is_old)
