"""Programs in which most columns are settled: what is left to decide is a small program of its own."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from service.matching.milp import TOLERANCE, Program, highs, new_solver
from service.matching.relaxed import HALF

if TYPE_CHECKING:
    from service.matching.columns import Flags
    from service.matching.milp import Numbers
    from service.matching.relaxed import Relaxed

#: How much the linear program would lose, in worth, by doing otherwise, before it counts as sure: of a yes, of a no,
#: and of a no of loose columns. With few columns the solver has time for more doubt.
SURE_YES, SURE_NO, SURE_ANYHOW = 1, 1, 10
FEW, DOUBT = 15_000, 5
#: What the solver likes to do besides, and gains nothing here: beginning again with a smaller program (half of all
#: time), looking for first solutions by jumps and by reduced costs (a third of the rest).
WITHOUT = {
    "mip_allow_restart": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_root_reduced_cost": False,
}


def settled(program: Program, relaxed: Relaxed, *, loose: Flags) -> tuple[Numbers, Numbers]:
    """Bounds of all columns, closed where the linear program is sure. Loose columns, the first so many, are not closed
    at one, and at nothing only where the price is high."""
    import numpy as np

    lower, upper = np.array(program.lower), np.array(program.upper)
    own, doubt = slice(len(loose)), DOUBT if len(loose) < FEW else 1
    values, prices = relaxed.values[own], relaxed.prices[own]
    lower[own][(values > 1 - HALF) & (prices > doubt * SURE_YES) & ~loose] = 1
    upper[own][(values < HALF) & (prices < -doubt * np.where(loose, SURE_ANYHOW, SURE_NO))] = 0
    return lower, upper


def whole(
    program: Program,
    aim: Numbers,
    *,
    bounds: tuple[Numbers, Numbers],
    node_limit: int,
    slack: float,
) -> Numbers | None:
    """Whole values of all columns within these bounds, the aim within `slack` of the largest.

    None if none was found. Columns whose bounds are equal, and rows that hold anyhow, never reach the solver.
    """
    lower, upper = bounds
    is_open = upper > lower
    left = opened(program, lower, upper)
    if not is_open.any():
        return None if left.least else lower
    solver = new_solver(mip_rel_gap=0.0, mip_abs_gap=slack, mip_max_nodes=node_limit, **WITHOUT)
    left.give(solver, aim[is_open], is_most=True, is_whole=True)
    solver.run()
    if solver.getInfo().primal_solution_status != highs().SolutionStatus.kSolutionStatusFeasible:
        return None
    values = lower.copy()
    values[is_open] = solver.getSolution().col_value
    return values


def opened(program: Program, lower: Numbers, upper: Numbers) -> Program:
    """What is left to decide when columns are held within these bounds: open columns, and rows that may yet break."""
    import numpy as np

    is_open, is_live = upper > lower, may_break(program, lower, upper)
    index, row = np.array(program.index), program.row_of_each
    fixed = np.bincount(row, np.where(is_open[index], 0, program.value * lower[index]), minlength=len(is_live))[is_live]
    left = program.part(is_open, is_live)
    left.lower, left.upper = array("d", lower[is_open].tobytes()), array("d", upper[is_open].tobytes())
    left.least = array("d", (np.array(left.least) - fixed).tobytes())
    left.most = array("d", (np.array(left.most) - fixed).tobytes())
    return left


def may_break(program: Program, lower: Numbers, upper: Numbers) -> Flags:
    """Which rows can be broken by columns within these bounds."""
    import numpy as np

    index, value, row = np.array(program.index), np.array(program.value), program.row_of_each
    ends = value * lower[index], value * upper[index]
    smallest, largest = (np.bincount(row, end(*ends), len(program.least)) for end in (np.minimum, np.maximum))
    flags: Flags = (smallest < np.array(program.least) - TOLERANCE) | (largest > np.array(program.most) + TOLERANCE)
    return flags
