"""A linear program without what it would hardly do: half the work, and what was left out is paid for.

Columns that cost a good deal where the program ended, and rows that the others cannot break, are left out. For another
aim that may say too little. What each column left out would add, at the prices of the rows, is added: by weak duality
the sum is never below the best of the whole program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.matching.milp import Program
from service.matching.relaxed import Ending, Relaxation, Relaxed, costs_of_rows
from service.matching.settled import may_break

if TYPE_CHECKING:
    from service.matching.columns import Flags
    from service.matching.milp import Numbers


class Narrowed:
    """Solved for one aim after another like a Relaxation; columns are numbered as in the whole program."""

    def __init__(self, program: Program, *, begin: Ending, keep: Flags) -> None:
        """Goes on from where the program ended, with the columns to `keep` and those its end is made of."""
        import numpy as np

        columns, rows = begin.basic
        self.columns = keep | columns
        lower, upper = np.array(program.lower), np.array(program.upper)
        self.rows = may_break(program, lower, np.where(self.columns, upper, lower)) | ~rows
        self.relaxation = Relaxation(program.part(self.columns, self.rows), begin=begin.part(self.columns, self.rows))
        self.left_out = program.part(~self.columns, self.rows)

    def best(self, costs: Numbers) -> Relaxed | None:
        """What no solution of the whole program can beat, and what one more of each column would add; None when the
        rows contradict each other."""
        import numpy as np

        found = self.relaxation.best(costs[self.columns])
        if found is None:
            return None
        adds = costs[~self.columns] - costs_of_rows(self.left_out, found, slice(None))
        values, prices, of_rows = np.zeros(len(costs)), np.zeros(len(costs)), np.zeros(len(self.rows))
        values[self.columns], prices[self.columns], of_rows[self.rows] = found.values, found.prices, found.of_rows
        prices[~self.columns] = adds
        paid = float((np.maximum(adds, 0) * np.array(self.left_out.upper)).sum())
        return Relaxed(found.best + paid, values, prices, of_rows)
