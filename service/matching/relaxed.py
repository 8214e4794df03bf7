"""Programs whose columns need not be whole: what no plan can beat, and what a place is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from service.matching.milp import Program, highs, new_solver

if TYPE_CHECKING:
    from service.matching.milp import Numbers


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What a program would do if columns need not be whole: the best sum, the values, what one more of each column
    would add to the sum (less than nothing where it would cost), and what one more in each row would."""

    best: float
    values: Numbers
    prices: Numbers
    of_rows: Numbers


class Relaxation:
    """A program whose columns need not be whole, solved for one aim after another while rows are added.

    Each solve begins where the last one ended, and without the solver's preparation, which takes as long as solving.
    """

    def __init__(self, program: Program) -> None:
        import numpy as np

        self.width = len(program.lower)
        self.solver = new_solver(presolve="off")
        self.solver.passModel(program.model(np.zeros(self.width), is_most=True))

    def hold(self, terms: Iterable[tuple[int, int]], *, least: float = -inf, most: float = inf) -> None:
        """One more row."""
        columns, coefficients = zip(*terms, strict=True)
        self.solver.addRow(least, most, len(columns), list(columns), [float(value) for value in coefficients])

    def best(self, costs: Numbers) -> Relaxed | None:
        """The largest sum of what the columns add, each its cost times; None when the rows contradict each other."""
        import numpy as np

        self.solver.changeColsCost(self.width, np.arange(self.width, dtype=np.int32), costs)
        self.solver.run()
        if self.solver.getModelStatus() != highs().HighsModelStatus.kOptimal:
            return None
        found, best = self.solver.getSolution(), self.solver.getInfo().objective_function_value
        return Relaxed(best, np.array(found.col_value), np.array(found.col_dual), np.array(found.row_dual))


def costs_of_rows(program: Program, relaxed: Relaxed, *, begin: int) -> Numbers:
    """What each column pays for its places in the rows from `begin` on, by their prices."""
    import numpy as np

    prices = relaxed.of_rows[: len(program.least)].copy()
    prices[:begin] = 0
    paid = np.repeat(prices, np.diff(np.array(program.starts))) * np.array(program.value)
    costs: Numbers = np.bincount(np.array(program.index), paid, minlength=len(program.lower)).astype(float)
    return costs
