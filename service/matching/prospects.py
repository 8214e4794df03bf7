"""Who could be placed at all: what single rules forbid is left out, then whoever would need somebody left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from service.matching.company import adults_for
from service.matching.plan import Plan
from service.matching.problem import Opening, Wish
from service.matching.rules import FIXED, GROWING, LIMITS, HardRule, fits, partners

FREE, HELD = FIXED + LIMITS, FIXED + GROWING


def prospects(start: Plan, wishes: Iterable[Wish]) -> list[Wish]:
    """The wishes that a plan grown from this one might honour, in their order; some may turn out to be impossible."""
    able = [wish for wish in wishes if fits(start, wish, by=_in_her_way(start, wish.person_id))]
    asked = set(start.openings)
    while True:
        hopeful = _Hope(start, able)
        lost = [wish for wish in able if wish.opening_id in asked and not hopeful.for_wish(wish)]
        if not lost:
            return able
        asked = set(_beside(start, lost))
        gone = {(wish.person_id, wish.opening_id) for wish in lost}
        able = [wish for wish in able if (wish.person_id, wish.opening_id) not in gone]


def _in_her_way(start: Plan, person_id: int) -> tuple[HardRule, ...]:
    """The rules that could say no to a single wish: fewer where she holds nothing yet and is bound to nobody."""
    return FREE if not start.duties.get(person_id) and not start.bonds.get(person_id) else HELD


def _beside(start: Plan, wishes: Iterable[Wish]) -> Iterator[int]:
    """The openings of the same shifts and crews."""
    for wish in wishes:
        opening = start.openings[wish.opening_id]
        yield from (other.id for other in start.of_shift[opening.shift_id])
        yield from (other.id for other in start.of_crew.get(opening.crew, ()))


class _Hope:
    """Who could come together, if everybody able came to everything."""

    def __init__(self, start: Plan, able: Iterable[Wish]) -> None:
        self.start = start
        self.able_for: dict[int, int] = defaultdict(int)
        self.company: dict[int, set[int]] = defaultdict(set)
        for wish in able:
            self.able_for[wish.opening_id] += 1
            self.company[start.openings[wish.opening_id].shift_id].add(wish.person_id)
        self._shifts: dict[int, bool] = {}
        self._crews: dict[int, bool] = {}

    def for_wish(self, wish: Wish) -> bool:
        """Whether the shift and the crew can be held, and her partners and a guide be there."""
        opening = self.start.openings[wish.opening_id]
        return self.holds(opening) and self.is_whole(opening) and self.is_accompanied(wish, opening.shift_id)

    def holds(self, opening: Opening) -> bool:
        """Enough adults for the shift."""
        shift_id = opening.shift_id
        if shift_id not in self._shifts:
            needed = adults_for(self.start.of_shift[shift_id])
            there = self.there(shift_id) if needed else ()
            self._shifts[shift_id] = sum(self.start.persons[n].is_adult for n in there) >= needed
        return self._shifts[shift_id]

    def is_whole(self, opening: Opening) -> bool:
        """Enough people for each part of the crew."""
        if opening.crew and opening.crew not in self._crews:
            parts = self.start.of_crew[opening.crew]
            self._crews[opening.crew] = all(
                self.start.missing(part) <= min(self.able_for[part.id], self.start.free(part)) for part in parts
            )
        return not opening.crew or self._crews[opening.crew]

    def is_accompanied(self, wish: Wish, shift_id: int) -> bool:
        """Her partners, and somebody experienced if she is new, could be in the shift."""
        person = self.start.persons[wish.person_id]
        if person.is_newcomer and not person.is_experienced:
            guides = (self.start.persons[person_id].is_experienced for person_id in self.there(shift_id))
            if not any(guides):
                return False
        return all(other in self.there(shift_id) for other in partners(self.start, wish.person_id))

    def there(self, shift_id: int) -> set[int]:
        """Who serves in the shift, or could."""
        return self.company[shift_id].union(self.start.company(shift_id))
