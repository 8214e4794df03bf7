"""Sharper forms of "no more minutes than so many": true for whole duties, not for halves of them.

A linear program fills what is left of somebody's hours with a part of a duty. These rows, made by dual feasible
functions (Fekete and Schepers 2001), take such parts away, so that its answer is nearer to what people can really do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Row: TypeAlias = tuple[list[int], int]


def sharper(minutes: Sequence[int], most: int) -> Iterator[Row]:
    """Rows (a share for each duty, the most of their sum) that follow from sum of minutes ≤ most."""
    lengths = set(minutes)
    for short in sorted(length for length in lengths if 2 * length <= most):
        if any(length > most - short for length in lengths):
            yield [_without_ends(length, most, short) for length in minutes], most
    for parts in (1, 2, 3):
        shares = [_in_parts(length, most, parts) for length in minutes]
        if any(share > parts * length for share, length in zip(shares, minutes, strict=True)):
            yield shares, parts * most


def _without_ends(length: int, most: int, short: int) -> int:
    """A duty that leaves no room for a short one counts as everything, one shorter than that as nothing."""
    if length > most - short:
        return most
    return length if length >= short else 0


def _in_parts(length: int, most: int, parts: int) -> int:
    """So many duties longer than that share of the hours do not fit, whatever they are."""
    times = (parts + 1) * length
    return parts * length if times % most == 0 else most * (times // most)
