"""A linear program whose columns are whole numbers, solved aim by aim.

With relaxed.py and settled.py it is what knows the solver (HiGHS). One thread, a fixed seed,
limits in nodes and never in seconds: the same program has the same answer on a busy machine.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any, TypeAlias

from service.matching.wanted import Question, asked

if TYPE_CHECKING:
    import highspy
    import numpy as np
    import numpy.typing as npt

    from service.matching.columns import Flags, Whole

    Numbers: TypeAlias = npt.NDArray[np.float64]

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

    lower: array[float] = field(default_factory=lambda: array("d"))
    upper: array[float] = field(default_factory=lambda: array("d"))
    starts: array[int] = field(default_factory=lambda: array("i", [0]))
    index: array[int] = field(default_factory=lambda: array("i"))
    value: array[float] = field(default_factory=lambda: array("d"))
    least: array[float] = field(default_factory=lambda: array("d"))
    most: array[float] = field(default_factory=lambda: array("d"))

    def columns_of_choice(self, count: int) -> None:
        """So many new columns that are 0 or 1."""
        self.lower.extend([0.0] * count)
        self.upper.extend([1.0] * count)

    def column(self, lower: int, upper: int) -> int:
        """A new whole-number column; its index."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def row(self, terms: Iterable[tuple[int, int]], *, least: float = -inf, most: float = inf) -> None:
        """`least` ≤ sum of coefficient × column ≤ `most`, over terms (column, coefficient)."""
        for column, coefficient in terms:
            self.index.append(column)
            self.value.append(coefficient)
        self._close(least, most)

    def sum_row(
        self, columns: Sequence[int], *, beside: tuple[int, int] | None = None, least: float = -inf, most: float = inf
    ) -> None:
        """`least` ≤ sum of columns, and coefficient × column of one `beside` them, ≤ `most`."""
        self.index.extend(columns)
        self.value.extend([1.0] * len(columns))
        if beside is not None:
            self.index.append(beside[0])
            self.value.append(beside[1])
        self._close(least, most)

    def each_below(self, columns: Sequence[int], column: int) -> None:
        """A row for each of these columns: it is at most this column."""
        count, end = len(columns), len(self.index)
        self.index.extend([column] * (2 * count))
        self.index[end::2] = array("i", columns)
        self.value.extend([1.0, -1.0] * count)
        self.starts.extend(range(end + 2, end + 2 * count + 1, 2))
        self.least.extend([-inf] * count)
        self.most.extend([0.0] * count)

    def rows(self, columns: Whole, sizes: Whole, *, values: Whole, most: Whole) -> None:
        """Many rows at once: the first `sizes[0]` columns make the first, at most `most[0]`, and so on."""
        import numpy as np

        self.index.frombytes(columns.astype(np.int32).tobytes())
        self.value.frombytes(values.astype(np.float64).tobytes())
        self.starts.frombytes((self.starts[-1] + np.cumsum(sizes)).astype(np.int32).tobytes())
        self.most.frombytes(most.astype(np.float64).tobytes())
        self.least.extend([-inf] * len(sizes))

    def with_choice(self, columns: Iterable[int]) -> Program:
        """The same, these columns 0 or 1 whatever held them."""
        upper = self.upper[:]
        for column in columns:
            upper[column] = 1
        return replace(self, upper=upper)

    def part(self, columns: Flags, rows: Flags) -> Program:
        """Only these columns and rows, numbered anew; the others count nothing."""
        import numpy as np

        index, value, row = np.array(self.index), np.array(self.value), self.row_of_each
        taken = columns[index] & rows[row]
        sizes = np.bincount(row[taken], minlength=len(rows))[rows]

        def ends(kept: Flags, numbers: array[float]) -> array[float]:
            return array("d", np.array(numbers)[kept].tobytes())

        part = Program(ends(columns, self.lower), ends(columns, self.upper))
        part.least, part.most = ends(rows, self.least), ends(rows, self.most)
        part.starts.frombytes(np.cumsum(sizes).astype(np.int32).tobytes())
        part.index.frombytes((np.cumsum(columns) - 1)[index[taken]].astype(np.int32).tobytes())
        part.value.frombytes(value[taken].tobytes())
        return part

    @property
    def row_of_each(self) -> Whole:
        """The row of each coefficient."""
        import numpy as np

        rows: Whole = np.repeat(np.arange(len(self.least)), np.diff(np.array(self.starts)))
        return rows

    def _close(self, least: float, most: float) -> None:
        self.starts.append(len(self.index))
        self.least.append(least)
        self.most.append(most)

    def best(
        self, terms: Sequence[tuple[int, int]], *, is_most: bool, known: Sequence[int], node_limit: int
    ) -> Optimum | None:
        """The largest or smallest sum of these terms; None when the limit ended before any solution was found.

        `known` are the values of a solution that is feasible: the answer is never worse than it.
        """
        found = self._solved(terms, is_most=is_most, start=known, node_limit=node_limit)
        if found is None:
            return None
        values, bound = found
        farthest = max if is_most else min
        if bound is None:
            again, bound = self._solved(terms, is_most=is_most, start=None, node_limit=node_limit) or found
            values = farthest(values, again, key=lambda one: total(terms, one))
        value = total(terms, values)
        if bound is None:
            columns = ((coefficient * self.lower[at], coefficient * self.upper[at]) for at, coefficient in terms)
            bound = round(sum(farthest(both) for both in columns))
        return Optimum(values, farthest(value, bound))

    def _solved(
        self, terms: Sequence[tuple[int, int]], *, is_most: bool, start: Sequence[int] | None, node_limit: int
    ) -> tuple[tuple[int, ...], int | None] | None:
        """One solve: the values and the bound. None for the bound where it is not to be trusted.

        HiGHS 1.16, given a start that is the best already, now and then tells of a sum that its own solution does not
        have, and of a bound as wrong (tests/service/rotation/test_dealing.py keeps one).
        """
        library = highs()
        solver = new_solver(mip_rel_gap=0.0, mip_abs_gap=0.999, mip_max_nodes=node_limit)  # aims are whole numbers
        self.give(solver, self._costs(terms), is_most=is_most, is_whole=True)
        if start is not None:
            offered = library.HighsSolution()
            offered.col_value = [float(value) for value in start]
            solver.setSolution(offered)
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != library.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = tuple(round(value) for value in solver.getSolution().col_value)
        if round(info.objective_function_value) != total(terms, values):
            return values, None
        limit = info.mip_dual_bound
        return values, floor(limit + TOLERANCE) if is_most else ceil(limit - TOLERANCE)

    def _costs(self, terms: Iterable[tuple[int, int]]) -> Numbers:
        import numpy as np

        costs = np.zeros(len(self.lower))
        for column, coefficient in terms:
            costs[column] += coefficient
        return costs

    def give(self, solver: highspy.Highs, costs: Numbers, *, is_most: bool, is_whole: bool) -> None:
        """Give the program to a solver, all columns held to whole numbers or none.

        As arrays, which the solver copies as they are: a model of its own kind is filled number by number, in eight
        times as long.
        """
        import numpy as np

        library = highs()
        kind = library.HighsVarType.kInteger if is_whole else library.HighsVarType.kContinuous
        solver.passModel(
            *(len(self.lower), len(self.least), len(self.index)),
            int(library.MatrixFormat.kRowwise),
            int(library.ObjSense.kMaximize if is_most else library.ObjSense.kMinimize),
            0.0,
            costs,
            *(np.array(self.lower), np.array(self.upper), np.array(self.least), np.array(self.most)),
            *(np.array(self.starts), np.array(self.index), np.array(self.value)),
            np.full(len(self.lower), int(kind), np.int32),
        )


