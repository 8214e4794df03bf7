"""A mixed-integer program, level by level: the one place that knows the solver (HiGHS).

One thread, a fixed seed, limits in nodes and never in seconds: the same program has the same answer on a busy machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import highspy

#: A solution value counts as its nearest whole number within this.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Optimum:
    """What one solve found: whole values of all columns, and what no solution can beat."""

    values: tuple[int, ...]
    bound: int


@dataclass(slots=True)
class Program:
    """Whole columns within bounds, rows of sums within bounds, any number of objectives solved one after another."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    rows: list[tuple[Sequence[int], Sequence[int], float, float]] = field(default_factory=list)

    def column(self, lower: int, upper: int) -> int:
        """A new whole-number column; its index."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def row(self, terms: Iterable[tuple[int, int]], *, least: float = -inf, most: float = inf) -> None:
        """`least` ≤ sum of coefficient × column ≤ `most`, over terms (column, coefficient)."""
        columns, coefficients = zip(*terms, strict=True)
        self.rows.append((columns, coefficients, least, most))

    def best(
        self, terms: Sequence[tuple[int, int]], *, is_most: bool, known: Sequence[int], node_limit: int
    ) -> Optimum | None:
        """The largest or smallest sum of these terms; None when the limit ended before any solution was found.

        `known` are the values of a solution that is feasible: the answer is never worse than it.
        """
        library = _highspy()
        solver = _solver(node_limit)
        solver.passModel(self._model(terms, is_most=is_most))
        start = library.HighsSolution()
        start.col_value = [float(value) for value in known]
        solver.setSolution(start)
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != library.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = tuple(round(value) for value in solver.getSolution().col_value)
        value = sum(coefficient * values[column] for column, coefficient in terms)
        limit = info.mip_dual_bound
        bound = floor(limit + TOLERANCE) if is_most else ceil(limit - TOLERANCE)
        return Optimum(values, max(value, bound) if is_most else min(value, bound))

    def _model(self, terms: Sequence[tuple[int, int]], *, is_most: bool) -> highspy.HighsLp:
        import numpy as np

        library = _highspy()
        model: highspy.HighsLp = library.HighsLp()
        count = len(self.lower)
        costs = np.zeros(count)
        for column, coefficient in terms:
            costs[column] += coefficient
        model.num_col_, model.num_row_ = count, len(self.rows)
        model.col_cost_, model.col_lower_, model.col_upper_ = costs, np.array(self.lower), np.array(self.upper)
        model.row_lower_ = np.array([row[2] for row in self.rows], dtype=float)
        model.row_upper_ = np.array([row[3] for row in self.rows], dtype=float)
        model.sense_ = library.ObjSense.kMaximize if is_most else library.ObjSense.kMinimize
        model.integrality_ = [library.HighsVarType.kInteger] * count
        model.a_matrix_.format_ = library.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row[0]) for row in self.rows)], dtype=np.int32)
        model.a_matrix_.index_ = np.array([column for row in self.rows for column in row[0]], dtype=np.int32)
        model.a_matrix_.value_ = np.array([number for row in self.rows for number in row[1]], dtype=float)
        return model


def _highspy() -> Any:
    """The solver's library, loaded at the first solve: whatever only offers or answers would start later by it."""
    import highspy

    return highspy


def _solver(node_limit: int) -> highspy.Highs:
    solver: highspy.Highs = _highspy().Highs()
    for name, value in (
        ("output_flag", False),
        ("log_to_console", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.999),  # every objective is whole: closer than one is equal
        ("mip_max_nodes", node_limit),
    ):
        solver.setOptionValue(name, value)
    return solver
