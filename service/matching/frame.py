"""Part of a problem laid out for a program: a column for each wish, and the look-ups that rows are made from.

What is placed in the start plan is a fact here, whoever placed it. Rules that a single wish breaks by itself leave no
row: such wishes are not given to a frame at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from service.matching.milp import Program
from service.matching.plan import Plan
from service.matching.problem import BondKind, Opening, Wish

Rows: TypeAlias = Callable[["Frame"], None]


class Frame:
    """Columns of the wishes, numbered in their order, and the look-ups that rows are made from."""

    def __init__(self, start: Plan, wishes: Sequence[Wish], own: Iterable[Rows], shared: Iterable[Rows]) -> None:
        self.start, self.wishes = start, wishes
        self.program = Program()
        self.program.columns_of_choice(len(wishes))
        self.opening: list[Opening] = [start.openings[wish.opening_id] for wish in wishes]
        self.of_opening: dict[int, list[int]] = defaultdict(list)
        self.of_person: dict[int, list[int]] = defaultdict(list)
        self.of_shift: dict[int, list[int]] = defaultdict(list)
        for n, wish in enumerate(wishes):
            self.of_opening[wish.opening_id].append(n)
            self.of_person[wish.person_id].append(n)
            self.of_shift[self.opening[n].shift_id].append(n)
        #: Column that follows from others → those others: it is 1 where one of them is.
        self.causes: dict[int, Sequence[int]] = {}
        for rows in own:
            rows(self)
        #: So many rows, the first, are about one person's own time.
        self.own_rows = len(self.program.least)
        for rows in shared:
            rows(self)
        self.width = len(self.program.lower)

    def follows(self, column: int, values: Sequence[int]) -> int:
        """The value of a column that a rule needed, from the values of the wishes."""
        return max([int(self.program.lower[column]), *(values[n] for n in self.causes[column])])

    def minutes(self, n: int) -> int:
        return self.opening[n].ends - self.opening[n].starts

    def at_most(self, columns: Sequence[int], most: int) -> None:
        """No more than so many of these."""
        if len(columns) > most:
            self.program.sum_row(columns, most=most)

    def held_open(self, columns: Sequence[int], *, is_forced: bool) -> int:
        """A column that is 1 where any of these is: what is served in is held. Forced where somebody serves already."""
        held = self.program.column(int(is_forced), 1)
        self.causes[held] = columns
        if not is_forced:
            for n in columns:
                self.program.row([(n, 1), (held, -1)], most=0)
        return held


def meeting_sets(spans: list[tuple[int, int, int]]) -> Iterator[list[int]]:
    """The largest sets of spans (starts, ends, column), in order of their starts, that share a moment."""
    active: list[tuple[int, int]] = []
    is_new = False
    for starts, ends, n in spans:
        if active and min(active)[0] <= starts:
            if is_new and len(active) > 1:
                yield [column for _, column in active]
            active = [span for span in active if span[0] > starts]
            is_new = False
        active.append((max(ends, starts + 1), n))
        is_new = True
    if len(active) > 1:
        yield [column for _, column in active]


def bound(frame: Frame, kind: BondKind) -> Iterator[tuple[int, int]]:
    """Everybody with columns and whom she is bound to, who may have none."""
    for person_id in sorted(frame.of_person):
        for other_id, bond in frame.start.bonds.get(person_id, ()):
            if bond == kind:
                yield person_id, other_id


def pairs(frame: Frame, kind: BondKind) -> Iterator[tuple[int, int]]:
    """Each pair so bound once, where both have columns."""
    return (
        (person_id, other_id)
        for person_id, other_id in bound(frame, kind)
        if person_id < other_id and other_id in frame.of_person
    )


def grouped(columns: Iterable[int], key: Callable[[int], int]) -> Iterator[tuple[int, list[int]]]:
    """Columns by a key, in the order in which each key first comes."""
    groups: dict[int, list[int]] = defaultdict(list)
    for n in columns:
        groups[key(n)].append(n)
    yield from groups.items()
