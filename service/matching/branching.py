"""Columns that must be whole, tried either way: a linear program says more once it may not have halves of them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import TYPE_CHECKING

from service.matching.relaxed import HALF, Relaxation, Relaxed

if TYPE_CHECKING:
    from service.matching.columns import Whole
    from service.matching.milp import Numbers


@dataclass(frozen=True, slots=True, order=True)
class _Case:
    """Some columns held within narrower bounds: what no plan in this case can beat, and where it is cut in two."""

    less: float
    number: int
    held: dict[int, tuple[int, int]] = field(compare=False)
    halved: tuple[int, float] | None = field(compare=False)


def closer(relaxation: Relaxation, costs: Numbers, columns: Whole, *, enough: float, most_tries: int) -> float:
    """What no plan can beat where these columns are whole, no closer than `enough` (branch and bound, Land and Doig
    1960); minus infinity when the rows contradict each other.

    The case with the largest bound is cut in two at the column that is most a half, until no case has more than enough,
    none of its columns is halved, or so many linear programs were solved. The relaxation is left with the bounds of
    the last case.
    """
    if (found := relaxation.best(costs)) is None:
        return -inf
    upper = {column: int(relaxation.program.upper[column]) for column in columns.tolist()}
    cases = [_Case(-found.best, 0, {}, _most_halved(found, columns))]
    tries = 0
    while -cases[0].less > enough and cases[0].halved is not None and tries < most_tries:
        case = heapq.heappop(cases)
        assert case.halved is not None  # noqa: S101 (asked by the loop)
        column, value = case.halved
        least, most = case.held.get(column, (0, upper[column]))
        for either in (least, floor(value)), (ceil(value), most):
            tries += 1
            held = {**case.held, column: either}
            relaxation.within(columns.tolist(), [held.get(one, (0, upper[one])) for one in columns.tolist()])
            if (best := relaxation.best(costs)) is not None:
                less = max(case.less, -best.best)
                heapq.heappush(cases, _Case(less, tries, held, _most_halved(best, columns)))
        if not cases:
            return enough
    return -cases[0].less


def _most_halved(found: Relaxed, columns: Whole) -> tuple[int, float] | None:
    """The column farthest from a whole number and its value; None where all are whole."""
    import numpy as np

    if not len(columns):
        return None
    values = found.values[columns]
    away = np.abs(values - values.round())
    at = int(away.argmax())
    return (int(columns[at]), float(values[at])) if away[at] > HALF else None
