"""A linear program without what it would hardly do: never below the best of the whole, whatever was left out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.matching.milp import Program
from service.matching.narrowed import Narrowed
from service.matching.relaxed import Relaxation, Relaxed
from tests.service.matching.test_branching import WIDTH, coefficients, program_of

rows = st.lists(st.tuples(coefficients, st.integers(0, 7)), min_size=1, max_size=5)
aims = st.lists(st.integers(-3, 5), min_size=WIDTH, max_size=WIDTH)


def found(program: Program, aim: list[int]) -> Relaxed:
    best = Relaxation(program).best(np.array(aim, float))
    assert best is not None
    return best


def narrowed(program: Program, aim: list[int], keep: list[bool]) -> Narrowed:
    relaxation = Relaxation(program)
    relaxation.best(np.array(aim, float))
    return Narrowed(program, begin=relaxation.ending, keep=np.array(keep))


flags = st.lists(st.booleans(), min_size=WIDTH, max_size=WIDTH)


@given(rows, aims, st.lists(aims, min_size=1, max_size=3), flags)
def test_it_is_never_below_the_best_of_the_whole(
    rows: list[tuple[list[int], int]], first: list[int], others: list[list[int]], keep: list[bool]
) -> None:
    program = program_of(rows)
    part = narrowed(program, first, keep)
    for aim in others:
        said = part.best(np.array(aim, float))
        assert said is not None
        assert said.best > found(program, aim).best - 1e-6


@given(rows, aims, aims)
def test_where_all_columns_are_kept_it_is_the_best_of_the_whole(
    rows: list[tuple[list[int], int]], first: list[int], then: list[int]
) -> None:
    program = program_of(rows)
    said = narrowed(program, first, [True] * WIDTH).best(np.array(then, float))
    assert said is not None
    assert abs(said.best - found(program, then).best) < 1e-6


@given(rows, aims, flags)
def test_where_it_ended_it_still_is(rows: list[tuple[list[int], int]], aim: list[int], keep: list[bool]) -> None:
    """What costs something is no loss while the aim is the same."""
    program = program_of(rows)
    whole = found(program, aim)
    cheap = [kept or bool(price > -1e-9) for kept, price in zip(keep, whole.prices, strict=True)]
    said = narrowed(program, aim, cheap).best(np.array(aim, float))
    assert said is not None
    assert abs(said.best - whole.best) < 1e-6


def test_what_was_left_out_is_paid_for_at_the_prices_of_the_rows() -> None:
    """One place, and two who wish for it: the second was left out when the first was dearer, and is worth three more
    when he is not."""
    program = program_of([([1, 1, 0, 0], 1)])
    part = narrowed(program, [5, 2, 0, 0], [True, False, True, True])
    assert part.left_out.lower.tolist() == [0.0]
    said = part.best(np.array([1.0, 4.0, 0.0, 0.0]))
    assert said is not None
    assert (said.best, said.prices.tolist()) == (1 + 2 * 3, [0.0, 3.0, 0.0, 0.0])
