"""The exact matcher: each aim at its best before the next is looked at, and the proof that it is.

1. What no plan can do is left out: wishes that are barred, or that clash with what their person holds already.
2. The rest falls into parts that share neither person nor opening; each is solved by itself.
3. In each part the aims are solved in their order, as mixed-integer programs: heads towards the minimums, then wishes,
   then fair loads, then who asked first. What one aim reached is held while the next is solved. An aim that cannot be
   proven best within its limit of nodes keeps the best plan found, and says how far from proven it is.
4. The greedy plan is where each part begins, so no plan is worse than it.

Loads are squared (rules.burden), and a square is no linear thing. But a person's load can only come to a few values,
and between two neighbours of them a chord of the parabola says exactly what counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from service.matching import greedy
from service.matching.conclusion import conclude
from service.matching.milp import Program
from service.matching.plan import Plan
from service.matching.problem import LOAD_WEEKS, UNASKED, Opening, Problem, Wish
from service.matching.rules import fits, worth
from service.matching.solution import LevelName, Solution

NAME = "lexical/1"

#: Nodes of the search for one aim of one part. Small parts need none or a few.
NODES = 2_000
#: Parts with more wishes than this get the greedy plan, and parts with more than the second keep the loads that the
#: wishes lead to: their programs would outlast a worker's patience (docs/benchmarks.md).
LARGEST_PART, LARGEST_FAIR = 20_000, 4_000


def solve(problem: Problem) -> Solution:
    """The best plan, or the best one found, with what no plan can beat at each level."""
    start = Plan(problem)
    able = [wish for wish in problem.wishes if fits(start, wish)]
    draft = greedy.plan(problem)
    chosen: list[Wish] = []
    bounds: dict[LevelName, int | None] = dict.fromkeys((LevelName.COVER, LevelName.WISHES, LevelName.BURDEN), 0)
    for wishes in _parts(able):
        part = _Part(start, wishes)
        found = part.solve([wish for wish in wishes if (wish.person_id, wish.opening_id) in draft.placed])
        chosen += found.chosen
        bounds = {name: _added(bound, found.bounds.get(name)) for name, bound in bounds.items()}
    plan = _finished(problem, chosen)
    return _with_bounds(conclude(plan, solver=NAME), start, able, bounds)


def _finished(problem: Problem, chosen: Iterable[Wish]) -> Plan:
    """The plan of the chosen wishes, and of whatever still fits beside them where something was not solved.

    Who asked comes first, so that nobody is drafted beyond a minimum who did not.
    """
    plan = Plan(problem)
    for wish in sorted(chosen, key=lambda wish: (wish.signup_id is None, wish.signup_id or 0, wish.person_id)):
        if wish.rank != UNASKED or plan.missing(plan.openings[wish.opening_id]):
            plan.place(wish)
    greedy.fill_minimums(plan)
    greedy.honour_wishes(plan)
    return plan


def _added(sum_so_far: int | None, bound: int | None) -> int | None:
    return None if sum_so_far is None or bound is None else sum_so_far + bound


def _with_bounds(
    solution: Solution, start: Plan, able: Sequence[Wish], bounds: dict[LevelName, int | None]
) -> Solution:
    """The solution with what was proven, the openings and people that no part touched included."""
    openings, people = {wish.opening_id for wish in able}, {wish.person_id for wish in able}
    outside = {
        LevelName.COVER: sum(
            o.weight * min(o.min_needed, len(start.holders[o.id]))
            for o in start.openings.values()
            if o.id not in openings
        ),
        LevelName.WISHES: 0,
        LevelName.BURDEN: sum(start.load_share(person) ** 2 for person in start.persons if person not in people),
    }
    levels = []
    for level in solution.levels:
        known = bounds.get(level.name)
        bound = level.value if level.name == LevelName.KEPT else None if known is None else known + outside[level.name]
        levels.append(replace(level, bound=bound))
    return replace(solution, levels=tuple(levels))


def _parts(wishes: Sequence[Wish]) -> Iterator[list[Wish]]:
    """Wishes in groups that share neither person nor opening, in the order of their first wish."""
    leader: dict[tuple[str, int], tuple[str, int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        leader.setdefault(node, node)
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for wish in wishes:
        leader[find(("person", wish.person_id))] = find(("opening", wish.opening_id))
    groups: dict[tuple[str, int], list[Wish]] = defaultdict(list)
    for wish in wishes:
        groups[find(("opening", wish.opening_id))].append(wish)
    yield from groups.values()


@dataclass(frozen=True, slots=True)
class _Found:
    """The wishes a part honours, and what no plan of it can beat."""

    chosen: list[Wish]
    bounds: dict[LevelName, int | None]


class _Part:
    """One part as a program: a column for each wish, for the heads that count, and for each person's load."""

    def __init__(self, start: Plan, wishes: list[Wish]) -> None:
        self.start, self.wishes = start, wishes
        self.openings: dict[int, Opening] = {w.opening_id: start.openings[w.opening_id] for w in wishes}
        self.of_opening: dict[int, list[int]] = defaultdict(list)
        self.of_person: dict[int, list[int]] = defaultdict(list)
        self.program = Program()
        for wish in wishes:
            column = self.program.column(0, 1)
            self.of_opening[wish.opening_id].append(column)
            self.of_person[wish.person_id].append(column)
        self._limit_places()
        self._keep_apart()
        self._limit_weeks()

    def solve(self, draft: Sequence[Wish]) -> _Found:
        """Aim after aim, beginning with the draft's wishes."""
        if len(self.wishes) > LARGEST_PART:
            return _Found(list(draft), {})
        bounds: dict[LevelName, int | None] = {}
        heads = self._heads()
        known = self._completed(self._values(draft))
        cover = [(column, self.openings[opening].weight) for opening, column in heads.items()]
        known = self._aim(LevelName.COVER, cover, known, bounds, is_most=True)
        bounds[LevelName.COVER] = _added(bounds[LevelName.COVER], self._covered_before())
        asked = [(n, worth(wish.rank)) for n, wish in enumerate(self.wishes) if wish.rank != UNASKED]
        known = self._aim(LevelName.WISHES, asked, known, bounds, is_most=True)
        if len(self.wishes) > LARGEST_FAIR:
            return _Found(self._chosen(known), bounds)
        known = self._share_out(known, bounds)
        first = sorted((n for n, w in enumerate(self.wishes) if w.signup_id is not None), key=self._queue)
        known = self._aim(None, [(n, place) for place, n in enumerate(first, start=1)], known, bounds, is_most=False)
        return _Found(self._chosen(known), bounds)

    def _chosen(self, values: tuple[int, ...]) -> list[Wish]:
        return [wish for wish, value in zip(self.wishes, values, strict=False) if value]

    # --- rows ---

    def _limit_places(self) -> None:
        for opening_id, columns in self.of_opening.items():
            self.program.row([(n, 1) for n in columns], most=self.start.free(self.openings[opening_id]))

    def _keep_apart(self) -> None:
        """Of duties that meet, rest owed included, one at most: a row for each moment at which one begins."""
        for columns in self.of_person.values():
            spans = sorted((self._span(n), n) for n in columns)
            cliques = {
                frozenset(n for (starts, ends), n in spans if starts <= moment < max(ends, starts + 1))
                for (moment, _ends), _n in spans
            }
            shifts = {self._shift(n) for n in columns}
            cliques |= {frozenset(n for n in columns if self._shift(n) == shift_id) for shift_id in shifts}
            for clique in sorted(cliques, key=sorted):
                if len(clique) > 1 and not any(clique < other for other in cliques):
                    self.program.row([(n, 1) for n in sorted(clique)], most=1)

    def _shift(self, n: int) -> int:
        return self.openings[self.wishes[n].opening_id].shift_id

    def _span(self, n: int) -> tuple[int, int]:
        opening = self.openings[self.wishes[n].opening_id]
        return opening.starts, opening.ends + opening.rest_after

    def _limit_weeks(self) -> None:
        for person_id, columns in self.of_person.items():
            weeks: dict[int, list[int]] = defaultdict(list)
            for n in columns:
                weeks[self.openings[self.wishes[n].opening_id].week].append(n)
            for week, inside in weeks.items():
                held = sum(duty.minutes for duty in self.start.duties[person_id] if duty.week == week)
                left = self.start.persons[person_id].max_minutes - held
                if sum(self._minutes(n) for n in inside) > left:
                    self.program.row([(n, self._minutes(n)) for n in inside], most=left)

    def _minutes(self, n: int) -> int:
        opening = self.openings[self.wishes[n].opening_id]
        return opening.ends - opening.starts

    # --- aims ---

    def _heads(self) -> dict[int, int]:
        """A column for each opening below its minimum: the heads that count towards it."""
        heads = {}
        for opening_id, columns in self.of_opening.items():
            if missing := self.start.missing(self.openings[opening_id]):
                heads[opening_id] = column = self.program.column(0, missing)
                self.program.row([(column, -1), *((n, 1) for n in columns)], least=0)
        self.heads = heads
        return heads

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
        reached = _sum(terms, values)
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
        self.program.row(terms, most=_sum(terms, known))
        return known

    def _attainable(self, person_id: int, share: _Share) -> list[int]:
        """The shares her load can come to, from none of these duties to all of them that her weeks allow."""
        weeks: dict[int, set[int]] = {}
        for n in self.of_person[person_id]:
            opening = self.openings[self.wishes[n].opening_id]
            sums = weeks.setdefault(opening.week, {0})
            sums |= {minutes + self._minutes(n) for minutes in sums}
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
        most = 1000 * (load + sum(map(self._minutes, columns))) // allowed
        column = self.program.column(0, most)
        minutes = [(n, -1000 * self._minutes(n)) for n in columns]
        self.program.row([(column, allowed), *minutes], least=1000 * load - allowed + 1)
        return _Share(column, most, allowed)

    # --- values ---

    def _queue(self, n: int) -> tuple[int, int]:
        return self.wishes[n].signup_id or 0, n

    def _values(self, chosen: Iterable[Wish]) -> tuple[int, ...]:
        taken = {(wish.person_id, wish.opening_id) for wish in chosen}
        return tuple(int((wish.person_id, wish.opening_id) in taken) for wish in self.wishes)

    def _completed(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """The values of the wishes with those of the heads they make."""
        heads = []
        for opening_id in self.heads:
            placed = sum(values[n] for n in self.of_opening[opening_id])
            heads.append(min(placed, self.start.missing(self.openings[opening_id])))
        return (*values[: len(self.wishes)], *heads)

    def _with_loads(
        self, values: tuple[int, ...], shares: dict[int, _Share], squares: dict[int, int]
    ) -> tuple[int, ...]:
        """The values with the shares and squares that the chosen wishes really make."""
        whole = [*values, *([0] * (len(self.program.lower) - len(values)))]
        for person_id, share in shares.items():
            load = self.start.load[person_id] + sum(self._minutes(n) for n in self.of_person[person_id] if values[n])
            whole[share.column] = 1000 * load // share.allowed
            whole[squares[person_id]] = whole[share.column] ** 2
        return tuple(whole)


@dataclass(frozen=True, slots=True)
class _Share:
    """The column of one person's load, its largest value, and the minutes her limit allows."""

    column: int
    most: int
    allowed: int


def _sum(terms: Iterable[tuple[int, int]], values: Sequence[int]) -> int:
    return sum(coefficient * values[column] for column, coefficient in terms)
