"""Part of a problem laid out for a program: a column for each wish, and the look-ups that rows are made from.

What is placed in the start plan is a fact here, whoever placed it. Rules that a single wish breaks by itself leave no
row: such wishes are not given to a frame at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from service.matching.columns import Columns, Groups
from service.matching.milp import Program
from service.matching.plan import Duty, Plan
from service.matching.problem import BondKind, Opening, Wish

if TYPE_CHECKING:
    from service.matching.columns import Flags, Whole

Rows: TypeAlias = Callable[["Frame"], None]


class Frame:
    """Columns of the wishes, numbered in their order, and the look-ups that rows are made from.

    Wishes `away` are only about their people's own time: what goes on in those shifts is told elsewhere.
    """

    def __init__(
        self, start: Plan, wishes: Sequence[Wish], own: Iterable[Rows], shared: Iterable[Rows], *, away: Sequence[Wish]
    ) -> None:
        self.start, self.wishes = start, [*wishes, *away]
        here = slice(len(wishes))
        self.program = Program()
        self.program.columns_of_choice(len(self.wishes))
        self.columns = Columns(start.problem, self.wishes)
        self.opening: list[Opening] = [start.openings[wish.opening_id] for wish in self.wishes]
        self.of_opening = _members(self.columns.opening_id[here])
        self.of_person = _members(self.columns.person_id)
        self.of_shift = _members(self.columns.shift[here])
        self.is_spare: list[bool] = self.columns.is_spare.tolist()
        self.is_experienced: list[bool] = self.columns.can_guide.tolist()
        self.needs_guide: list[bool] = self.columns.needs_guide.tolist()
        self.is_adult: list[bool] = (self.columns.of_person("is_adult") > 0).tolist()
        #: Column that follows from others → those others: it is 1 where one of them is.
        self.causes: dict[int, Sequence[int]] = {}
        #: Opening → the column without which nobody serves there.
        self.held_by: dict[int, int] = {}
        #: Sets of which their person serves in one at most: for each column the number of its set, or -1.
        self._alone: list[Whole] = []
        for rows in own:
            rows(self)
        #: So many rows, the first, are about one person's own time.
        self.own_rows = len(self.program.least)
        self.of_person = _members(self.columns.person_id[here])
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

    def own(self, columns: Whole, sizes: Whole, *, most: Whole, shares: Whole | None = None) -> None:
        """Rows about one person each, as in Program.rows; none where she serves once at most in its columns anyhow."""
        import numpy as np

        shares = np.ones_like(columns) if shares is None else shares
        begins = np.cumsum(sizes) - sizes
        says = np.ones(len(sizes), bool)
        for alone in self._alone:
            low, high = (end.reduceat(alone[columns], begins) for end in (np.minimum, np.maximum))
            says &= (low < 0) | (low < high) | (np.maximum.reduceat(shares, begins) > most)
        keep = np.repeat(says, sizes)
        self.program.rows(columns[keep], sizes[says], values=shares[keep], most=most[says])

    def one_at_most(self, groups: Groups, wanted: Flags) -> None:
        """Of each of these groups its person serves in one at most: rows that follow from that are left out later."""
        import numpy as np

        alone = np.full(len(groups.order), -1)
        alone[groups.order] = np.where(wanted, np.arange(len(wanted)), -1)[groups.of]
        self._alone.append(alone)

    def held(self, groups: Groups, dates: Whole, on: Callable[[Duty], int], much: Callable[[Duty], int]) -> Whole:
        """What the person of each group, put together by person and date, holds already on that date."""
        import numpy as np

        ids, dates = self.columns.person_id[groups.firsts], dates[groups.firsts]
        busy = [person_id for person_id in self.of_person if self.start.duties.get(person_id)]
        sums = np.zeros(len(ids), np.int64)
        for g in np.flatnonzero(np.isin(ids, busy)).tolist():
            sums[g] = sum(much(duty) for duty in self.start.duties[int(ids[g])] if on(duty) == dates[g])
        return sums

    def held_open(self, columns: Sequence[int], *, is_forced: bool) -> int:
        """A column that is 1 where any of these is: what is served in is held. Forced where somebody serves already."""
        held = self.program.column(int(is_forced), 1)
        self.causes[held] = columns
        if not is_forced:
            self.program.each_below(columns, held)
        return held


def _members(keys: Whole) -> dict[int, list[int]]:
    return Groups.by(keys).lists(keys)


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
