"""A finished plan as a deal: each turn with why it is whose, each gap with what stands against everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from service.rotation.plan import Plan
from service.rotation.problem import Bar, Deal, Gap, Turn, Unmet


def deal_of(plan: Plan, unmet: Sequence[Unmet], *, is_proven: bool) -> Deal:
    """The deal, in order of time."""
    had = [party.blocks for party in plan.problem.parties]
    turns: list[Turn] = []
    gaps: list[Gap] = []
    for block, known in enumerate(plan.problem.blocks):
        inside = [person for person, seat in enumerate(plan.seats) if seat.held >> block & 1]
        turns += [_turn(plan, person, block, had) for person in inside]
        if plan.missing[block] > 0:
            bars = (plan.bar(person, block) for person in range(len(plan.seats)) if person not in inside)
            against = Counter(bar or Bar.EVENNESS for bar in bars)
            gaps.append(Gap(known.id, plan.missing[block], dict(sorted(against.items()))))
        for person in inside:
            had[plan.seats[person].party] += 1
    return Deal(tuple(turns), tuple(gaps), tuple(unmet), is_proven)


def _turn(plan: Plan, person: int, block: int, had: list[int]) -> Turn:
    problem = plan.problem
    key = (problem.blocks[block].id, problem.people[person].id)
    mine = plan.seats[person].party
    passed = Counter(
        _against(plan, party, block)
        for party in range(len(problem.parties))
        if had[party] < had[mine] and not _is_in(plan, party, block)
    )
    return Turn(
        block_id=key[0],
        person_id=key[1],
        is_held=key in problem.held,
        is_wish=key in problem.wishes,
        had=had[mine],
        passed=dict(sorted(passed.items())),
    )


def _against(plan: Plan, party: int, block: int) -> Bar:
    """What stands against the one of the party who is nearest to fit; evenness when somebody does."""
    bars = [plan.bar(person, block) for person, seat in enumerate(plan.seats) if seat.party == party]
    return Bar.EVENNESS if None in bars or not bars else min((bar for bar in bars if bar), key=list(Bar).index)


def _is_in(plan: Plan, party: int, block: int) -> bool:
    return any(seat.held >> block & 1 for seat in plan.seats if seat.party == party)
