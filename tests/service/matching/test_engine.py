"""Blocks: sound plans near what no plan can beat, the same however many processes solve them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest
from hypothesis import assume, given, settings

from bench import cover
from bench.neighbourhoods import neighbourhood
from service.matching import blocks, engine, greedy, lexical, record, rules
from service.matching.block import Part
from service.matching.checker import check
from service.matching.plan import Plan
from service.matching.problem import Problem, Wish
from service.matching.proof import best_of
from service.matching.solution import LevelName
from tests.service.matching.strategies import opening, ruled_problems
from tests.service.matching.test_every_rule import slowly
from tests.service.matching.test_lexical import problem_of, wish


@cache
def town() -> Problem:
    """Three communities of a hundred people and thirty shifts each."""
    return neighbourhood(300, 90, seed=3)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regions of a hundred people: seams in a problem a test can afford."""
    monkeypatch.setattr(blocks, "SIZE", 100)
    monkeypatch.setattr(blocks, "REGION", 110)


@slowly
@given(ruled_problems())
def test_the_checker_finds_nothing(problem: Problem) -> None:
    assert check(problem, engine.solve(problem)) == []


def values(plan: Plan) -> dict[LevelName, int]:
    return {level.name: level.value for level in rules.levels(plan)}


def most(problem: Problem) -> dict[LevelName, int]:
    """What no plan can beat, as the engine says."""
    made, outlook = engine.plan(problem)
    return {level.name: level.bound for level in engine.bounded(made, outlook) if level.bound is not None}


def test_a_town_solved_whole_is_near_what_no_plan_can_beat() -> None:
    made, _outlook = engine.plan(town())
    reached, best = values(made), most(town())

    assert best[LevelName.COVER] - 1 <= reached[LevelName.COVER] <= best[LevelName.COVER]
    assert 0.99 * best[LevelName.WISHES] <= reached[LevelName.WISHES] <= best[LevelName.WISHES]
    assert reached[LevelName.KEPT] == len(town().pins)


@pytest.mark.usefixtures("small_blocks")
def test_a_town_in_regions_is_near_what_no_plan_can_beat_and_much_nearer_than_greedy() -> None:
    made, _outlook = engine.plan(town())
    reached, drafted = values(made), values(greedy.plan(town()))
    with pytest.MonkeyPatch.context() as whole:
        whole.setattr(blocks, "REGION", 1000)
        best = most(town())

    assert 0.99 * best[LevelName.COVER] <= reached[LevelName.COVER] <= best[LevelName.COVER]
    assert reached[LevelName.COVER] >= drafted[LevelName.COVER]
    assert reached[LevelName.KEPT] == len(town().pins)
    assert best[LevelName.WISHES] - drafted[LevelName.WISHES] > 4 * (best[LevelName.WISHES] - reached[LevelName.WISHES])


@pytest.mark.parametrize("idle", [(1, 2, 3), (5, 6, 7), (10, 11, 12)])
def test_between_plans_as_good_who_served_less_is_given_the_place(idle: tuple[int, ...]) -> None:
    """Twelve people wish alike for one shift of three; nobody's wish is dearer."""
    wishes = tuple(wish(n, 10) for n in range(1, 13))
    problem = problem_of(
        (opening(10, 1, min_needed=2, max_needed=3),), wishes, loads={n: 600 for n in range(1, 13) if n not in idle}
    )
    made, _ = engine.plan(problem)

    assert sorted(person_id for person_id, _ in made.placed) == list(idle)


@slowly
@given(ruled_problems())
def test_what_no_plan_can_beat_is_never_below_what_the_exact_matcher_reaches(problem: Problem) -> None:
    best, exact = most(problem), {level.name: level.value for level in lexical.solve(problem).levels}

    assert all(exact[name] <= bound for name, bound in best.items())


@slowly
@given(ruled_problems())
def test_the_same_is_true_of_what_small_regions_say_together(problem: Problem) -> None:
    """Regions of two or three people each: nearly every wish, bond and crew reaches across."""
    with pytest.MonkeyPatch.context() as small:
        small.setattr(blocks, "SIZE", 2)
        small.setattr(blocks, "REGION", 3)
        best = most(problem)
    exact = {level.name: level.value for level in lexical.solve(problem).levels}

    assert all(exact[name] <= bound for name, bound in best.items())


@pytest.mark.usefixtures("small_blocks")
def test_what_regions_say_together_is_near_what_one_program_over_the_whole_says() -> None:
    found = blocks.regions(Plan(town()))
    together = most(town())
    with pytest.MonkeyPatch.context() as whole:
        whole.setattr(blocks, "REGION", 1000)
        alone = most(town())

    assert len(found) > 2
    assert any(list(region.guests(Plan(town()))) for region in found)
    assert alone[LevelName.COVER] <= together[LevelName.COVER] <= alone[LevelName.COVER] + 2
    assert alone[LevelName.WISHES] <= together[LevelName.WISHES] <= 1.2 * alone[LevelName.WISHES]


@slowly
@given(ruled_problems())
def test_the_most_heads_in_whole_numbers_are_what_the_exact_matcher_covers(problem: Problem) -> None:
    part = Part(Plan(problem), problem.wishes)
    assume(part.heads)
    exact = {level.name: level.value for level in lexical.solve(problem).levels}

    assert values(Plan(problem))[LevelName.COVER] + (part.most_heads() or 0) == exact[LevelName.COVER]


