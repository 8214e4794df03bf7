"""Programs whose columns need not be whole: what no plan can beat, and what a place is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from service.matching.milp import Program, highs, new_solver

if TYPE_CHECKING:
    from service.matching.columns import Whole
    from service.matching.milp import Numbers

#: A value nearer than this to a whole number is that number, in programs whose columns need not be whole.
HALF = 1e-6


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What a program would do if columns need not be whole: the best sum, the values, what one more of each column
    would add to the sum (less than nothing where it would cost), and what one more in each row would."""

    best: float
    values: Numbers
    prices: Numbers
    of_rows: Numbers


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a linear program ended: for each column and row a letter of the solver's, from which it can go on."""

    columns: bytes
    rows: bytes


class Relaxation:
    """A program whose columns need not be whole, solved for one aim after another while rows are added to it.

    Each solve begins where the last one ended, and without the solver's preparation, which takes as long as solving.
    """

    def __init__(self, program: Program, *, begin: Ending | None = None) -> None:
        import numpy as np

        self.program, self.width = program, len(program.lower)
        self.solver = new_solver(presolve="off")
        self.solver.passModel(program.model(np.zeros(self.width), is_most=True))
        if begin is not None:
            basis = highs().HighsBasis()
            letter = [highs().HighsBasisStatus(code) for code in range(5)]
            basis.col_status, basis.row_status = [letter[n] for n in begin.columns], [letter[n] for n in begin.rows]
            basis.valid = True
            self.solver.setBasis(basis)

    @property
    def ending(self) -> Ending:
        """Where the last solve ended."""
        basis = self.solver.getBasis()
        return Ending(bytes(map(int, basis.col_status)), bytes(map(int, basis.row_status)))

    def hold(self, columns: Whole, sizes: Whole, *, shares: Whole, most: Whole) -> None:
        """More rows, as in Program.rows: the first `sizes[0]` columns come to `most[0]` at most, and so on."""
        import numpy as np

        self.program.rows(columns, sizes, values=shares, most=most)
        least, begins = np.full(len(sizes), -inf), np.cumsum(sizes) - sizes
        entries = columns.astype(np.int32), shares.astype(float)
        self.solver.addRows(len(sizes), least, most.astype(float), len(columns), begins.astype(np.int32), *entries)

    def open(self, columns: Sequence[int]) -> None:
        """Let these columns be anything between 0 and 1."""
        self.within(columns, [(0, 1)] * len(columns))

    def within(self, columns: Sequence[int], bounds: Sequence[tuple[int, int]]) -> None:
        """Let each of these columns be anything between its (least, most)."""
        import numpy as np

        least, most = np.array(bounds, float).reshape(-1, 2).T
        self.solver.changeColsBounds(len(columns), np.array(columns, np.int32), least.copy(), most.copy())

    def best(self, costs: Numbers) -> Relaxed | None:
        """The largest sum of what the columns add, each its cost times; None when the rows contradict each other."""
        import numpy as np

        self.solver.changeColsCost(self.width, np.arange(self.width, dtype=np.int32), costs)
        self.solver.run()
        if self.solver.getModelStatus() != highs().HighsModelStatus.kOptimal:
            return None
        found, best = self.solver.getSolution(), self.solver.getInfo().objective_function_value
        return Relaxed(best, np.array(found.col_value), np.array(found.col_dual), np.array(found.row_dual))


def costs_of_rows(program: Program, relaxed: Relaxed, rows: slice) -> Numbers:
    """What each column pays for its places in these rows, by their prices."""
    import numpy as np

    prices = np.zeros(len(program.least))
    prices[rows] = relaxed.of_rows[rows]
    paid = np.repeat(prices, np.diff(np.array(program.starts))) * np.array(program.value)
    costs: Numbers = np.bincount(np.array(program.index), paid, minlength=len(program.lower)).astype(float)
    return costs
