"""The same work for several numbers, in this process or in some split off it; results in the order of the numbers.

A split-off process sees the memory as it is at that moment and gives back only its results. Workers that may not split
off processes (Celery's own) ask for one.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Result = TypeVar("Result")
_work: Callable[[int], Any] | None = None


def side_by_side(work: Callable[[int], Result], count: int, *, processes: int) -> Iterator[Result]:
    """`work(0)` to `work(count - 1)`. The work must depend on nothing but its number and what is there now."""
    if processes == 1 or count == 1:
        for number in range(count):
            yield work(number)
        return
    global _work  # noqa: PLW0603 (what is split off finds its work here: functions inside functions cannot be sent)
    _work = work
    with multiprocessing.get_context("fork").Pool(min(processes, count)) as pool:
        yield from pool.imap(_do, range(count))
    _work = None


def _do(number: int) -> Any:
    assert _work is not None  # noqa: S101 (set before the split)
    return _work(number)
