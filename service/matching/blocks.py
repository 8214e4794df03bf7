"""Which people are solved together, and which blocks know nothing of each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.matching.plan import Plan
from service.matching.problem import Wish
from service.matching.rules import partners

#: People in a block, about; people in a region, at most.
SIZE, REGION = 1000, 11_000


@dataclass(frozen=True, slots=True)
class Block:
    """People solved together, in the order of their numbers."""

    people: tuple[int, ...]

    def wishes(self, plan: Plan) -> Iterator[Wish]:
        """All their wishes."""
        return (wish for person_id in self.people for wish in plan.wishes_of.get(person_id, ()))


def by_area(plan: Plan) -> list[Block]:
    """Everybody with a wish, in blocks of neighbouring communities: each belongs where most of her wishes are.

    A community of more than SIZE and a half is split; its people are taken in the order of their numbers.
    """
    of_area: dict[int, list[int]] = defaultdict(list)
    home: dict[int, int] = {}
    for person_id in plan.persons:
        if wishes := plan.wishes_of.get(person_id):
            counted = Counter(plan.openings[wish.opening_id].area for wish in wishes)
            partner = next((other for other in partners(plan, person_id) if other in home), None)
            area = max(sorted(counted), key=lambda area: counted[area]) if partner is None else home[partner]
            home[person_id] = area
            of_area[area].append(person_id)
    blocks: list[list[int]] = [[]]
    for area in sorted(of_area):
        people = sorted(of_area[area])
        parts = max(1, round(len(people) / SIZE))
        for part in range(parts):
            own = people[len(people) * part // parts : len(people) * (part + 1) // parts]
            if blocks[-1] and len(blocks[-1]) + len(own) > SIZE * 5 // 4:
                blocks.append([])
            blocks[-1] += own
    return [Block(tuple(sorted(people))) for people in blocks if people]


def regions(blocks: Iterable[Block]) -> list[Block]:
    """Neighbouring blocks taken together, for the outlook."""
    found: list[list[int]] = [[]]
    for block in blocks:
        if found[-1] and len(found[-1]) + len(block.people) > REGION:
            found.append([])
        found[-1] += block.people
    return [Block(tuple(sorted(people))) for people in found if people]


def own_wishes(plan: Plan, found: Sequence[Block]) -> list[list[Wish]]:
    """The wishes of each region's people for what is theirs: an opening belongs to those who wish most for it."""
    asked = [Counter(wish.opening_id for wish in region.wishes(plan)) for region in found]
    owner = {
        opening_id: max(range(len(found)), key=lambda n: (asked[n][opening_id], -n))
        for opening_id in plan.openings
        if any(counted[opening_id] for counted in asked)
    }
    return [[wish for wish in region.wishes(plan) if owner[wish.opening_id] == n] for n, region in enumerate(found)]


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
