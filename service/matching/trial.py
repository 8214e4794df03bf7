"""People brought into a finished plan as if they had agreed to what is asked of them; and the plan as it was before.

A trial keeps no rule by itself: `lack` says how many those brought still need beside them, `is_sound` whether they may
stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.matching import company, rules
from service.matching.asks import Ask, AskKind, asks_against, grant, granted, price
from service.matching.blockers import Blocker
from service.matching.plan import Plan
from service.matching.problem import Opening, Person, Wish
from service.terms import Refusal


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be brought to an opening; a negative id stands for who is still to be found."""

    wish: Wish
    asks: tuple[Ask, ...]
    person: Person | None = None

    @property
    def kinds(self) -> tuple[AskKind, ...]:
        return tuple(sorted({ask.kind for ask in self.asks}))


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody brought into a plan, with her partners, and what was asked for it."""

    wishes: tuple[Wish, ...]
    asks: tuple[Ask, ...]


class Trial:
    """A plan with people in it who were brought as if they had agreed to what is asked of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.brought: dict[int, Brought] = {}
        #: People as they were before their limits were lifted, and those who are still to be found.
        self.former: dict[int, Person] = {}
        self.new: set[int] = set()
        #: How often somebody was to be brought.
        self.tries = 0

    def bring(self, one: Candidate) -> bool:
        """Place her with her partners, if what is in the way can be asked away; whether she was placed."""
        self.tries += 1
        if one.person is not None:
            self._introduce(one.person)
        wishes: list[Wish] = []
        asks = [ask for ask in one.asks if ask.person_id is None]
        there = {wish.person_id for wish in self._wishes()}
        for wish, more in self._with_partners(one.wish):
            needed = asks_against(self.plan, wish)
            if needed is None or wish.person_id in there:
                self._remove(wishes)
                return False
            self._put(granted(wish), needed)
            wishes.append(granted(wish))
            asks += [*needed, *more]
        self.brought[one.wish.person_id] = Brought(tuple(wishes), tuple(asks))
        return True

    def send_home(self, person_id: int) -> Brought:
        """Undo `bring`, and give what was undone."""
        kept = self.brought.pop(person_id)
        self._remove(kept.wishes)
        return kept

    def take_in(self, person_id: int, kept: Brought) -> None:
        """Undo `send_home`."""
        for wish in kept.wishes:
            self._put(wish, [ask for ask in kept.asks if ask.person_id == wish.person_id])
        self.brought[person_id] = kept

    def undo(self) -> None:
        """Leave the plan as it was."""
        for person_id in list(self.brought):
            self.send_home(person_id)
        for person_id in self.new:
            for table in (self.plan.persons, self.plan.load, self.plan.duties):
                table.pop(person_id, None)

    def openings(self) -> list[Opening]:
        """Where others could be beside those brought: in their shifts and crews."""
        found: dict[int, Opening] = {}
        for wish in self._wishes():
            opening = self.plan.openings[wish.opening_id]
            crew = self.plan.of_crew[opening.crew] if opening.crew else []
            found |= {other.id: other for other in [*self.plan.of_shift[opening.shift_id], *crew]}
        return [found[opening_id] for opening_id in sorted(found)]

    def lack(self) -> int:
        """How many people those brought still need beside them: adults, guides, the rest of their crews."""
        brought = [self.plan.openings[wish.opening_id] for wish in self._wishes()]
        parts = [part for crew in {opening.crew for opening in brought} - {0} for part in self.plan.of_crew[crew]]
        return sum(self._lacking(shift_id) for shift_id in {opening.shift_id for opening in brought}) + sum(
            self.plan.missing(part) for part in parts
        )

    def is_sound(self) -> bool:
        """Whether everybody brought may stay."""
        return all(rules.stands(self.plan, wish) for wish in self._wishes())

    def asks(self) -> tuple[Ask, ...]:
        """What was asked for all of them, the cheapest first."""
        return tuple(sorted((ask for one in self.brought.values() for ask in one.asks), key=_told))

    def comes(self) -> tuple[tuple[int, int], ...]:
        """(person, opening) of them all, new people left out."""
        return tuple(
            sorted((wish.person_id, wish.opening_id) for wish in self._wishes() if wish.person_id not in self.new)
        )

    def _wishes(self) -> list[Wish]:
        return [wish for one in self.brought.values() for wish in one.wishes]

    def _lacking(self, shift_id: int) -> int:
        """Adults and a guide, where somebody is brought into the shift who needs them."""
        plan = self.plan
        brought = [wish for wish in self._wishes() if plan.openings[wish.opening_id].shift_id == shift_id]
        there = [plan.persons[person_id] for person_id in plan.company(shift_id)]
        adults = company.adults_for(plan.of_shift[shift_id]) - sum(person.is_adult for person in there)
        is_new = any(plan.is_new(wish.person_id, wish.opening_id) for wish in brought)
        return max(0, adults) + (is_new and not plan.has_guide(shift_id))

    def _with_partners(self, wish: Wish) -> Iterator[tuple[Wish, list[Ask]]]:
        """Her wish, and those of partners who are not in the shift yet; who has none there is asked for one."""
        yield wish, []
        opening, openings = self.plan.openings[wish.opening_id], self.plan.openings
        absent = set(rules.partners(self.plan, wish.person_id)) - set(self.plan.company(opening.shift_id))
        for other_id in sorted(absent):
            wishes = self.plan.wishes_of.get(other_id, ())
            own = [one for one in wishes if openings[one.opening_id].shift_id == opening.shift_id]
            if own:
                yield min(own, key=self._effort), []
                continue
            # Of who did not ask nobody has looked whether she has the paper that the role requires.
            unknown = (Blocker(Refusal.QUALIFICATION_MISSING),) if opening.weight > 1 else ()
            asked = Ask(kind=AskKind.PARTNER, opening_id=opening.id, person_id=other_id)
            yield Wish(person_id=other_id, opening_id=opening.id, rank=1, barred=unknown), [asked]

    def _effort(self, wish: Wish) -> tuple[bool, int, int]:
        """Sorts first who can be asked for least."""
        asks = asks_against(self.plan, wish)
        return asks is None, price(asks or ()), wish.opening_id

    def _introduce(self, person: Person) -> None:
        self.plan.persons[person.id] = person
        self.plan.load[person.id] = 0
        self.new.add(person.id)

    def _put(self, wish: Wish, asks: Iterable[Ask]) -> None:
        self.former.setdefault(wish.person_id, self.plan.persons[wish.person_id])
        for ask in asks:
            grant(self.plan, ask)
        self.plan.place(wish)

    def _remove(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            self.plan.take_back(wish)
            self.plan.persons[wish.person_id] = self.former[wish.person_id]


def _told(ask: Ask) -> tuple[int, str, int, int]:
    return ask.cost, ask.kind, ask.person_id or 0, ask.opening_id
