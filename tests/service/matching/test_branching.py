"""Columns that must be whole, tried either way: never below what whole numbers reach, and there if tried enough."""

from __future__ import annotations

from itertools import product
from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.matching.branching import closer
from service.matching.milp import Program
from service.matching.relaxed import Relaxation

#: Columns of the small programs: each 0 to 2.
WIDTH = 4
coefficients = st.lists(st.integers(0, 3), min_size=WIDTH, max_size=WIDTH)


def program_of(rows: list[tuple[list[int], int]]) -> Program:
    program = Program()
    for _ in range(WIDTH):
        program.column(0, 2)
    for row, most in rows:
        program.row(enumerate(row), most=most)
    return program


def closest(program: Program, worth: list[int], *, enough: float = 0, most_tries: int = 10_000) -> float:
    found = closer(Relaxation(program), np.array(worth, float), np.arange(WIDTH), enough=enough, most_tries=most_tries)
    assert found is not None
    return found


def best_whole(rows: list[tuple[list[int], int]], worth: list[int]) -> int:
    return max(
        int(np.dot(worth, values))
        for values in product(range(3), repeat=WIDTH)
        if all(np.dot(row, values) <= most for row, most in rows)
    )


@given(st.lists(st.tuples(coefficients, st.integers(0, 7)), min_size=1, max_size=4), coefficients)
def test_tried_enough_it_is_what_whole_numbers_reach(rows: list[tuple[list[int], int]], worth: list[int]) -> None:
    assert abs(closest(program_of(rows), worth) - best_whole(rows, worth)) < 1e-6


@given(
    st.lists(st.tuples(coefficients, st.integers(0, 7)), min_size=1, max_size=4),
    coefficients,
    st.integers(0, 5),
)
def test_given_up_early_it_is_never_less(rows: list[tuple[list[int], int]], worth: list[int], tries: int) -> None:
    assert closest(program_of(rows), worth, most_tries=tries) > best_whole(rows, worth) - 1e-6


def test_it_ends_where_it_is_near_enough() -> None:
    """Any two of three share one place: by halves one and a half of them serve, whole only one."""
    pairs = [([1, 1, 0, 0], 1), ([0, 1, 1, 0], 1), ([1, 0, 1, 0], 1)]

    assert closest(program_of(pairs), [1, 1, 1, 0], most_tries=0) == 1.5
    assert closest(program_of(pairs), [1, 1, 1, 0], enough=1.4) <= 1.4


def test_rows_that_contradict_each_other_have_no_best() -> None:
    program = program_of([([1, 0, 0, 0], 1)])
    program.row([(0, 1)], least=2)

    assert closer(Relaxation(program), np.ones(WIDTH), np.arange(WIDTH), enough=0, most_tries=5) == -inf
