"""One part of a problem as a mixed-integer program: columns, rows, and its aims in their order.

Loads are squared (rules.burden), and a square is no linear thing. But a person's load can only come to a few values,
and between two neighbours of them a chord of the parabola says exactly what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.matching.milp import total
from service.matching.plan import Plan
from service.matching.problem import LOAD_WEEKS, Opening, Wish
from service.matching.rows import framed
from service.matching.solution import LevelName

#: Nodes of the search for one aim of one part. Small parts need none or a few.
NODES = 2_000
#: In parts with more wishes than this chords take too long (docs/benchmarks.md).
LARGEST_FAIR = 4_000


@dataclass(frozen=True, slots=True)
class Found:
    """The wishes a part honours, and what no plan of it can beat."""

    chosen: list[Wish]
    bounds: dict[LevelName, int | None]


@dataclass(frozen=True, slots=True)
class _Share:
    """The column of one person's load, its largest value, and the minutes her limit allows."""

    column: int
    most: int
    allowed: int


class Part:
    """One part as a program: a column for each wish, for the heads that count, and for each person's load."""

    def __init__(self, start: Plan, wishes: list[Wish]) -> None:
        self.start, self.wishes = start, wishes
        self.frame = framed(start, wishes)
        self.program = self.frame.program
        self.of_opening, self.of_person = self.frame.of_opening, self.frame.of_person
        self.openings: dict[int, Opening] = {w.opening_id: start.openings[w.opening_id] for w in wishes}
        self.heads: dict[int, int] = {}

    def solve(self, draft: Sequence[Wish]) -> Found:
        """Aim after aim, beginning with the draft's wishes."""
        bounds: dict[LevelName, int | None] = {}
        self._count_heads()
        known = self._values(draft)
        cover = [(column, self.openings[opening].weight) for opening, column in self.heads.items()]
        known = self._aim(LevelName.COVER, cover, known, bounds, is_most=True)
        if (cover_bound := bounds[LevelName.COVER]) is not None:
            bounds[LevelName.COVER] = cover_bound + self._covered_before()
        worth = self.start.problem.weights.worth
        asked = [(n, worth(wish)) for n, wish in enumerate(self.wishes) if worth(wish)]
        known = self._aim(LevelName.WISHES, asked, known, bounds, is_most=True)
        known = self._spread(known, bounds) if len(self.wishes) > LARGEST_FAIR else self._share_out(known, bounds)
        far = [(n, wish.travel) for n, wish in enumerate(self.wishes) if wish.travel]
        known = self._aim(LevelName.TRAVEL, far, known, bounds, is_most=False)
        first = sorted((n for n, w in enumerate(self.wishes) if w.signup_id is not None), key=self._queue)
        known = self._aim(None, [(n, place) for place, n in enumerate(first, start=1)], known, bounds, is_most=False)
        return Found(self._chosen(known), bounds)

    def _chosen(self, values: tuple[int, ...]) -> list[Wish]:
        return [wish for wish, value in zip(self.wishes, values, strict=False) if value]

    # --- aims ---

    def _count_heads(self) -> None:
        """A column for each opening below its minimum: the heads that count towards it."""
        for opening_id, columns in self.of_opening.items():
            if missing := self.start.missing(self.openings[opening_id]):
                self.heads[opening_id] = column = self.program.column(0, missing)
                self.program.sum_row(columns, beside=(column, -1), least=0)

    def _covered_before(self) -> int:
        """What the people who hold places already count."""
        return sum(o.weight * min(o.min_needed, len(self.start.holders[o.id])) for o in self.openings.values())

    def _aim(
        self,
        name: LevelName | None,
        terms: list[tuple[int, int]],
        known: tuple[int, ...],
        bounds: dict[LevelName, int | None],
        *,
        is_most: bool,
    ) -> tuple[int, ...]:
        """Bring one aim to its best, and hold it there from now on; the values that do."""
        if not terms:
            if name is not None:
                bounds[name] = 0
            return known
        found = self.program.best(terms, is_most=is_most, known=known, node_limit=NODES)
        if name is not None:
            bounds[name] = found.bound if found else None
        values = found.values if found else known
        reached = total(terms, values)
        self.program.row(terms, **({"least": reached} if is_most else {"most": reached}))
        return values

    def _share_out(self, known: tuple[int, ...], bounds: dict[LevelName, int | None]) -> tuple[int, ...]:
        """The smallest sum of squared loads: a column for each share and each square, and chords that price it."""
        shares = {person_id: self._share_column(person_id) for person_id in sorted(self.of_person)}
        squares = {person_id: self.program.column(0, share.most**2) for person_id, share in shares.items()}
        for person_id, share in shares.items():
            for lower, upper in pairwise(self._attainable(person_id, share)):
                chord = [(squares[person_id], 1), (share.column, -(lower + upper))]
                self.program.row(chord, least=-lower * upper)
        known = self._with_loads(known, shares, squares)
        terms = [(column, 1) for column in squares.values()]
        found = self.program.best(terms, is_most=False, known=known, node_limit=NODES)
        bounds[LevelName.BURDEN] = found.bound if found else None
        known = self._with_loads(found.values if found else known, shares, squares)
        self.program.row(terms, most=total(terms, known))
        return known

    def _spread(self, known: tuple[int, ...], bounds: dict[LevelName, int | None]) -> tuple[int, ...]:
        """Nearly the smallest sum of squared loads, where chords would take too long: each duty counts what it adds as
        her first here, and most serve once a week.

        No plan has a smaller sum than this aim's bound and the squares of what all have before: a second duty adds more
        than it counts.
        """
        terms = [term for person_id in self.of_person for term in self._first_squares(person_id)]
        known = self._aim(LevelName.BURDEN, terms, known, bounds, is_most=False)
        if (least := bounds[LevelName.BURDEN]) is not None:
            bounds[LevelName.BURDEN] = least + sum(
                self.start.load_share(person_id) ** 2 for person_id in self.of_person
            )
        return known

    def _first_squares(self, person_id: int) -> list[tuple[int, int]]:
        """What each of her duties alone would add to the square of her load.

        Loads are rounded down: n duties may add n-1 shares less than one by one. With a load a, and p or more shares
        each, squaring makes up for that where (p-1)² > a; where not, each counts a share less.
        """
        allowed = max(1, LOAD_WEEKS * self.start.persons[person_id].max_minutes)
        columns, before = self.of_person[person_id], self.start.load_share(person_id)
        shares = [1000 * (self.start.load[person_id] + self.frame.minutes(n)) // allowed for n in columns]
        shortest = min(shares) - before
        lost = 0 if shortest > 1 and (shortest - 1) ** 2 > before else 1
        return [(n, max(0, (share - lost) ** 2 - before**2)) for n, share in zip(columns, shares, strict=True)]

    def _attainable(self, person_id: int, share: _Share) -> list[int]:
        """The shares her load can come to, from none of these duties to all of them that her weeks allow."""
        weeks: dict[int, set[int]] = {}
        for n in self.of_person[person_id]:
            opening = self.openings[self.wishes[n].opening_id]
            sums = weeks.setdefault(opening.week, {0})
            sums |= {minutes + self.frame.minutes(n) for minutes in sums}
        limit, load = self.start.persons[person_id].max_minutes, self.start.load[person_id]
        loads = {load}
        for sums in weeks.values():
            loads = {known + minutes for known in loads for minutes in sums if minutes <= limit}
        found = sorted({1000 * minutes // share.allowed for minutes in loads})
        return found if len(found) > 1 else [found[0], found[0] + 1]

    def _share_column(self, person_id: int) -> _Share:
        """Her load in thousandths of her own limit, rounded down as rules.burden does."""
        allowed = max(1, LOAD_WEEKS * self.start.persons[person_id].max_minutes)
        columns, load = self.of_person[person_id], self.start.load[person_id]
        most = 1000 * (load + sum(map(self.frame.minutes, columns))) // allowed
        column = self.program.column(0, most)
        minutes = [(n, -1000 * self.frame.minutes(n)) for n in columns]
        self.program.row([(column, allowed), *minutes], least=1000 * load - allowed + 1)
        return _Share(column, most, allowed)

    # --- values ---

    def _queue(self, n: int) -> tuple[int, int]:
        return self.wishes[n].signup_id or 0, n

    def _values(self, chosen: Iterable[Wish]) -> tuple[int, ...]:
        """The values of the wishes, of the columns the rules need, and of the heads that count."""
        taken = {(wish.person_id, wish.opening_id) for wish in chosen}
        values = [int((wish.person_id, wish.opening_id) in taken) for wish in self.wishes]
        for column in range(len(values), self.frame.width):
            values.append(self.frame.follows(column, values))
        for opening_id in self.heads:
            placed = sum(values[n] for n in self.of_opening[opening_id])
            values.append(min(placed, self.start.missing(self.openings[opening_id])))
        return tuple(values)

    def _with_loads(
        self, values: tuple[int, ...], shares: dict[int, _Share], squares: dict[int, int]
    ) -> tuple[int, ...]:
        """The values with the shares and squares that the chosen wishes really make."""
        whole = [*values, *([0] * (len(self.program.lower) - len(values)))]
        for person_id, share in shares.items():
            load = self.start.load[person_id] + sum(
                self.frame.minutes(n) for n in self.of_person[person_id] if values[n]
            )
            whole[share.column] = 1000 * load // share.allowed
            whole[squares[person_id]] = whole[share.column] ** 2
        return tuple(whole)
