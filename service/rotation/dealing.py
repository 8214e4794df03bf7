"""Who takes which turn: the same from the same, as even as the rules allow.

1. What is held stays; wishes are met where the rules allow.
2. In order of time each block goes to whoever has served least, and so on down `_turn`.
3. A block without people, then a load above others, is mended by a chain: somebody takes it and gives up another, which
   somebody else takes, until it ends with one who has room.
4. Nights and weekends are shared by exchanges that leave the loads as they are.
5. Where 3 did not reach what no deal could beat, an exact model goes on from there (exact.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heapreplace
from math import inf

from service.rotation import exact
from service.rotation.explaining import deal_of
from service.rotation.plan import Plan
from service.rotation.problem import Bar, Deal, Problem, Unmet

#: Hand-overs in one chain.
LONGEST_CHAIN = 4
#: One link: a person takes a block, and gives up another unless she is the last.
Link = tuple[int, int, int | None]


def deal(problem: Problem, *, node_limit: int = 2_000) -> Deal:
    """The turns of a problem. With `node_limit` 0 the exact model is left out: quick, and seldom worse."""
    plan = Plan(problem)
    unmet = _set_out(plan)
    _fill(plan)
    _cover(plan)
    _level(plan)
    is_proven = _is_best(plan)
    if not is_proven and node_limit:
        is_proven = exact.improve(plan, node_limit=node_limit)
    _share(plan, plan.nights, plan.night_load, also=None)
    _share(plan, plan.weekends, plan.weekend_load, also=plan.nights)
    return deal_of(plan, unmet, is_proven=is_proven)


def _set_out(plan: Plan) -> list[Unmet]:
    """Place what is held, what was wished, what is kept; the wishes that cannot be met."""
    block_at = {block.id: at for at, block in enumerate(plan.problem.blocks)}
    person_at = {person.id: at for at, person in enumerate(plan.problem.people)}
    for block_id, person_id in sorted(plan.problem.held):
        plan.fix(person_at[person_id], block_at[block_id])
    unmet = []
    for block_id, person_id in sorted(plan.problem.wishes - plan.problem.held):
        person, block = person_at[person_id], block_at[block_id]
        bar = plan.bar(person, block) or (None if plan.missing[block] > 0 else Bar.TAKEN)
        if bar is None:
            plan.fix(person, block)
        else:
            unmet.append(Unmet(block_id, person_id, bar))
    for block_id, person_id in sorted(plan.problem.kept):
        person, block = person_at[person_id], block_at[block_id]
        if plan.missing[block] > 0 and plan.bar(person, block) is None:
            plan.put(person, block)
    return unmet


def _fill(plan: Plan) -> None:
    for block in range(plan.count):
        while plan.missing[block] > 0:
            free = [person for person in range(len(plan.seats)) if plan.bar(person, block) is None]
            if not free:
                break
            plan.put(min(free, key=lambda person: _turn(plan, person, block)), block)


def _turn(plan: Plan, person: int, block: int) -> tuple[int, ...]:
    """Whose turn it is: the lowest comes first."""
    seat = plan.seats[person]
    return (
        plan.load[seat.party],
        plan.night_load[seat.party] if plan.nights[block] else 0,
        plan.weekend_load[seat.party] if plan.weekends[block] else 0,
        seat.held.bit_count(),
        (seat.held & ((1 << block) - 1)).bit_length(),
        person,
    )


def _cover(plan: Plan) -> None:
    """Find people for blocks that lack them, while chains do."""
    for block in range(plan.count):
        while plan.missing[block] > 0 and (chain := _chain(plan, block, giver=None, most=inf)):
            _apply(plan, chain)


def _level(plan: Plan) -> None:
    """Take turns from parties that have more than one above another, while chains do."""
    while not _is_even(plan) and (found := next(_relief(plan), None)):
        person, block, chain = found
        plan.take(person, block)
        _apply(plan, chain)


def _relief(plan: Plan) -> Iterator[tuple[int, int, list[Link]]]:
    """(person, block, chain) by which she is rid of it and the loads are more even."""
    load_of = [plan.load[seat.party] for seat in plan.seats]
    lowest = min(plan.load)
    for person in sorted(range(len(plan.seats)), key=lambda person: -load_of[person]):
        most = load_of[person] - 2
        if most < lowest:
            return
        for block in plan.movable(person):
            if chain := _chain(plan, block, giver=person, most=most):
                yield person, block, chain


def _chain(plan: Plan, block: int, *, giver: int | None, most: float) -> list[Link] | None:
    """The shortest chain that finds somebody for the block, ending with a party that has `most` blocks or fewer."""
    order = sorted(range(len(plan.seats)), key=lambda person: (plan.load[plan.seats[person].party], person))
    frontier: list[tuple[int, list[Link]]] = [(block, [])]
    seen = {block}
    for _depth in range(LONGEST_CHAIN):
        reached: list[tuple[int, list[Link]]] = []
        for sought, path in frontier:
            busy = {link[0] for link in path} | {giver}
            for person in order:
                if person in busy or not plan.seats[person].open >> sought & 1:
                    continue
                if plan.load[plan.seats[person].party] <= most and plan.bar(person, sought) is None:
                    return [*path, (person, sought, None)]
                lost = [at for at in plan.movable(person) if at not in seen and _is_fit(plan, person, sought, at)]
                seen.update(lost)
                reached += [(at, [*path, (person, sought, at)]) for at in lost]
        frontier = reached
    return None


def _is_fit(plan: Plan, person: int, gained: int, lost: int) -> bool:
    """Whether she could serve in one block in place of another."""
    return plan.bar(person, gained, without=1 << lost) is None


def _apply(plan: Plan, chain: list[Link]) -> None:
    for person, gained, lost in chain:
        if lost is not None:
            plan.take(person, lost)
        plan.put(person, gained)


def _share(plan: Plan, flags: list[bool], counts: list[int], *, also: list[bool] | None) -> None:
    """Exchange flagged blocks for others between parties that have more and fewer of them; `also` stays as it is."""
    while exchange := next(_exchanges(plan, flags, counts, also), None):
        _apply(plan, exchange)


def _exchanges(plan: Plan, flags: list[bool], counts: list[int], also: list[bool] | None) -> Iterator[list[Link]]:
    for giver, taker in _unequal(plan, counts):
        for given in (at for at in plan.movable(giver) if flags[at]):
            for back in (at for at in plan.movable(taker) if not flags[at]):
                is_alike = also is None or also[given] == also[back]
                if is_alike and _is_fit(plan, taker, given, back) and _is_fit(plan, giver, back, given):
                    yield [(giver, back, given), (taker, given, back)]


def _unequal(plan: Plan, counts: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of people whose parties' counts are two or more apart, the widest first."""
    count_of = [counts[seat.party] for seat in plan.seats]
    order = sorted(range(len(plan.seats)), key=lambda person: (-count_of[person], person))
    for giver in order:
        for taker in reversed(order):
            if count_of[giver] - count_of[taker] < 2:
                break
            yield giver, taker


def _is_even(plan: Plan) -> bool:
    before = [party.blocks for party in plan.problem.parties]
    return _cost(plan.load) == least_cost(before, sum(plan.load) - sum(before))


def _is_best(plan: Plan) -> bool:
    return not any(missing > 0 for missing in plan.missing) and _is_even(plan)


def _cost(loads: list[int]) -> int:
    return sum(load * load for load in loads)


def least_cost(before: list[int], turns: int) -> int:
    """The least sum of squared loads that any deal of so many turns could have: each to whoever has least."""
    if not before:
        return 0
    loads = list(before)
    heapify(loads)
    for _turn_dealt in range(turns):
        heapreplace(loads, loads[0] + 1)
    return _cost(loads)
