"""Programs whose columns need not be whole: what no plan can beat, and what a place is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from service.matching.milp import Program, highs, new_solver

if TYPE_CHECKING:
    from service.matching.columns import Flags, Whole
    from service.matching.milp import Numbers

#: A value nearer than this to a whole number is that number, in programs whose columns need not be whole.
HALF = 1e-6
#: The solver's names of the two simplex methods, and its letter for a column or row that its end is made of.
DUAL, PRIMAL, BASIC = 1, 4, 1
#: Rows and columns are scaled by their largest value: the solver's own way takes an eighth longer here.
BY_LARGEST = 4


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

    @property
    def basic(self) -> tuple[Flags, Flags]:
        """The columns and the rows whose values the others decide."""
        import numpy as np

        columns, rows = (np.frombuffer(letters, np.uint8) == BASIC for letters in (self.columns, self.rows))
        return columns, rows

    def part(self, columns: Flags, rows: Flags) -> Ending:
        """The same of a program with these columns and rows alone, all basic columns and all other rows among them."""
        import numpy as np

        return Ending(
            *(
                np.frombuffer(letters, np.uint8)[kept].tobytes()
                for letters, kept in zip((self.columns, self.rows), (columns, rows), strict=True)
            )
        )


class Relaxation:
    """A program whose columns need not be whole, solved for one aim after another while rows are added to it.

    Each solve begins where the last one ended, and without the solver's preparation, which takes as long as solving.
    Where only the aim is another one, that end is still a solution, and the primal simplex method goes on from it in
    half the time of the dual.
    """

    def __init__(self, program: Program, *, begin: Ending | None = None) -> None:
        import numpy as np

        self.program, self.width = program, len(program.lower)
        self._ends_at_a_solution = False
        self.solver = new_solver(presolve="off", simplex_scale_strategy=BY_LARGEST)
        program.give(self.solver, np.zeros(self.width), is_most=True, is_whole=False)
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
        self._ends_at_a_solution = False

    def within(self, columns: Sequence[int], bounds: Sequence[tuple[int, int]]) -> None:
        """Let each of these columns be anything between its (least, most)."""
        import numpy as np

        least, most = np.array(bounds, float).reshape(-1, 2).T
        self.solver.changeColsBounds(len(columns), np.array(columns, np.int32), least.copy(), most.copy())
        self._ends_at_a_solution = False

    def best(self, costs: Numbers) -> Relaxed | None:
        """The largest sum of what the columns add, each its cost times; None when the rows contradict each other."""
        import numpy as np

        self.solver.changeColsCost(self.width, np.arange(self.width, dtype=np.int32), costs)
        self.solver.setOptionValue("simplex_strategy", PRIMAL if self._ends_at_a_solution else DUAL)
        self.solver.run()
        of = highs().HighsModelStatus
        self._ends_at_a_solution = self.solver.getModelStatus() in (of.kOptimal, of.kModelEmpty)
        if not self._ends_at_a_solution:
            return None
        found, best = self.solver.getSolution(), self.solver.getInfo().objective_function_value
        return Relaxed(best, np.array(found.col_value), np.array(found.col_dual), np.array(found.row_dual))


def costs_of_rows(program: Program, relaxed: Relaxed, rows: slice) -> Numbers:
    """What each column pays for its places in these rows, by their prices."""
    import numpy as np

    prices = np.zeros(len(program.least))
    prices[rows] = relaxed.of_rows[rows]
    paid = prices[program.row_of_each] * np.array(program.value)
    costs: Numbers = np.bincount(np.array(program.index), paid, minlength=len(program.lower)).astype(float)
    return costs
