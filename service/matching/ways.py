"""How a role that stays open could be filled: what would have to be asked, of whom, the cheapest first. Pure.

1. Everybody thought of for the role is priced by what must be asked of her (asks.py), in the finished plan.
2. Those of one price kind, then all, then people still to be found are tried: placed on trial (trial.py), with their
   partners, cheapest first, until the minimum is there. Where several are missing, all sets of them are gone through
   that could be cheaper than what was found: the two cheapest may hinder each other.
3. Where somebody placed so needs others beside her (two adults, a guide, the rest of her crew), they are brought too.
4. Whoever turns out not to be needed is sent home again. What is left breaks no rule once everybody has agreed.

The way given is the cheapest of those tried; where nobody else is needed and MOST_TRIES suffice, no way is cheaper.
Few rows of the plan are touched, and it is as it was afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.matching import rules
from service.matching.asks import Ask, AskKind, asks_against, price
from service.matching.blockers import LACKING_A_PAPER
from service.matching.plan import Plan
from service.matching.problem import DAY, UNASKED, Opening, Person, Wish
from service.matching.trial import Candidate, Trial
from service.terms import Refusal

#: So many ways are told of each role, and so many others of whom the same could be asked.
MOST_WAYS, MOST_INSTEAD = 3, 5
#: More people than this are not tried for one role, nor this many new ones looked for.
MOST_TRIED, MOST_NEW = 60, 4
#: After so many people were placed on trial, whom others need beside them included, nobody else is tried for a way:
#: what bounds its time, the same on every machine.
MOST_TRIES = 150
#: A weekly limit for people who are still to be found: whoever is looked for has the time.
ANY_MINUTES = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What to ask so that nobody is missing. `comes` are those who would then serve besides, (person, opening), new
    people left out; of each in `instead` the same could be asked in place of one of them."""

    asks: tuple[Ask, ...]
    comes: tuple[tuple[int, int], ...] = ()
    instead: tuple[int, ...] = ()

    @property
    def cost(self) -> int:
        return price(self.asks)


def ways(plan: Plan, opening: Opening) -> tuple[Way, ...]:
    """Ways to fill an open role of a finished plan, the cheapest first; none where only people who are protected, or
    other roles, stand in the way, or where it is too hot for anybody."""
    if any(one.code == Refusal.TOO_HOT for wish in plan.wishes_for[opening.id] for one in wish.barred):
        return ()
    known, missing = _candidates(plan, [opening]), plan.missing(opening)
    new, guides = list(_new_people(plan, opening, missing)), []
    if any(plan.is_new(one.wish.person_id, one.wish.opening_id) for one in known):
        guides = list(_new_people(plan, opening, missing, are_guides=True))
    of_kind: dict[tuple[AskKind, ...], list[Candidate]] = defaultdict(list)
    for one in known:
        of_kind[one.kinds].append(one)
    found = [_way(plan, opening, group) for group in of_kind.values()]
    mixed = [sorted([*known, *others], key=_order) for others in (new, guides)]
    found += [_way(plan, opening, group) for group in (known, *mixed, new)]
    found.append(_fewer(plan, opening))
    told = {way.asks: way for way in reversed(found) if way is not None}
    return tuple(sorted(told.values(), key=lambda way: (way.cost, len(way.asks), way.comes))[:MOST_WAYS])


def _way(plan: Plan, opening: Opening, group: Sequence[Candidate]) -> Way | None:
    """The cheapest way by people of the group and whom they need beside them; who else there is of one kind."""
    way = _Search(Trial(plan), opening, group).cheapest()
    if way is None or len({one.kinds for one in group}) > 1:
        return way
    instead = _instead(plan, opening, group, way)
    return Way(asks=way.asks, comes=way.comes, instead=instead)


def _instead(plan: Plan, opening: Opening, group: Sequence[Candidate], way: Way) -> tuple[int, ...]:
    """Others of whom the same could be asked: tried before everybody else, each is as good."""
    asked = {person_id for person_id, _ in way.comes}
    others = [one for one in group if one.wish.person_id > 0 and one.wish.person_id not in asked and one.asks]
    found = []
    for one in others[:MOST_INSTEAD]:
        again = _Search(Trial(plan), opening, [one, *group]).first()
        if again is not None and len(again.asks) == len(way.asks) and one.wish.person_id in dict(again.comes):
            found.append(one.wish.person_id)
    return tuple(found)


def _fewer(plan: Plan, opening: Opening) -> Way | None:
    """Hold it with those who are there: where it asks for no paper, expects no children and belongs to no crew."""
    held = len(plan.holders[opening.id])
    if not held or opening.weight > 1 or opening.crew or any(o.children for o in plan.of_shift[opening.shift_id]):
        return None
    return Way(
        asks=(Ask(kind=AskKind.LOWER_MINIMUM, opening_id=opening.id, amount=plan.missing(opening)),),
    )


