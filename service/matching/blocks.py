"""Which people are solved together, and which blocks know nothing of each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.matching.plan import Plan
from service.matching.problem import Opening, Wish

#: People in a block, about; people in a region, and on a seam between regions, at most.
SIZE, REGION, LARGEST_SEAM = 1000, 11_000, 2500


@dataclass(frozen=True, slots=True)
class Block:
    """People solved together, in the order of their numbers, for these openings (None: for all)."""

    people: tuple[int, ...]
    openings: frozenset[int] | None = None

    def wishes(self, plan: Plan) -> Iterator[Wish]:
        """All their wishes for these openings."""
        wishes = (wish for person_id in self.people for wish in plan.wishes_of.get(person_id, ()))
        if self.openings is None:
            return wishes
        return (wish for wish in wishes if wish.opening_id in self.openings)

    def guests(self, plan: Plan) -> Iterator[Wish]:
        """Wishes of all others for these openings."""
        own = set(self.people)
        asked = (wish for opening_id in sorted(self.openings or ()) for wish in plan.wishes_for.get(opening_id, ()))
        return (wish for wish in asked if wish.person_id not in own)

    def away(self, plan: Plan) -> Iterator[Wish]:
        """Their wishes for all other openings."""
        wishes = (wish for person_id in self.people for wish in plan.wishes_of.get(person_id, ()))
        return (wish for wish in wishes if self.openings is not None and wish.opening_id not in self.openings)


def by_area(plan: Plan) -> list[Block]:
    """Everybody with a wish, in blocks of neighbouring communities: each belongs where most of her wishes are.

    Who is bound to each other stays together. A community of more than SIZE and a half is split; its people are taken
    in the order of their numbers.
    """
    of_area: dict[int, list[list[int]]] = defaultdict(list)
    for bound in _connected(plan.persons, lambda person_id: (other for other, _kind in plan.bonds.get(person_id, ()))):
        if people := sorted(person_id for person_id in bound if plan.wishes_of.get(person_id)):
            counted = Counter(plan.openings[wish.opening_id].area for one in people for wish in plan.wishes_of[one])
            of_area[max(sorted(counted), key=lambda area: counted[area])].append(people)
    blocks: list[list[int]] = [[]]
    for area in sorted(of_area):
        for own in _in_parts(sorted(of_area[area])):
            if blocks[-1] and len(blocks[-1]) + len(own) > SIZE * 5 // 4:
                blocks.append([])
            blocks[-1] += own
    return [Block(tuple(sorted(people))) for people in blocks if people]


def _in_parts(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Groups of people in parts of about SIZE and about the same size."""
    total, before = sum(map(len, groups)), 0
    parts: list[list[int]] = [[] for _ in range(max(1, round(total / SIZE)))]
    for people in groups:
        parts[before * len(parts) // total].extend(people)
        before += len(people)
    return parts


def regions(plan: Plan) -> list[Block]:
    """Neighbouring communities taken together, each with the shifts that its people wish for most."""
    found: list[list[int]] = [[]]
    for block in by_area(plan):
        if found[-1] and len(found[-1]) + len(block.people) > REGION:
            found.append([])
        found[-1] += block.people
    wholes = [Block(tuple(sorted(people))) for people in found if people]
    if len(wholes) < 2:
        return wholes
    asked = [Counter(plan.openings[wish.opening_id].shift_id for wish in whole.wishes(plan)) for whole in wholes]
    own: list[set[int]] = [set() for _ in wholes]
    for roles in _held_together(plan):
        shift_ids = {opening.shift_id for opening in roles}
        owner = max(range(len(wholes)), key=lambda n: (sum(asked[n][shift_id] for shift_id in shift_ids), -n))
        own[owner] |= {opening.id for opening in roles}
    return [Block(whole.people, frozenset(own[n])) for n, whole in enumerate(wholes)]


def _held_together(plan: Plan) -> Iterator[list[Opening]]:
    """The openings in groups that no shift, crew and visit reaches across, in the order of their first shift."""
    for shift_ids in _connected(plan.of_shift, lambda shift_id: _beside(plan, shift_id)):
        yield [opening for shift_id in shift_ids for opening in plan.of_shift[shift_id]]


def _beside(plan: Plan, shift_id: int) -> Iterator[int]:
    """Shifts that share a crew or a visit with this one."""
    for opening in plan.of_shift[shift_id]:
        for other in (*plan.of_crew.get(opening.crew, ()), *plan.of_visit.get(opening.visit, ())):
            yield other.shift_id


def _connected(ids: Iterable[int], next_to: Callable[[int], Iterable[int]]) -> Iterator[list[int]]:
    """The ids in groups that no step leads out of, in the order in which the first of each group comes."""
    seen: set[int] = set()
    for first in ids:
        group, left = [], [first]
        while left:
            if (one := left.pop()) not in seen:
                seen.add(one)
                group.append(one)
                left += next_to(one)
        if group:
            yield group


def seams(plan: Plan, found: Sequence[Block]) -> list[Block]:
    """Between regions: who wishes for a shift of another region, and who wishes for those shifts at home."""
    if len(found) < 2:
        return []
    region_of = {opening_id: n for n, region in enumerate(found) for opening_id in region.openings or ()}
    across: dict[tuple[int, int], dict[int, None]] = defaultdict(dict)
    for n, region in enumerate(found):
        for person_id in region.people:
            for wish in plan.wishes_of[person_id]:
                if region_of[wish.opening_id] != n:
                    across[n, region_of[wish.opening_id]][wish.opening_id] = None
    blocks: list[Block] = []
    for openings in across.values():
        people = sorted({wish.person_id for opening_id in openings for wish in plan.wishes_for[opening_id]})
        parts = -(-len(people) // LARGEST_SEAM)
        blocks += [
            Block(tuple(people[len(people) * n // parts : len(people) * (n + 1) // parts])) for n in range(parts)
        ]
    return blocks


def around(plan: Plan, *, most: int) -> Iterator[Block]:
    """Blocks around roles still open: who wishes for one, and who wishes for what those now have."""
    seen: set[int] = set()
    for opening in plan.problem.openings:
        if plan.missing(opening) and opening.id not in seen and most > 0:
            near = list(dict.fromkeys(wish.person_id for wish in plan.wishes_for[opening.id]))
            held = [key[1] for key in plan.placed_by(near)]
            next_to = [wish.person_id for opening_id in dict.fromkeys(held) for wish in plan.wishes_for[opening_id]]
            people = list(dict.fromkeys([*near, *next_to]))[:SIZE]
            if people:
                most -= 1
                block = Block(tuple(sorted(people)))
                seen |= {wish.opening_id for wish in block.wishes(plan)}
                yield block


def in_turns(plan: Plan, blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks in turns: those of one turn share no shift, crew, visit nor bond, so each may be solved by itself."""
    turns: list[list[Block]] = []
    taken: list[set[tuple[str, int]]] = []
    for block in blocks:
        ties = set(_ties(plan, block))
        turn = next((n for n, others in enumerate(taken) if not ties & others), len(turns))
        if turn == len(turns):
            turns.append([])
            taken.append(set())
        turns[turn].append(block)
        taken[turn] |= ties
    return turns


def _ties(plan: Plan, block: Block) -> Iterator[tuple[str, int]]:
    """What the block may change or depend on."""
    openings = {wish.opening_id for wish in block.wishes(plan)}
    for opening_id in openings:
        opening = plan.openings[opening_id]
        yield "shift", opening.shift_id
        if opening.crew:
            yield "crew", opening.crew
        if opening.visit:
            yield "visit", opening.visit
    for person_id in block.people:
        yield "person", person_id
        for other_id, _kind in plan.bonds.get(person_id, ()):
            yield "person", other_id