def total(terms: Iterable[tuple[int, int]], values: Sequence[int]) -> int:
    """What terms (column, coefficient) come to with these values of the columns."""
    return sum(coefficient * values[column] for column, coefficient in terms)


def highs() -> Any:
    """The solver's library, loaded at the first solve: whatever only offers or answers would start later by it."""
    import highspy

    return highspy


@cache
def _interruptible() -> Any:
    """The class of solvers that can be stopped from inside their search, by what is asked there."""
    library = highs()

    class Interruptible(library.Highs):  # type: ignore[misc, name-defined]  # loaded only here
        def __init__(self, ask: Callable[[], None]) -> None:
            super().__init__()
            self.question = Question(ask)
            for looks_in in (self.cbSimplexInterrupt, self.cbIpmInterrupt, self.cbMipInterrupt):
                looks_in.subscribe(self.question)

        def run(self) -> Any:
            """Solve. Raises what was raised when it asked."""
            status = super().run()
            if self.question.raised is not None:
                raise self.question.raised
            return status

    return Interruptible


def new_solver(**options: float | str) -> highspy.Highs:
    """A solver that says nothing, runs on one thread, and always draws the same lots. Its `run` raises what wanted.py
    asks for."""
    ask = asked()
    solver: highspy.Highs = highs().Highs() if ask is None else _interruptible()(ask)
    for name, value in {
        "output_flag": False,
        "log_to_console": False,
        "threads": 1,
        "random_seed": 0,
        **options,
    }.items():
        solver.setOptionValue(name, value)
    return solver
