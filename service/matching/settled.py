"""Programs in which most columns are settled: what is left to decide is a small program of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.matching.milp import TOLERANCE, Program, highs, new_solver
from service.matching.relaxed import HALF

if TYPE_CHECKING:
    import highspy

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
    library = highs()
    is_open = upper > lower
    model = opened(program, aim, lower, upper)
    if not is_open.any():
        return None if model.num_row_ else lower
    model.integrality_ = [library.HighsVarType.kInteger] * model.num_col_
    solver = new_solver(mip_rel_gap=0.0, mip_abs_gap=slack, mip_max_nodes=node_limit, **WITHOUT)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != library.SolutionStatus.kSolutionStatusFeasible:
        return None
    values = lower.copy()
    values[is_open] = solver.getSolution().col_value
    return values


def opened(program: Program, aim: Numbers, lower: Numbers, upper: Numbers) -> highspy.HighsLp:
    """What is left to decide when columns are held within these bounds: open columns, and rows that may yet break."""
    import numpy as np

    is_open, is_live = upper > lower, may_break(program, lower, upper)
    part = program.part(is_open, is_live)
    index, row = np.array(program.index), program.row_of_each
    fixed = np.bincount(row, np.where(is_open[index], 0, program.value * lower[index]), minlength=len(is_live))[is_live]
    left = part.model(aim[is_open], is_most=True)
    left.col_lower_, left.col_upper_ = lower[is_open], upper[is_open]
    left.row_lower_, left.row_upper_ = np.array(part.least) - fixed, np.array(part.most) - fixed
    return left


def may_break(program: Program, lower: Numbers, upper: Numbers) -> Flags:
    """Which rows can be broken by columns within these bounds."""
    import numpy as np

    index, value, row = np.array(program.index), np.array(program.value), program.row_of_each
    ends = np.sort(np.stack([value * lower[index], value * upper[index]]), axis=0)
    smallest, largest = (np.bincount(row, end, minlength=len(program.least)) for end in ends)
    flags: Flags = (smallest < np.array(program.least) - TOLERANCE) | (largest > np.array(program.most) + TOLERANCE)
    return flags