@settings(deadline=None)
@given(ruled_problems())
def test_nobody_is_said_to_do_more_than_she_can(problem: Problem) -> None:
    """The best set of one person's wishes, by trying all of them in the order they come."""
    plan = Plan(problem)
    for person_id in plan.persons:
        offered = [(wish, 7 + 5 * n % 11) for n, wish in enumerate(plan.wishes_of[person_id])]
        assert best_of(plan, offered) == max(sum(value for _, value in chosen) for chosen in possible(plan, offered))


def possible(plan: Plan, offered: list[tuple[Wish, int]]) -> Iterator[tuple[tuple[Wish, int], ...]]:
    """The sets of wishes that her own time allows together."""
    for count in range(len(offered) + 1):
        for chosen in combinations(offered, count):
            placed = []
            for one, _ in chosen:
                if rules.fits(plan, one, by=rules.OWN_TIME):
                    plan.place(one)
                    placed.append(one)
            if len(placed) == count:
                yield chosen
            for one in placed:
                plan.take_back(one)


@pytest.mark.usefixtures("small_blocks")
def test_a_town_in_blocks_breaks_no_rule_and_leaves_nobody_untold() -> None:
    assert check(town(), engine.solve(town())) == []


@pytest.mark.usefixtures("small_blocks")
def test_the_same_plan_with_one_process_and_with_two() -> None:
    alone, seen_alone = engine.plan(town())
    beside, seen_beside = engine.plan(town(), processes=2)

    assert list(alone.placed) == list(beside.placed)
    assert seen_alone is not None
    assert seen_alone == seen_beside


@pytest.mark.usefixtures("small_blocks")
def test_blocks_of_one_turn_share_nothing() -> None:
    plan = Plan(town())
    found = blocks.regions(plan)
    for turn in [*blocks.in_turns(plan, found), *blocks.in_turns(plan, blocks.seams(plan, found))]:
        shifts = [{plan.openings[w.opening_id].shift_id for w in block.wishes(plan)} for block in turn]
        assert sum(map(len, shifts)) == len(set().union(*shifts))


@pytest.mark.usefixtures("small_blocks")
def test_every_wish_is_looked_at_in_a_region_or_on_a_seam() -> None:
    plan = Plan(town())
    found = blocks.regions(plan)
    seen = [(w.person_id, w.opening_id) for block in [*found, *blocks.seams(plan, found)] for w in block.wishes(plan)]

    assert len(found) > 1
    assert set(seen) == {(w.person_id, w.opening_id) for w in town().wishes}


def test_what_is_small_is_solved_exactly_and_what_is_large_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of((opening(10, 1, max_needed=3),), tuple(wish(n, 10) for n in (1, 2)))
    assert record.solver_for(problem) is lexical.solve
    monkeypatch.setattr(record, "LARGEST_EXACT", 1)
    assert record.solver_for(problem) is engine.solve
    assert record.solver_for(replace(problem, wishes=problem.wishes[:1])) is lexical.solve


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("seed", [1, 2])
def test_bounds_in_regions_bound_the_whole_and_are_no_looser_than_the_linear_program(seed: int) -> None:
    problem = neighbourhood(300, 90, seed=seed)
    start = Plan(problem)
    part = Part(start, problem.wishes)
    linear, sharp = cover.most_heads(part, start)

    assert len(blocks.regions(start)) > 1
    assert (part.most_heads() or 0) <= sharp <= linear


def test_a_crew_over_several_shifts_belongs_to_one_region() -> None:
    """Three shifts in a chain of two crews, each in a community of its own, and one that is in none."""
    roles = [opening(10 * n, n, area=n, crew=crew) for n, crew in ((1, 1), (2, 1), (3, 2), (4, 0))]
    roles.append(opening(21, 2, area=2, crew=2))
    problem = problem_of(tuple(roles), tuple(wish(10 * n + k, 10 * n) for n in (1, 2, 3, 4) for k in (1, 2)))
    with pytest.MonkeyPatch.context() as small:
        small.setattr(blocks, "SIZE", 2)
        small.setattr(blocks, "REGION", 2)
        found = blocks.regions(Plan(problem))

    assert sorted(sorted(region.openings or ()) for region in found if region.openings) == [[10, 20, 21, 30], [40]]


def test_half_a_crew_counts_half_its_heads() -> None:
    """One doctor for two clinics held as crews: by halves he let both have all their helpers."""
    doctor = {n: opening(10 * n, n, min_needed=1, max_needed=1, crew=n) for n in (1, 2)}
    helpers = {n: opening(10 * n + 1, n, min_needed=2, max_needed=8, crew=n) for n in (1, 2)}
    asked = [wish(1, 10), wish(1, 20)]
    asked += [wish(person, 10 * n + 1) for n in (1, 2) for person in range(2 + 8 * (n - 1), 10 + 8 * (n - 1))]
    problem = problem_of((*doctor.values(), *helpers.values()), tuple(asked))
    _made, outlook = engine.plan(problem)

    assert outlook is not None
    assert outlook.heads == 3
