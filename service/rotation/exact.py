"""The same rules as rows of a whole-number program: the proof, where exchanges did not reach the bound."""

from __future__ import annotations

from itertools import combinations

from service.matching.milp import Program
from service.rotation.plan import Plan, Seat, bits

#: (person, block) → index of the column that says whether she serves in it.
Column = dict[tuple[int, int], int]


def improve(plan: Plan, *, node_limit: int) -> bool:
    """Make the plan cover as much, then as evenly, as it can; whether both are proven to be the best there is.

    What is fixed stays. The plan is never made worse.
    """
    program = Program()
    column: Column = {}
    for person, seat in enumerate(plan.seats):
        for block in bits(seat.open | seat.held):
            column[person, block] = program.column(seat.fixed >> block & 1, 1)
    if not column:
        return True
    _rules(plan, program, column)
    covered = [(at, 1) for at in column.values()]
    steps = _steps(plan, program, column)
    known = _known(plan, program, column, steps)
    most = program.best(covered, is_most=True, known=known, node_limit=node_limit)
    if most is None:
        return False
    reached = sum(most.values[at] for at, _ in covered)
    program.row(covered, least=reached)
    even = program.best(
        [(at, 2 * load + 1) for at, load in steps.values()], is_most=False, known=most.values, node_limit=node_limit
    )
    best = even or most
    _take_over(plan, column, best.values)
    cost = sum(best.values[at] * (2 * load + 1) for at, load in steps.values())
    return reached == most.bound and even is not None and cost == even.bound


def _rules(plan: Plan, program: Program, column: Column) -> None:
    for block, known in enumerate(plan.problem.blocks):
        terms = [(column[person, block], 1) for person in range(len(plan.seats)) if (person, block) in column]
        fixed = sum(seat.fixed >> block & 1 for seat in plan.seats)
        if terms:
            program.row(terms, most=max(known.needed, fixed))
    for person in range(len(plan.seats)):
        mine = {block: column[person, block] for block in range(plan.count) if (person, block) in column}
        _apart(plan, program, mine, plan.seats[person])
        _limits(plan, program, mine, plan.seats[person])


def _apart(plan: Plan, program: Program, mine: dict[int, int], seat: Seat) -> None:
    """At most one of blocks that are too close to each other; what is held already may break it among itself."""
    for first in mine:
        later = [at for at in bits(seat.too_close[first] >> first << first) if at in mine]
        is_clique = all(seat.too_close[one] >> two & 1 for one, two in combinations(later, 2))
        for group in [[first, *later]] if is_clique and later else [[first, other] for other in later]:
            fixed = sum(seat.fixed >> at & 1 for at in group)
            program.row([(mine[at], 1) for at in group], most=max(1, fixed))


def _limits(plan: Plan, program: Program, mine: dict[int, int], seat: Seat) -> None:
    for window in sorted({window for of_block in plan.windows for window in of_block}):
        nights = [(mine[at], 1) for at in bits(window) if at in mine]
        limit = max(plan.problem.limits.nights_a_week, (seat.fixed & window).bit_count())
        if len(nights) > limit:
            program.row(nights, most=limit)
    for mask, left in seat.weeks:
        minutes = [(mine[at], plan.minutes[at]) for at in bits(mask) if at in mine]
        if minutes:
            program.row(minutes, most=max(left, sum(plan.minutes[at] for at in bits(seat.fixed & mask))))


def _steps(plan: Plan, program: Program, column: Column) -> dict[tuple[int, int], tuple[int, int]]:
    """For each party the columns of its first, second, … turn: (party, nth) → (column, load before it)."""
    steps: dict[tuple[int, int], tuple[int, int]] = {}
    for party, known in enumerate(plan.problem.parties):
        mine = [at for (person, _block), at in column.items() if plan.seats[person].party == party]
        if not mine:
            continue
        for nth in range(len(mine)):
            steps[party, nth] = program.column(0, 1), known.blocks + nth
        row = [(at, 1) for at in mine] + [(steps[party, nth][0], -1) for nth in range(len(mine))]
        program.row(row, least=0, most=0)
    return steps


def _known(
    plan: Plan, program: Program, column: Column, steps: dict[tuple[int, int], tuple[int, int]]
) -> tuple[int, ...]:
    values = [0] * len(program.lower)
    for (person, block), at in column.items():
        values[at] = plan.seats[person].held >> block & 1
    for (party, nth), (at, _load) in steps.items():
        values[at] = int(nth < plan.load[party] - plan.problem.parties[party].blocks)
    return tuple(values)


def _take_over(plan: Plan, column: Column, values: tuple[int, ...]) -> None:
    for (person, block), at in column.items():
        has = plan.seats[person].held >> block & 1
        if has and not values[at]:
            plan.take(person, block)
    for (person, block), at in column.items():
        if values[at] and not plan.seats[person].held >> block & 1:
            plan.put(person, block)
