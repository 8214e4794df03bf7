"""A plan in the making: who serves where so far, with the look-ups that rules and solvers ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from service.matching.problem import LOAD_WEEKS, BondKind, Opening, Person, Problem, Wish, day


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift a person serves, whatever gave it to her: held elsewhere, pinned here or placed by the plan."""

    shift_id: int
    starts: int
    ends: int
    rest_after: int
    week: int

    @property
    def minutes(self) -> int:
        return self.ends - self.starts

    @property
    def day(self) -> int:
        return day(self.starts)


class Plan:
    """Starts with what is pinned and committed; grows by `place`, shrinks by `take_back`. Asks no rule: that is the
    caller's part."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.persons: dict[int, Person] = {person.id: person for person in problem.persons}
        self.openings: dict[int, Opening] = {opening.id: opening for opening in problem.openings}
        self.wishes_for: dict[int, list[Wish]] = defaultdict(list)
        self.wishes_of: dict[int, list[Wish]] = defaultdict(list)
        self.duties: dict[int, list[Duty]] = defaultdict(list)
        self.holders: dict[int, list[int]] = defaultdict(list)
        #: Openings that belong together, by the shift, crew or visit they share.
        self.of_shift: dict[int, list[Opening]] = defaultdict(list)
        self.of_crew: dict[int, list[Opening]] = defaultdict(list)
        self.of_visit: dict[int, list[Opening]] = defaultdict(list)
        self.bonds: dict[int, list[tuple[int, BondKind]]] = defaultdict(list)
        self.load: dict[int, int] = {person.id: person.load_minutes for person in problem.persons}
        self.placed: dict[tuple[int, int], Wish] = {}
        #: (person, opening) of who is new there, and of who can guide them; of a Person it is so wherever she serves.
        self.new_there, self.guides_there = problem.told("is_newcomer"), problem.told("is_experienced")
        for opening in problem.openings:
            self.of_shift[opening.shift_id].append(opening)
            if opening.crew:
                self.of_crew[opening.crew].append(opening)
            if opening.visit:
                self.of_visit[opening.visit].append(opening)
        for wish in problem.wishes:
            self.wishes_for[wish.opening_id].append(wish)
            self.wishes_of[wish.person_id].append(wish)
        for bond in problem.bonds:
            self.bonds[bond.person_id].append((bond.other_id, bond.kind))
            self.bonds[bond.other_id].append((bond.person_id, bond.kind))
        for held in problem.commitments:
            duty = Duty(held.shift_id, held.starts, held.ends, held.rest_after, held.week)
            self.duties[held.person_id].append(duty)
        for pin in problem.pins:
            self._hold(pin.person_id, self.openings[pin.opening_id])

    def place(self, wish: Wish) -> None:
        """Give the person the place."""
        self.placed[wish.person_id, wish.opening_id] = wish
        self._hold(wish.person_id, self.openings[wish.opening_id])

    def take_back(self, wish: Wish) -> None:
        """Undo `place`."""
        opening = self.openings[wish.opening_id]
        del self.placed[wish.person_id, wish.opening_id]
        self.duties[wish.person_id].remove(_duty(opening))
        self.holders[opening.id].remove(wish.person_id)
        self.load[wish.person_id] -= opening.ends - opening.starts

    def stand_by(self, wish: Wish) -> None:
        """Her time is taken as by the place; the place is not, and nothing is counted."""
        self.duties[wish.person_id].append(_duty(self.openings[wish.opening_id]))

    def stand_down(self, wish: Wish) -> None:
        """Undo `stand_by`."""
        self.duties[wish.person_id].remove(_duty(self.openings[wish.opening_id]))

    def missing(self, opening: Opening) -> int:
        """Heads below the minimum."""
        return max(0, opening.min_needed - len(self.holders[opening.id]))

    def free(self, opening: Opening) -> int:
        """Places nobody has."""
        return max(0, opening.max_needed - opening.kept - len(self.holders[opening.id]))

    def company(self, shift_id: int) -> list[int]:
        """Everybody who serves in a shift, in whatever role."""
        return [person_id for opening in self.of_shift[shift_id] for person_id in self.holders[opening.id]]

    def is_new(self, person_id: int, opening_id: int) -> bool:
        """Whether she serves there for the first time, and nowhere guides others."""
        is_new = self.persons[person_id].is_newcomer or (person_id, opening_id) in self.new_there
        return is_new and not self.can_guide(person_id, opening_id)

    def can_guide(self, person_id: int, opening_id: int) -> bool:
        """Whether she can guide somebody new there."""
        return self.persons[person_id].is_experienced or (person_id, opening_id) in self.guides_there

    def has_guide(self, shift_id: int) -> bool:
        """Whether somebody serves in the shift who can guide others."""
        return any(
            self.can_guide(person_id, opening.id)
            for opening in self.of_shift[shift_id]
            for person_id in self.holders[opening.id]
        )

    def placed_in(self, openings: list[Opening]) -> list[Wish]:
        """What the plan gave away of these openings; pins are not its doing."""
        keys = ((person_id, opening.id) for opening in openings for person_id in self.holders[opening.id])
        return [self.placed[key] for key in keys if key in self.placed]

    def is_placed(self, wish: Wish) -> bool:
        """Whether the plan gave her this place."""
        return (wish.person_id, wish.opening_id) in self.placed

    def spare_in(self, opening: Opening) -> Wish | None:
        """Somebody whom the plan placed there only as far as the minimum needs her, the first."""
        keys = ((person_id, opening.id) for person_id in self.holders[opening.id])
        return next((wish for key in keys if (wish := self.placed.get(key)) is not None and wish.is_spare), None)

    def placed_by(self, people: Iterable[int]) -> list[tuple[int, int]]:
        """(person, opening) of what the plan gave these people."""
        return [
            (wish.person_id, wish.opening_id)
            for person_id in people
            for wish in self.wishes_of.get(person_id, ())
            if self.is_placed(wish)
        ]

    def load_share(self, person_id: int) -> int:
        """Minutes served lately and planned now, in thousandths of what her own limit allows in LOAD_WEEKS."""
        return 1000 * self.load[person_id] // max(1, LOAD_WEEKS * self.persons[person_id].max_minutes)

    def _hold(self, person_id: int, opening: Opening) -> None:
        duty = _duty(opening)
        self.duties[person_id].append(duty)
        self.holders[opening.id].append(person_id)
        self.load[person_id] += duty.minutes


def _duty(opening: Opening) -> Duty:
    return Duty(opening.shift_id, opening.starts, opening.ends, opening.rest_after, opening.week)