def _candidates(plan: Plan, openings: Iterable[Opening]) -> list[Candidate]:
    """Everybody thought of for these openings who could be asked, the cheapest first."""
    found = []
    for opening in openings:
        for wish in plan.wishes_for[opening.id]:
            if (wish.person_id, wish.opening_id) not in plan.placed:
                asks = asks_against(plan, wish)
                if asks is not None:
                    found.append(Candidate(wish, asks))
    return sorted(found, key=_order)[:MOST_TRIED]


def _order(one: Candidate) -> tuple[int, int, int, int]:
    return price(one.asks), one.wish.rank == UNASKED, one.wish.rank, one.wish.person_id


def _new_people(plan: Plan, opening: Opening, count: int, *, are_guides: bool = False) -> Iterator[Candidate]:
    """People still to be found, who have the time and whatever the role asks for."""
    kind = AskKind.NEW_GUIDE if are_guides else AskKind.NEW_PERSON
    details = _papers(plan, opening)
    for n in range(min(count, MOST_NEW)):
        person_id = -(1 + n + MOST_NEW * (2 * opening.id + are_guides))
        yield Candidate(
            Wish(person_id=person_id, opening_id=opening.id, rank=1),
            (Ask(kind=kind, opening_id=opening.id, details=details),),
            Person(id=person_id, max_minutes=ANY_MINUTES, is_experienced=are_guides),
        )


def _papers(plan: Plan, opening: Opening) -> tuple[tuple[str, str | int], ...]:
    """The paper that the role requires, as far as somebody thought of lacks it."""
    barred = (blocker for wish in plan.wishes_for[opening.id] for blocker in wish.barred)
    lacking = (blocker for blocker in barred if blocker.code in LACKING_A_PAPER)
    return next((tuple(pair for pair in one.details if pair[0] == "kind") for one in lacking), ())


class _Search:
    """Sets of people of a group, the cheapest first, that bring a role to its minimum."""

    def __init__(self, trial: Trial, opening: Opening, group: Sequence[Candidate]) -> None:
        self.trial, self.opening, self.group = trial, opening, group
        self.is_done = self.is_first_enough = False
        self.best: Way | None = None
        #: How many heads one of them brings at most: she comes with her partners.
        plan = trial.plan
        self.heads = 1 + max((len(rules.partners(plan, one.wish.person_id)) for one in group), default=0)

    def cheapest(self) -> Way | None:
        """The cheapest found; None where the role stays open."""
        self._try(0, spent=0)
        self.trial.undo()
        return self.best

    def first(self) -> Way | None:
        """What comes of bringing them in their order, until the minimum is there."""
        self.is_first_enough = True
        return self.cheapest()

    def _try(self, begin: int, *, spent: int) -> None:
        """Go on with each of those from `begin` on, as long as it could still be cheaper."""
        missing = self.trial.plan.missing(self.opening)
        if not missing:
            self._look()
            return
        rounds = -(-missing // self.heads)
        for n in range(begin, len(self.group) - rounds + 1):
            one = self.group[n]
            if self.best is not None and spent + rounds * price(one.asks) >= self.best.cost:
                return
            if self.is_done or self.trial.tries >= MOST_TRIES:
                return
            if self.trial.bring(one):
                self._try(n + 1, spent=price(self.trial.asks()))
                self.trial.send_home(one.wish.person_id)

    def _look(self) -> None:
        """Whether it is the cheapest, once those are there whom they need, and those are gone whom nobody needs."""
        trial, self.is_done = self.trial, self.is_first_enough
        before = dict(trial.brought)
        if trial.lack():
            _bring_company(trial)
        if not trial.lack() and trial.is_sound():
            _send_home_the_needless(trial, self.opening)
            way = Way(asks=trial.asks(), comes=trial.comes())
            if self.best is None or way.cost < self.best.cost:
                self.best = way
        for person_id in trial.brought.keys() - before.keys():
            trial.send_home(person_id)
        for person_id in before.keys() - trial.brought.keys():
            trial.take_in(person_id, before[person_id])


def _bring_company(trial: Trial) -> None:
    """Whoever those on trial need beside them, the cheapest first; each must bring it nearer."""
    plan = trial.plan
    beside = trial.openings()
    new = [
        one
        for o in beside
        for are_guides in (False, True)
        for one in _new_people(plan, o, plan.free(o), are_guides=are_guides)
    ]
    for one in [*_candidates(plan, beside), *new]:
        before = trial.lack()
        if not before:
            return
        if trial.bring(one) and trial.lack() >= before:
            trial.send_home(one.wish.person_id)


def _send_home_the_needless(trial: Trial, opening: Opening) -> None:
    for person_id in sorted(trial.brought, key=lambda person_id: -price(trial.brought[person_id].asks)):
        kept = trial.send_home(person_id)
        if trial.plan.missing(opening) or trial.lack() or not trial.is_sound():
            trial.take_in(person_id, kept)
