"""Turns are dealt to everybody who is needed, evenly, and never against a rest, a night or a limit."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings

from service.rotation.checker import Fault, check
from service.rotation.dealing import deal
from service.rotation.problem import Absence, Bar, Deal, Limits, Party, Person, Problem, Turn
from service.rotation.rules import within_one
from service.rotation.standing_by import deal_after
from tests.service.rotation.strategies import YOUNG, blocks, month, small


def loads(problem: Problem, deal: Deal, *, among: set[int] | None = None) -> dict[int, int]:
    """What each party has served in the end; only what is in the blocks `among`, if given."""
    party_of = {person.id: person.party_id for person in problem.people}
    count = Counter(party_of[turn.person_id] for turn in deal.turns if among is None or turn.block_id in among)
    return {party.id: count[party.id] + (party.blocks if among is None else 0) for party in problem.parties}


@pytest.mark.parametrize(
    "problem",
    [
        month(),
        month(at=0),
        month(hours=6),
        month(hours=8),
        month(elders=8),
        month(household=2, elders=6),
        month(people=60, household=3),
    ],
    ids=["from 18:00", "from midnight", "six hours", "eight hours", "elders", "households", "large households"],
)
def test_a_gate_for_28_days_has_two_in_every_block_and_nobody_serves_two_more_than_another(problem: Problem) -> None:
    """Must-show 5 of the issue: coverage, loads within one, no rest or night rule broken, the same from the same."""
    made = deal(problem)
    assert check(problem, made) == []
    assert made.gaps == ()
    assert len(made.turns) == 2 * len(problem.blocks)
    assert within_one(loads(problem, made).values())
    assert made.is_proven
    assert deal(problem) == made


@pytest.mark.parametrize("elders", [0, 8])
def test_nights_and_weekends_are_shared_among_those_who_may_serve_then(elders: int) -> None:
    problem = month(elders=elders)
    made = deal(problem)
    nights = loads(problem, made, among={block.id for block in problem.blocks if block.is_night})
    assert set(nights.values()) if not elders else {nights[n] for n in range(1, elders + 1)} == {0}
    assert within_one(nights[n] for n in range(elders + 1, 31))
    assert within_one(loads(problem, made, among={b.id for b in problem.blocks if b.is_weekend}).values())


def test_a_month_for_thirty_people_takes_a_second_or_two_at_most() -> None:
    began = time.process_time()
    deal(month())
    assert time.process_time() - began < 3


@settings(max_examples=150, deadline=None)
@given(small())
def test_a_small_gate_is_dealt_as_well_as_any_deal_could(problem: Problem) -> None:
    """Against every deal there is: as many places filled, within one where any deal of so many is, and as even."""
    made = deal(problem)
    assert check(problem, made) == []
    assert deal(problem) == made
    best_cover, best_cost, can_be_level = best_of_all(problem, made)
    after = loads(problem, made).values()
    assert len(made.turns) == best_cover
    assert sum(load * load for load in after) == best_cost
    assert within_one(after) or not can_be_level
    assert made.is_proven


def best_of_all(problem: Problem, made: Deal) -> tuple[int, int, bool]:
    """Most places filled; the least sum of squared loads at that; whether a deal so full is within one.

    Tries every choice block by block, keeping what was held and the wishes that were met, and asks the checker.
    """
    met = {(turn.block_id, turn.person_id) for turn in made.turns if turn.is_wish or turn.is_held}
    plans: list[tuple[Turn, ...]] = [()]
    for block in problem.blocks:
        sure = tuple(Turn(block_id=at, person_id=who) for at, who in sorted(met) if at == block.id)
        others = [p.id for p in problem.people if p.id not in {turn.person_id for turn in sure}]
        room = max(block.needed - len(sure), 0)
        choices = [
            sure + tuple(Turn(block_id=block.id, person_id=who) for who in chosen)
            for size in range(room + 1)
            for chosen in combinations(others, size)
        ]
        plans = [plan + choice for plan in plans for choice in choices if is_sound(problem, plan + choice)]
    full = max(len(plan) for plan in plans)
    costs = [list(loads(problem, Deal(plan)).values()) for plan in plans if len(plan) == full]
    return full, min(sum(load * load for load in one) for one in costs), any(map(within_one, costs))


def is_sound(problem: Problem, turns: tuple[Turn, ...]) -> bool:
    """Whether so much of a deal breaks no rule; what it leaves open is looked at later."""
    return all(fault in (Fault.UNTOLD, Fault.DROPPED) for fault, _about in check(problem, Deal(turns)))


def test_who_served_more_before_serves_less_now() -> None:
    problem = month()
    behind = tuple(replace(party, blocks=6 if party.id <= 10 else 3) for party in problem.parties)
    problem = replace(problem, parties=behind)
    made = deal(problem)
    assert within_one(loads(problem, made).values())
    count = Counter(turn.person_id for turn in made.turns)
    assert max(count[n] for n in range(1, 11)) < min(count[n] for n in range(11, 31))


def test_who_holds_a_place_keeps_it_and_a_wish_is_met_first() -> None:
    problem = month(people=16)
    tuesdays = frozenset((block.id, 3) for block in problem.blocks if block.id % 42 == 9)
    problem = replace(problem, held=frozenset({(1, 7), (1, 8), (5, 2)}), wishes=tuesdays)
    made = deal(problem)
    assert check(problem, made) == []
    given = {(turn.block_id, turn.person_id): turn for turn in made.turns}
    assert {key for key, turn in given.items() if turn.is_held} == problem.held
    assert {key for key, turn in given.items() if turn.is_wish} == tuesdays
    assert made.unmet == ()


def test_a_wish_against_a_rule_is_named_with_what_stands_against_it() -> None:
    problem = replace(month(), wishes=frozenset({(1, 4), (2, 4)}))
    [unmet] = deal(problem).unmet
    assert (unmet.block_id, unmet.person_id, unmet.bar) == (2, 4, Bar.REST)


def test_what_was_offered_stays_where_it_does_not_stand_in_the_way_of_evenness() -> None:
    problem = month()
    first = deal(problem)
    kept = frozenset((turn.block_id, turn.person_id) for turn in first.turns)
    again = deal(replace(problem, kept=kept))
    assert {(turn.block_id, turn.person_id) for turn in again.turns} == kept


def test_a_newcomer_moves_nobody_who_holds_a_place() -> None:
    problem = month(people=29)
    held = frozenset((turn.block_id, turn.person_id) for turn in deal(problem).turns if turn.block_id <= 84)
    newcomer = Person(id=30, party_id=30, birth_on=YOUNG)
    joined = replace(
        problem, held=held, people=(*problem.people, newcomer), parties=(*problem.parties, Party(id=30, blocks=5))
    )
    made = deal(joined)
    assert check(joined, made) == []
    assert held <= {(turn.block_id, turn.person_id) for turn in made.turns}
    assert within_one(loads(joined, made).values())


def test_a_block_nobody_may_serve_in_is_named_with_what_stands_against_everybody() -> None:
    problem = month(people=3, elders=3)
    short = replace(problem, blocks=problem.blocks[:6])
    gone = Absence(short.blocks[4].starts_at, short.blocks[4].ends_at)
    short = replace(short, people=(replace(short.people[0], absences=(gone,)), *short.people[1:]))
    gaps = {gap.block_id: gap for gap in deal(short).gaps}
    assert gaps[2].missing == 2
    assert gaps[2].against == {Bar.NIGHT_AGE: 3}
    assert gaps[3].against == {Bar.NIGHT_AGE: 3}
    assert all(gap.against for gap in gaps.values())
    assert Bar.AWAY in gaps.get(5, gaps[2]).against or 5 not in gaps


def test_a_turn_says_who_had_fewer_and_why_they_were_passed_over() -> None:
    problem = Problem(
        blocks=blocks(count=2, needed=1, at=14),
        parties=(Party(id=1), Party(id=2, blocks=1), Party(id=3)),
        people=(
            Person(id=1, party_id=1, birth_on=YOUNG, absences=(Absence(*_span(1)),)),
            Person(id=2, party_id=2, birth_on=YOUNG),
            Person(id=3, party_id=3, birth_on=YOUNG, unfit={1: Bar.UNFIT, 2: Bar.UNFIT}),
        ),
    )
    first, *_ = deal(problem).turns
    assert (first.block_id, first.person_id, first.had) == (1, 2, 1)
    assert first.passed == {Bar.AWAY: 1, Bar.UNFIT: 1}


def _span(hours: int) -> tuple[datetime, datetime]:
    start = blocks(count=1, at=14)[0].starts_at
    return start, start + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("fault", "turns"),
    [
        (Fault.UNKNOWN, [(999, 1)]),
        (Fault.TWICE, [(1, 20), (1, 20)]),
        (Fault.OVERFULL, [(1, 20), (1, 21), (1, 22)]),
        (Fault.BARRED, [(2, 1)]),
        (Fault.REST, [(1, 20), (2, 20)]),
        (Fault.A_DAY, [(5, 1), (10, 1)]),
        (Fault.NIGHTS, [(2, 20), (8, 20), (14, 20), (20, 20)]),
        (Fault.HOURS, [(1, 20), (6, 20), (11, 20), (16, 20), (21, 20), (26, 20)]),
    ],
)
def test_the_checker_finds_each_fault(fault: Fault, turns: list[tuple[int, int]]) -> None:
    problem = month(elders=1)
    made = Deal(tuple(Turn(block_id=at, person_id=who) for at, who in turns))
    assert fault in {found for found, _about in check(problem, made)}


def test_a_bound_the_solver_gets_wrong_is_asked_for_again() -> None:
    """With the best known from the start, HiGHS 1.16 tells here of 25 where every deal costs 26."""
    made_blocks = tuple(replace(block, is_weekend=False) for block in blocks(count=6, hours=6, at=0, needed=2))
    away = Absence(made_blocks[2].starts_at, made_blocks[2].ends_at)
    problem = Problem(
        blocks=made_blocks,
        parties=tuple(Party(id=n) for n in (1, 2, 3)),
        people=(
            Person(id=1, party_id=1, week_minutes=240),
            Person(id=2, party_id=1, week_minutes=480),
            Person(id=3, party_id=2, week_minutes=480),
            Person(id=4, party_id=1, absences=(away,)),
        ),
        limits=Limits(rest=timedelta(0), nights_a_week=1),
        held=frozenset({(1, 1), (4, 1)}),
    )
    assert deal(problem).is_proven


def test_no_block_has_two_who_stand_by_for_which_another_would_have_none() -> None:
    problem = month(people=20)
    made = deal(problem)

    def covered(wished: int) -> tuple[Deal, set[int]]:
        wishing = tuple(replace(block, needed=wished) for block in problem.blocks)
        asked, beside = deal_after(replace(problem, blocks=wishing), made)
        assert check(asked, beside) == []
        return beside, {turn.block_id for turn in beside.turns}

    one, with_one = covered(1)
    two, with_two = covered(2)
    assert with_two == with_one < {block.id for block in problem.blocks}
    assert len(two.turns) >= len(one.turns)
    assert not any(turn.is_held for turn in two.turns)
