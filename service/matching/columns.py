"""What the rules ask of wishes, as arrays: one number for each wish, in their order, and wishes put into groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from service.matching.problem import DAY, EAST_OF_UTC, IF_NEEDED, UNASKED, Problem, Weights, Wish
from service.matching.table import Table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Whole: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]


class Columns:
    """Wishes as arrays. `person` and `opening` are places in the problem's tables, times are minutes."""

    def __init__(self, problem: Problem, wishes: Sequence[Wish]) -> None:
        import numpy as np

        self.problem, self.wishes = problem, wishes
        self.person_id, self.opening_id = self.told("person_id"), self.told("opening_id")
        self.person = np.searchsorted(numbers(problem, "persons", "id"), self.person_id)
        self.opening = np.searchsorted(numbers(problem, "openings", "id"), self.opening_id)
        self.rank, self.availability = self.told("rank"), self.told("availability")
        self.is_spare = (self.rank == UNASKED) | (self.availability == IF_NEEDED)
        self.shift, self.week = self.of_opening("shift_id"), self.of_opening("week")
        self.starts, self.ends = self.of_opening("starts"), self.of_opening("ends")
        self.minutes, self.day = self.ends - self.starts, (self.starts + EAST_OF_UTC) // DAY

    @property
    def can_guide(self) -> Flags:
        """Who can guide somebody new there."""
        return self._flags("is_experienced")

    @property
    def needs_guide(self) -> Flags:
        """Who is new there, and cannot guide others."""
        return self._flags("is_newcomer") & ~self.can_guide

    def _flags(self, name: str) -> Flags:
        """What is true of the person wherever she serves, or of the wish."""

        flags: Flags = self.of_person(name) > 0
        if numbers(self.problem, "wishes", name).any():
            flags |= self.told(name) > 0
        return flags

    def told(self, name: str) -> Whole:
        """What each wish says in this column."""
        import numpy as np

        return np.fromiter(map(attrgetter(name), self.wishes), np.int64, len(self.wishes))

    def of_person(self, name: str) -> Whole:
        """What the table of people says in this column, for each wish."""
        return numbers(self.problem, "persons", name)[self.person]

    def of_opening(self, name: str) -> Whole:
        """The same of the table of openings."""
        return numbers(self.problem, "openings", name)[self.opening]

    def worth(self, weights: Weights) -> Whole:
        """Weights.worth of each."""
        import numpy as np

        asked: Whole = np.maximum(weights.least, weights.dearest - weights.step * (self.rank - 1))
        asked[self.rank == UNASKED] = weights.unasked
        return np.where(self.availability == IF_NEEDED, 0, asked)


def numbers(problem: Problem, table: str, name: str) -> Whole:
    """A column of whole numbers of the problem, without a copy."""
    import numpy as np

    held: Table[Any] = problem.table(table)
    return np.frombuffer(held.numbers(name), np.int64) if len(held) else np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Groups:
    """Numbers put together by a key: those of group g are the `sizes[g]` of `order` from `begins[g]` on, and it is the
    group of all the rows of `of` that say g."""

    order: Whole
    begins: Whole
    sizes: Whole
    of: Whole

    @classmethod
    def by(cls, *keys: Whole, then: Whole | None = None) -> Groups:
        """Positions that have all keys in common, in the order of the keys; within a group, in the order of `then`."""
        import numpy as np

        order = np.lexsort((*(() if then is None else (then,)), *keys[::-1]))
        is_new = np.ones(len(order), bool)
        is_new[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
        begins = np.flatnonzero(is_new)
        return cls(order, begins, np.diff(begins, append=len(order)), np.cumsum(is_new) - 1)

    @property
    def firsts(self) -> Whole:
        """The first of each group."""
        return self.order[self.begins]

    def sums(self, values: Whole) -> Whole:
        """The sum of the values of each group."""
        import numpy as np

        return np.add.reduceat(values[self.order], self.begins) if len(self.order) else self.begins

    def where(self, wanted: Flags) -> tuple[Whole, Whole]:
        """The members of the wanted groups, and how many each has."""
        return self.order[wanted[self.of]], self.sizes[wanted]

    def lists(self, keys: Whole) -> dict[int, list[int]]:
        """Key of a group → its members."""
        members, ends = self.order.tolist(), (self.begins + self.sizes).tolist()
        spans = zip(keys[self.firsts].tolist(), self.begins.tolist(), ends, strict=True)
        return {key: members[begin:end] for key, begin, end in spans}

    def pairs(self) -> tuple[Whole, Whole]:
        """Places in the order: each with itself and every one before it in its group, (later, earlier)."""
        import numpy as np

        before = np.arange(len(self.order)) - self.begins[self.of]
        later = np.repeat(np.arange(len(self.order)), before + 1)
        first = np.cumsum(before + 1) - (before + 1)
        return later, self.begins[self.of][later] + np.arange(len(later)) - first[later]
