"""The checker sees what is broken: sound plans are spoilt one way each, and it must say so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.matching import greedy
from service.matching.checker import check
from service.matching.faults import Fault
from service.matching.problem import Commitment, Opening, Person, Pin, Problem, Wish
from service.matching.solution import Level, Placement, Solution, Unplaced
from tests.service.matching.strategies import BARRED, MONDAY, WEEK, opening, problems


def forced(problem: Problem, *keys: tuple[int, int]) -> Solution:
    """A plan that simply places these wishes, and refuses nobody."""
    wishes = {(wish.person_id, wish.opening_id): wish for wish in problem.wishes}
    return Solution(
        solver="a bad one",
        input_hash=problem.input_hash,
        placements=tuple(
            Placement(person_id=p, opening_id=o, rank=wishes[p, o].rank, signup_id=wishes[p, o].signup_id)
            for p, o in keys
        ),
        unplaced=(),
        open_roles=(),
        levels=(),
    )


def problem(
    *openings: Opening, hours: int = 20, held: tuple[Commitment, ...] = (), pins: tuple[Pin, ...] = ()
) -> Problem:
    return Problem(
        from_minute=MONDAY,
        until_minute=MONDAY + WEEK,
        persons=(Person(id=1, max_minutes=60 * hours), Person(id=2, max_minutes=60 * hours)),
        openings=openings,
        commitments=held,
        wishes=tuple(Wish(person_id=n, opening_id=o.id, rank=1, signup_id=o.id + n) for o in openings for n in (1, 2)),
        pins=pins,
    )


def faults(given_problem: Problem, solution: Solution) -> set[Fault]:
    return {violation.fault for violation in check(given_problem, solution)}


LATER = MONDAY + 540 + 120


@pytest.mark.parametrize(
    ("second", "clashes"),
    [
        (opening(20, 2, starts=LATER + 30), False),
        (opening(20, 2, starts=LATER + 29), True),
        (opening(20, 2, starts=LATER - 60), True),
        (opening(20, 2), True),
        (opening(20, 1, starts=LATER + 600), True),  # the same shift
    ],
    ids=["rested", "no rest", "overlap", "at once", "same shift"],
)
def test_two_duties_of_one_person(second: Opening, clashes: bool) -> None:
    given_problem = problem(opening(10, 1), second)
    assert (Fault.CLASH in faults(given_problem, forced(given_problem, (1, 10), (1, 20)))) == clashes


def test_a_clash_with_a_duty_elsewhere_or_a_pin() -> None:
    held = (Commitment(person_id=1, shift_id=99, starts=MONDAY, ends=MONDAY + 600, rest_after=0, week=0),)
    with_held = problem(opening(10, 1), held=held)
    with_pin = problem(opening(10, 1), opening(20, 2), pins=(Pin(person_id=1, opening_id=20, is_confirmed=True),))
    assert Fault.CLASH in faults(with_held, forced(with_held, (1, 10)))
    assert Fault.CLASH in faults(with_pin, forced(with_pin, (1, 10)))


def test_facts_may_clash_among_themselves() -> None:
    pins = tuple(Pin(person_id=1, opening_id=o, is_confirmed=True) for o in (10, 20))
    given_problem = problem(opening(10, 1), opening(20, 2), pins=pins)
    assert Fault.CLASH not in faults(given_problem, forced(given_problem))


def test_more_hours_than_she_will() -> None:
    evening = opening(20, 2, starts=MONDAY + 1140)
    enough, short = problem(opening(10, 1), evening, hours=4), problem(opening(10, 1), evening, hours=3)
    assert Fault.OVERWORKED not in faults(enough, forced(enough, (1, 10), (1, 20)))
    assert Fault.OVERWORKED in faults(short, forced(short, (1, 10), (1, 20)))


def test_more_people_than_places() -> None:
    one, kept = problem(opening(10, 1)), problem(opening(10, 1, max_needed=2, kept=1))
    assert Fault.OVERFULL not in faults(one, forced(one, (1, 10)))
    assert Fault.OVERFULL in faults(one, forced(one, (1, 10), (2, 10)))
    assert Fault.OVERFULL in faults(kept, forced(kept, (1, 10), (2, 10)))


def test_places_nobody_may_have() -> None:
    plain = problem(opening(10, 1))
    barred = replace(plain, wishes=(replace(plain.wishes[0], barred=BARRED),))
    invented = Placement(person_id=2, opening_id=10, rank=1)
    assert faults(barred, forced(barred, (1, 10))) == {Fault.BARRED}
    assert faults(plain, forced(plain, (1, 10), (1, 10))) == {Fault.PLACED_TWICE}
    assert faults(barred, replace(forced(barred), placements=(invented,))) == {Fault.NO_SUCH_WISH}


def test_a_plan_of_another_problem() -> None:
    plan = greedy.solve(problem(opening(10, 1)))
    assert faults(problem(opening(10, 1, max_needed=2)), plan) == {Fault.OTHER_PROBLEM}


@given(problems(), st.data())
def test_a_place_taken_away_is_seen(given_problem: Problem, data: st.DataObject) -> None:
    """Without one of its placements a plan refuses somebody untold, or overlooks her, or miscounts."""
    solution = greedy.solve(given_problem)
    assume(solution.placements)
    gone = data.draw(st.sampled_from(solution.placements))
    assert check(given_problem, replace(solution, placements=tuple(p for p in solution.placements if p != gone)))


@given(problems(), st.data())
def test_a_refusal_withheld_is_seen(given_problem: Problem, data: st.DataObject) -> None:
    solution = greedy.solve(given_problem)
    assume(solution.unplaced)
    first, *others = solution.unplaced
    silent = Unplaced(person_id=first.person_id, opening_id=first.opening_id, blockers=())
    for kept in (tuple(others), (silent, *others)):
        assert Fault.UNTOLD in faults(given_problem, replace(solution, unplaced=kept))


@given(problems(), st.data())
def test_a_figure_that_does_not_add_up_is_seen(given_problem: Problem, data: st.DataObject) -> None:
    solution = greedy.solve(given_problem)
    wrong = data.draw(st.sampled_from(range(len(solution.levels))))
    levels = [
        Level(name=level.name, value=level.value + (n == wrong), of=level.of) for n, level in enumerate(solution.levels)
    ]
    assert faults(given_problem, replace(solution, levels=tuple(levels))) == {Fault.MISCOUNTED}
