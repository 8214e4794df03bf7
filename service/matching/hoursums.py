"""Sharper forms of "no more minutes than so many": true for whole duties, not for halves of them.

A linear program fills what is left of somebody's hours with a part of a duty. These rows, made by dual feasible
functions (Fekete and Schepers 2001), take such parts away, so that its answer is nearer to what people can really do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from service.matching.columns import Flags, Whole

    Row: TypeAlias = tuple[Whole, Whole]


def sharper(minutes: Whole, of: Whole, most: Whole) -> Iterator[Row]:
    """Rows that follow from: in each group g, the minutes of the duties `of` it come to `most[g]` at most.

    A share for each duty, all nothing where a group has no such row, and the most of the sum of each group's shares.
    """
    import numpy as np

    def any_of(flags: Flags) -> Flags:
        found: Flags = np.bincount(of, flags, len(most)) > 0
        return found

    left = most[of]
    for short in np.unique(minutes).tolist():
        too_long = minutes > left - short
        helps = any_of(minutes == short) & any_of(too_long) & (2 * short <= most)
        # A duty that leaves no room for a short one counts as everything, one shorter than that as nothing.
        shares = np.where(too_long, left, np.where(minutes >= short, minutes, 0))
        yield np.where(helps[of], shares, 0), most
    for parts in (1, 2, 3):
        # So many duties longer than that share of the hours do not fit, whatever they are.
        times, over = np.divmod((parts + 1) * minutes, left)
        shares = np.where(over == 0, parts * minutes, left * times)
        helps = any_of(shares > parts * minutes)
        yield np.where(helps[of], shares, 0), parts * most
