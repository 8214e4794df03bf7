"""The independent look at who serves when and with whom, for checker.py: counts over shifts, crews, visits and days.

It shares no logic with hours.py and company.py: those ask about one more person, this counts what is there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.matching.faults import Fault, Violation
from service.matching.problem import CANNOT, BondKind, Opening, Person, Pin, Problem, Wish

#: Duties with less than this between them, in minutes, are one stretch.
PAUSE = 30
DAY, CHINA = 24 * 60, 8 * 60


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in one opening. Spare: only as far as the minimum needs her. New: the plan's doing."""

    person_id: int
    opening_id: int
    is_new: bool
    is_spare: bool = False


class Crowd:
    """All seats of a plan, by what they share."""

    def __init__(self, problem: Problem, seats: Iterable[Seat]) -> None:
        self.person: dict[int, Person] = {person.id: person for person in problem.persons}
        self.opening: dict[int, Opening] = {opening.id: opening for opening in problem.openings}
        self.parts: dict[int, list[Opening]] = defaultdict(list)
        self.limits: dict[int, list[int]] = defaultdict(list)
        self.ages: dict[int, list[Opening]] = defaultdict(list)
        for opening in problem.openings:
            self.ages[opening.shift_id].append(opening)
            self.parts[opening.crew].append(opening)
            self.limits[opening.visit] += [opening.most_faces] if opening.most_faces else []
        self.friends: dict[BondKind, dict[int, set[int]]] = {kind: defaultdict(set) for kind in BondKind}
        for bond in problem.bonds:
            self.friends[bond.kind][bond.person_id].add(bond.other_id)
            self.friends[bond.kind][bond.other_id].add(bond.person_id)
        self.in_shift: dict[int, list[Seat]] = defaultdict(list)
        #: Crew and visit → seats; most openings belong to none, and nothing is asked of them together.
        self.in_crew: dict[int, list[Seat]] = defaultdict(list)
        self.in_visit: dict[int, list[Seat]] = defaultdict(list)
        #: person → (start, end, is it the plan's doing), duties elsewhere too
        self.spans: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
        self.weeks: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        self.fresh, self.guides = _where(problem, "is_newcomer"), _where(problem, "is_experienced")
        for held in problem.commitments:
            self.spans[held.person_id].append((held.starts, held.ends, False))
            self.weeks[held.person_id].append((held.week, False))
        for seat in seats:
            opening = self.opening[seat.opening_id]
            self.in_shift[opening.shift_id].append(seat)
            if opening.crew:
                self.in_crew[opening.crew].append(seat)
            if opening.visit:
                self.in_visit[opening.visit].append(seat)
            self.spans[seat.person_id].append((opening.starts, opening.ends, seat.is_new))
            self.weeks[seat.person_id].append((opening.week, seat.is_new))

    def faults(self) -> Iterator[Violation]:
        """Everything broken, shift by shift, crew by crew, visit by visit, person by person."""
        for shift_id, seats in self.in_shift.items():
            yield from self.of_shift(shift_id, seats)
        for crew, seats in self.in_crew.items():
            yield from self.of_crew(crew, seats)
        for visit, seats in self.in_visit.items():
            yield from self.of_visit(visit, seats)
        for person_id in sorted(self.spans):
            yield from self.of_person(person_id, self.spans[person_id], self.weeks[person_id])

    def allows(self, wish: Wish) -> bool:
        """Whether one more person breaks nothing, in a plan that breaks nothing."""
        seat = Seat(wish.person_id, wish.opening_id, True, wish.is_spare)
        opening = self.opening[wish.opening_id]
        spans = [*self.spans.get(wish.person_id, ()), (opening.starts, opening.ends, True)]
        weeks = [*self.weeks.get(wish.person_id, ()), (opening.week, True)]
        broken = [
            *([Violation(Fault.UNAVAILABLE)] if wish.availability == CANNOT else []),
            *self.of_shift(opening.shift_id, [*self.in_shift.get(opening.shift_id, ()), seat]),
            *self.of_crew(opening.crew, [*self.in_crew.get(opening.crew, ()), seat]),
            *self.of_visit(opening.visit, [*self.in_visit.get(opening.visit, ()), seat]),
            *self.of_person(wish.person_id, spans, weeks),
        ]
        return not broken

    def allows_to_stand_by(self, wish: Wish) -> bool:
        """Whether she could serve beside these people, whatever the number of places and of people needed."""
        seat, opening = Seat(wish.person_id, wish.opening_id, True), self.opening[wish.opening_id]
        broken = [
            *self.of_shift(opening.shift_id, [*self.in_shift.get(opening.shift_id, ()), seat]),
            *self.of_crew(opening.crew, [*self.in_crew.get(opening.crew, ()), seat]),
            *self.of_visit(opening.visit, [*self.in_visit.get(opening.visit, ()), seat]),
        ]
        is_fit = all(violation.fault == Fault.NOT_NEEDED for violation in broken)
        return is_fit and wish.availability != CANNOT

    def of_shift(self, shift_id: int, seats: Sequence[Seat]) -> Iterator[Violation]:
        """Meetings, partners, newcomers, adults, elders, spare people beyond the minimum."""
        there = {seat.person_id for seat in seats}
        heads = Counter(seat.opening_id for seat in seats)
        new = [seat for seat in seats if seat.is_new]
        has_guide = any(self.guides[seat.person_id] & {0, seat.opening_id} for seat in seats)
        adults = sum(self.person[person_id].is_adult for person_id in there)
        if new and adults < self._adults_owed(shift_id):
            yield Violation(Fault.FEW_ADULTS, opening_id=new[0].opening_id)
        for seat in new:
            person, opening = self.person[seat.person_id], self.opening[seat.opening_id]
            if self.friends[BondKind.APART][person.id] & there:
                yield Violation(Fault.MET, person.id, opening.id)
            if self.friends[BondKind.TOGETHER][person.id] - there:
                yield Violation(Fault.WITHOUT_PARTNER, person.id, opening.id)
            if self.fresh[person.id] & {0, opening.id} and not has_guide:
                yield Violation(Fault.UNGUIDED, person.id, opening.id)
            if person.is_elder and (opening.is_night or opening.is_hot):
                yield Violation(Fault.HARD_ON_ELDERS, person.id, opening.id)
            if seat.is_spare and heads[opening.id] > opening.min_needed:
                yield Violation(Fault.NOT_NEEDED, person.id, opening.id)

    def _adults_owed(self, shift_id: int) -> int:
        owed = 0
        for opening in self.ages[shift_id]:
            if opening.children:
                owed = max(owed, 2)
                if opening.per_adult:
                    owed = max(owed, (opening.children + opening.per_adult - 1) // opening.per_adult)
        return owed

    def of_crew(self, crew: int, seats: Sequence[Seat]) -> Iterator[Violation]:
        """Whole or not at all."""
        heads = Counter(seat.opening_id for seat in seats)
        if crew and any(seat.is_new for seat in seats):
            for part in self.parts[crew]:
                if heads[part.id] < part.min_needed:
                    yield Violation(Fault.HALF_A_CREW, opening_id=part.id)

    def of_visit(self, visit: int, seats: Sequence[Seat]) -> Iterator[Violation]:
        """Few faces: those who held a place before count, and are no fault of the plan."""
        known = {seat.person_id for seat in seats if not seat.is_new}
        fresh = {seat.person_id for seat in seats if seat.is_new} - known
        if visit and fresh and self.limits[visit] and len(known | fresh) > min(self.limits[visit]):
            yield Violation(Fault.MANY_FACES, opening_id=seats[0].opening_id)

    def of_person(
        self, person_id: int, spans: Sequence[tuple[int, int, bool]], weeks: Sequence[tuple[int, bool]]
    ) -> Iterator[Violation]:
        """Her days, weeks and stretches, and the household she leaves."""
        person = self.person[person_id]
        days = [((starts + CHINA) // DAY, is_new) for starts, _, is_new in spans]
        if _too_many(days, person.most_a_day) or _too_many(weeks, person.most_a_week):
            yield Violation(Fault.TOO_OFTEN, person_id)
        if person.most_at_a_stretch is not None and _longest(spans) > person.most_at_a_stretch:
            yield Violation(Fault.TOO_LONG, person_id)
        for other_id in self.friends[BondKind.RELIEF].get(person_id, ()):
            theirs = self.spans.get(other_id, ())
            if any((mine or his) and s < f2 and s2 < f for s, f, mine in spans for s2, f2, his in theirs):
                yield Violation(Fault.NOBODY_AT_HOME, person_id)


def _where(problem: Problem, name: str) -> dict[int, set[int]]:
    """Person → the openings where this is true of her; 0 is everywhere."""
    found: dict[int, set[int]] = defaultdict(set)
    for person in problem.persons:
        if getattr(person, name):
            found[person.id].add(0)
    told: list[Wish | Pin] = [*problem.wishes, *problem.pins]
    for one in told:
        if getattr(one, name):
            found[one.person_id].add(one.opening_id)
    return found


def _too_many(dated: Iterable[tuple[int, bool]], limit: int | None) -> bool:
    """Whether a day or week that the plan fills has more than so many."""
    if limit is None:
        return False
    rows = list(dated)
    all_of, filled = Counter(date for date, _ in rows), {date for date, is_new in rows if is_new}
    return any(all_of[date] > limit for date in filled)


def _longest(spans: Sequence[tuple[int, int, bool]]) -> int:
    """Minutes on duty in the longest stretch that the plan is part of: moments counted one by one, from end to end."""
    edges = sorted({edge for starts, ends, _ in spans for edge in (starts, ends)})
    longest = minutes = idle = 0
    is_new = False
    for left, right in pairwise(edges):
        here = [new for starts, ends, new in spans if starts <= left and right <= ends]
        if here:
            if idle >= PAUSE:
                minutes, is_new = 0, False
            minutes, idle, is_new = minutes + right - left, 0, is_new or any(here)
            longest = max(longest, minutes) if is_new else longest
        else:
            idle += right - left
    return longest
