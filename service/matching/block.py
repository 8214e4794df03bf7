"""People solved together, everybody else a fact: as a linear program first, then in whole numbers.

One head towards a minimum is worth more than all wishes together, so the order of the aims is kept by one solve. What
the linear program is sure of is settled before the whole numbers are looked for. Not settled are people it would cut in
two, people who could fill a role it leaves open, and everybody in a shift it would hold by half.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from service.matching.plan import Plan
from service.matching.problem import LOAD_WEEKS, Wish
from service.matching.prospects import could_be_placed, prospects
from service.matching.relaxed import HALF, Relaxation, Relaxed
from service.matching.rows import framed
from service.matching.settled import settled, whole

if TYPE_CHECKING:
    from service.matching.columns import Flags
    from service.matching.milp import Numbers

#: Nodes of the search for one block.
NODES = 200
#: The search may stop so close to its bound, in thousandths of the wishes of the block.
CLOSE = 1
#: What fairness may cost a duty, in points of worth: so little that some sixty people would have to change places for
#: one point of wishes to be given up for it.
FAIR = 1 / 64
#: What a way may cost of that: between people who bear as much, the nearer one.
NEAR = 1 / 64


class Part:
    """Wishes as a program whose one aim is heads first, then wishes.

    Wishes of `guests`, others, for the same shifts, and wishes `away`, of the same people for other shifts, have
    columns held at nothing: they are no part of the plan, and a linear program says what they would be worth.
    """

    def __init__(
        self, start: Plan, wishes: Iterable[Wish], *, guests: Sequence[Wish] = (), away: Sequence[Wish] = ()
    ) -> None:
        import numpy as np

        self.start = start
        self.able = prospects(start, [*wishes, *guests])
        away = could_be_placed(start, away)
        strangers = {wish.person_id for wish in guests}
        self.frame = framed(start, self.able, away=away)
        is_guest = np.isin(self.frame.columns.person_id, list(strangers))
        self.guests = np.flatnonzero(is_guest)
        self.away = np.arange(len(self.able), len(self.able) + len(away))
        for column in (*self.guests.tolist(), *self.away.tolist()):
            self.frame.program.upper[column] = 0
        self.worth = self.frame.columns.worth(start.problem.weights)[: len(self.able)]
        self.head = worth_of_a_head(start, self.frame.of_opening)
        self.heads: dict[int, tuple[int, int]] = {}
        for opening_id, columns in self.frame.of_opening.items():
            opening = start.openings[opening_id]
            if missing := start.missing(opening):
                column = self.frame.program.column(0, missing)
                self.heads[opening_id] = (column, missing)
                self.frame.program.sum_row(columns, beside=(column, -1), least=0)
                # Half a crew counts half its heads, however many people are halved for it.
                if (held := self.frame.held_by.get(opening_id)) is not None:
                    self.frame.program.row([(column, 1), (held, -missing)], most=0)
        #: The rows that are not about one person's own time.
        self.shared_rows = slice(self.frame.own_rows, len(self.frame.program.least))
        #: What each column counts towards the minimums, and what it is worth as a wish.
        self.in_heads, self.in_wishes = np.zeros((2, len(self.frame.program.lower)))
        self.in_wishes[: len(self.worth)] = self.worth
        for opening_id, (column, _) in self.heads.items():
            self.in_heads[column] = start.openings[opening_id].weight
        self.aim = self.head * self.in_heads + self.in_wishes

    @cached_property
    def relaxation(self) -> Relaxation:
        """The program with columns that need not be whole."""
        return Relaxation(self.frame.program)

    @cached_property
    def relaxed(self) -> Relaxed | None:
        """Its best; None when the rows contradict each other."""
        return self.relaxation.best(self.aim) if self.able else None

    def solve(self, before: Sequence[Wish]) -> list[Wish]:
        """Whole numbers near the linear program, or what was there before if they are no better."""
        chosen = None if self.relaxed is None else self._whole(self.relaxed)
        return list(before) if chosen is None or self.value(chosen) <= self.value(before) else chosen

    def most_heads(self) -> int | None:
        """The same of the heads alone, in whole numbers: sharper, and too slow for a plan (docs/benchmarks.md)."""
        program = self.frame.program
        terms = [(column, self.start.openings[opening_id].weight) for opening_id, (column, _) in self.heads.items()]
        found = program.best(terms, is_most=True, known=[0] * len(program.lower), node_limit=NODES)
        return None if found is None else found.bound

    def value(self, chosen: Sequence[Wish]) -> int:
        """Heads first, then wishes, as one number."""
        return self.head * self.heads_of(chosen) + self._worth(chosen)

    def heads_of(self, chosen: Sequence[Wish]) -> int:
        """Heads towards the minimums, by weight, that these make beside the facts."""
        placed: dict[int, int] = {}
        for wish in chosen:
            placed[wish.opening_id] = placed.get(wish.opening_id, 0) + 1
        return sum(
            self.start.openings[opening_id].weight * min(missing, placed.get(opening_id, 0))
            for opening_id, (_, missing) in self.heads.items()
        )

    def _worth(self, chosen: Sequence[Wish]) -> int:
        return sum(self.start.problem.weights.worth(wish) for wish in chosen)

    def _whole(self, relaxed: Relaxed) -> list[Wish] | None:
        bounds = settled(self.frame.program, relaxed, loose=self._loose(relaxed.values))
        slack = max(FAIR, CLOSE / 1000 * float(relaxed.values[: len(self.worth)] @ self.worth))
        values = whole(self.frame.program, self._fair_aim(), bounds=bounds, node_limit=NODES, slack=slack)
        return None if values is None else [wish for n, wish in enumerate(self.able) if values[n] > 0.5]

    def _fair_aim(self) -> Numbers:
        """The aim, and between plans that honour as many wishes the fairer one.

        Each duty pays less than FAIR of a point, by what it adds to the square of its person's load (rules.burden) if
        it is her first here, and a small part of that by how far she has to go.
        """
        import numpy as np

        columns, load = self.frame.columns, self.start.load
        before = np.array([load[person_id] for person_id in columns.person_id.tolist()], np.int64)
        allowed = np.maximum(1, LOAD_WEEKS * columns.of_person("max_minutes"))
        added = (1000 * (before + columns.minutes) // allowed) ** 2 - (1000 * before // allowed) ** 2
        aim = self.aim.copy()
        aim[: len(added)] -= FAIR * added / max(1, added.max())
        travel = columns.told("travel")[: len(self.able)]
        aim[: len(travel)] -= NEAR * FAIR * travel / max(1, travel.max())
        return aim

    def _loose(self, values: Numbers) -> Flags:
        """The wishes of people who are cut in two, could fill a role left open, or serve where others do by half."""
        import numpy as np

        cut = np.flatnonzero(np.abs(values - values.round()) > HALF).tolist()
        shaky = [cause for column in cut for cause in self.frame.causes.get(column, ())]
        loose = [n for n in [*cut, *shaky] if n < len(self.able)]
        for opening_id, (_, missing) in self.heads.items():
            columns = self.frame.of_opening[opening_id]
            if values[columns].sum() < missing - HALF:
                loose += columns
        people = self.frame.columns.person_id
        flags: Flags = np.isin(people, people[loose])
        return flags


def worth_of_a_head(plan: Plan, opening_ids: Iterable[int]) -> int:
    """More than all wishes for these openings can come to together."""
    pays = plan.problem.weights
    return 1 + max(pays.dearest, pays.least) * sum(plan.free(plan.openings[opening_id]) for opening_id in opening_ids)
