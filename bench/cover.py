"""What no plan can cover, closer than a linear program says, where a problem has several regions.

    python -m bench.cover [--size 100000x20000] [--seed 1]

1. A linear program over the whole problem prices every row.
2. Rows that hold regions together (somebody with wishes on both sides) are taken out, and each of their columns pays
   the row's price instead (a Lagrangian bound). What is left is one program for each region.
3. Each is solved in whole numbers, to a fifth of a head. The bounds together, and the prices of the rows taken out,
   bound every plan of the whole. It takes minutes: a plan does not wait for it.
"""

from __future__ import annotations

import argparse
import time
from array import array

import numpy as np
import numpy.typing as npt

from bench.neighbourhoods import neighbourhood
from service.matching import engine, rules
from service.matching.block import Part
from service.matching.blocks import regions
from service.matching.milp import Program, new_solver
from service.matching.plan import Plan
from service.matching.relaxed import Relaxation
from service.matching.solution import LevelName

#: The search in a region may stop so many heads from its bound, and after so many nodes.
CLOSE, NODES = 0.2, 200
HALF = 1e-6

Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def main() -> None:
    """Make the plan, bound it region by region, and print how far it is from the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="100000x20000")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    people, shifts = map(int, options.size.split("x"))
    problem = neighbourhood(people, shifts, seed=options.seed)
    start, began = Plan(problem), time.process_time()
    made, _ = engine.plan(problem)
    reached, before = covered(made), covered(start)
    print(f"plan: {reached} heads, {time.process_time() - began:.1f} CPU-seconds", flush=True)
    began = time.process_time()
    linear, sharp = most_heads(Part(start, problem.wishes), start)
    for name, bound in (("linear program", before + linear), ("whole numbers in regions", before + sharp)):
        print(f"{name}: {bound} heads, {100 * (bound - reached) / bound:.3f} % more than the plan")
    print(f"{time.process_time() - began:.1f} CPU-seconds for both bounds")


def covered(plan: Plan) -> int:
    """Heads towards the minimums, by weight."""
    return next(level.value for level in rules.levels(plan) if level.name == LevelName.COVER)


def most_heads(part: Part, start: Plan) -> tuple[int, int]:
    """The heads that no plan of the part can beat: by its linear program, and in whole numbers region by region."""
    program = part.frame.program
    relaxed = Relaxation(program).best(part.aim)
    assert relaxed is not None
    region = _regions(part, start)
    index, starts = np.array(program.index), np.array(program.starts)
    low, high = (end.reduceat(region[index], starts[:-1]) for end in (np.minimum, np.maximum))
    # Only rows that say "at most", of nothing but wishes, reach across regions; their prices are never below nothing.
    across = low < high
    prices = np.where(across, np.maximum(relaxed.of_rows, 0), 0)
    prices[np.array(program.least) > -np.inf] = 0
    row = np.repeat(np.arange(len(prices)), np.diff(starts))
    aim = part.aim - np.bincount(index, prices[row] * np.array(program.value), minlength=len(region))
    total = float(prices[prices > 0] @ np.array(program.most)[prices > 0])
    print(f"linear program: {relaxed.best / part.head:.2f} heads; {across.sum()} rows across regions", flush=True)
    for number in range(region.max() + 1):
        bound = _most(program, aim, region == number, across, gap=CLOSE * part.head)
        total += bound
        print(f"region {number}: {bound / part.head:.2f}", flush=True)
    # One head is worth more than all wishes: what wishes add to the sum is less than one.
    return int(relaxed.best / part.head + HALF), int(total / part.head + HALF)


def _regions(part: Part, start: Plan) -> Whole:
    """The region of each column: that of the opening wished for, and of the wishes that a rule's column is about."""
    frame = part.frame
    owner = {opening_id: n for n, one in enumerate(regions(start)) for opening_id in one.openings or start.openings}
    region = np.full(len(frame.program.lower), -1)
    region[: len(part.able)] = [owner[wish.opening_id] for wish in part.able]
    for opening_id, (column, _) in part.heads.items():
        region[column] = owner[opening_id]
    index, starts = np.array(frame.program.index), np.array(frame.program.starts)
    of_row = np.maximum.reduceat(region[index], starts[:-1])
    found = region.copy()
    np.maximum.at(found, index, np.repeat(of_row, np.diff(starts)))
    return np.where(region < 0, found, region)


def _most(
    program: Program, aim: Reals, inside: npt.NDArray[np.bool_], across: npt.NDArray[np.bool_], *, gap: float
) -> float:
    """What no plan of one region can beat. Of rows that reach further the part inside is kept, where that holds."""
    index, value, starts = np.array(program.index), np.array(program.value), np.array(program.starts)
    row = np.repeat(np.arange(len(across)), np.diff(starts))
    has_minus = np.bincount(row, value < 0, minlength=len(across)) > 0
    is_kept = ~across | (~has_minus & (np.array(program.least) == -np.inf))
    keep = inside[index] & is_kept[row]
    rows, sizes = np.unique(row[keep], return_counts=True)
    own = Program(
        lower=array("d", np.array(program.lower)[inside]),
        upper=array("d", np.array(program.upper)[inside]),
        starts=array("i", [0, *np.cumsum(sizes).tolist()]),
        index=array("i", (np.cumsum(inside) - 1)[index[keep]].tolist()),
        value=array("d", value[keep]),
        least=array("d", np.array(program.least)[rows]),
        most=array("d", np.array(program.most)[rows]),
    )
    solver = new_solver(mip_rel_gap=0.0, mip_abs_gap=gap, mip_max_nodes=NODES, mip_allow_restart=False)
    own.give(solver, aim[inside], is_most=True, is_whole=True)
    solver.run()
    return float(solver.getInfo().mip_dual_bound)


if __name__ == "__main__":
    main()
