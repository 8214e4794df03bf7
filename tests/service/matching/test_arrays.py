"""What is computed on arrays says the same as the rules it was taken from."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.neighbourhoods import neighbourhood
from service.matching.columns import Columns, Groups
from service.matching.filling import try_to_place
from service.matching.frame import Frame
from service.matching.hoursums import sharper
from service.matching.plan import Plan
from service.matching.problem import Problem
from service.matching.prospects import possible, prospects
from service.matching.rows import OWN, framed
from service.matching.rules import FIXED, GROWING, OWN_TIME, fits
from tests.service.matching.strategies import ruled_problems
from tests.service.matching.test_every_rule import slowly


@slowly
@given(ruled_problems(), st.integers(1, 4))
def test_who_is_possible_is_who_breaks_no_rule_in_an_empty_and_in_a_half_made_plan(
    problem: Problem, every: int
) -> None:
    plan = Plan(problem)
    for n, one in enumerate(problem.wishes):
        wishes = [w for w in problem.wishes if (w.person_id, w.opening_id) not in plan.placed]
        if n % every == 0:
            found = possible(plan, Columns(problem, wishes), wishes)
            assert found.tolist() == [fits(plan, wish, by=FIXED + GROWING) for wish in wishes]
            try_to_place(plan, one, settled=False)


@slowly
@given(ruled_problems())
def test_the_rows_of_one_person_allow_the_sets_of_duties_that_the_rules_allow_and_no_others(problem: Problem) -> None:
    """Rows that follow from others are left out: that must not let anything in."""
    plan = Plan(problem)
    frame = Frame(plan, prospects(plan, problem.wishes), OWN, (), away=())
    for columns in frame.of_person.values():
        for count in range(1, min(4, len(columns)) + 1):
            for chosen in combinations(columns, count):
                assert _keeps_all_rows(frame, chosen) == _is_allowed(plan, frame, chosen)


def _keeps_all_rows(frame: Frame, chosen: tuple[int, ...]) -> bool:
    program = frame.program
    return all(
        sum(program.value[at] for at in range(begin, end) if program.index[at] in chosen) <= most
        for begin, end, most in zip(program.starts, program.starts[1:], program.most, strict=False)
    )


def _is_allowed(plan: Plan, frame: Frame, chosen: tuple[int, ...]) -> bool:
    placed = []
    for n in chosen:
        if not fits(plan, frame.wishes[n], by=OWN_TIME):
            break
        plan.place(frame.wishes[n])
        placed.append(frame.wishes[n])
    for wish in placed:
        plan.take_back(wish)
    return len(placed) == len(chosen)


@settings(deadline=None)
@given(st.lists(st.sampled_from([30, 60, 90, 120, 180, 240, 300]), min_size=2, max_size=6), st.integers(300, 720))
def test_sharper_rows_cut_off_no_set_of_whole_duties(minutes: list[int], most: int) -> None:
    allowed = [
        chosen
        for count in range(1, len(minutes) + 1)
        for chosen in combinations(range(len(minutes)), count)
        if sum(minutes[n] for n in chosen) <= most
    ]
    for shares, limits in sharper(np.array(minutes), np.zeros(len(minutes), np.int64), np.array([most])):
        assert all(sum(shares[n] for n in chosen) <= limits[0] for chosen in allowed)


def test_who_serves_once_a_week_has_one_row_for_all_her_duties() -> None:
    problem = neighbourhood(100, 30, seed=3)
    frame = framed(Plan(problem), prospects(Plan(problem), problem.wishes))

    once = [
        person.id
        for person in problem.persons
        if person.most_a_week == 1 and len(frame.of_person.get(person.id, ())) > 1
    ]
    rows = [frame.wishes[frame.program.index[at]].person_id for at in frame.program.starts[: frame.own_rows]]
    assert once
    assert all(rows.count(person_id) == 1 for person_id in once)


def test_groups_are_of_one_key_each_and_pairs_stay_within_them() -> None:
    groups = Groups.by(np.array([3, 1, 3, 2, 1]), then=np.array([9, 5, 8, 0, 4]))

    assert groups.order.tolist() == [4, 1, 3, 2, 0]
    assert groups.sizes.tolist() == [2, 1, 2]
    assert groups.sums(np.array([1, 10, 100, 1000, 10000])).tolist() == [10010, 1000, 101]
    assert list(zip(*(side.tolist() for side in groups.pairs()), strict=True)) == [
        *((0, 0), (1, 0), (1, 1), (2, 2)),
        *((3, 3), (4, 3), (4, 4)),
    ]
