"""What no plan can beat: by the linear programs of the regions, and closer than they say by themselves.

A linear program gives people halves of duties. What somebody can really do is a set of whole duties, and there are few
of them: for any worth of her duties the best set is found by trying, and "no more worth than that" is true of every
plan. Such rows are added once for whoever got halves that come to more (a Lagrangian bound by rows); those that would
be added after them change nothing worth their time.

Regions are brought together by what time across them is worth (exchange.py); in a single one, half heads are tried
either way (branching.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from service.matching import rules
from service.matching.branching import closer
from service.matching.exchange import Key, Region, Side, at_home, narrowed, together
from service.matching.narrowed import Narrowed
from service.matching.plan import Plan
from service.matching.problem import Problem, Wish
from service.matching.relaxed import HALF, Relaxation, Relaxed, costs_of_rows
from service.matching.rules import OWN_TIME, fits

if TYPE_CHECKING:
    from service.matching.block import Part
    from service.matching.columns import Whole

Row: TypeAlias = tuple[list[tuple[int, int]], int]
#: The most that any plan can have is near enough when it is so much more than this one has, of heads and of wishes.
NEAR_HEADS, NEAR_WISHES = 0.0005, 0.003
#: A price over so many heads' worth of points is that of a head, not of wishes.
OF_A_HEAD = 0.4
#: Linear programs solved, at most, to show that half heads do not help.
TRIES = 40
#: Worth is counted in these parts, so that it is a whole number.
PARTS = 64
#: Where heads are bounded, all wishes together count less than this part of a head.
SLIGHT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What no plan can beat: none has more `heads` by weight, `facts` among them, and none more than `points`, where a
    head that is no fact counts as `head` points beside the worth of its wishes."""

    facts: int
    heads: int
    points: float
    head: int

    def wishes(self, heads: int) -> int:
        """What wishes come to at most in a plan that has so many heads."""
        return int(self.points - self.head * (heads - self.facts) + HALF)


def regions_of(part: Part) -> list[Region] | None:
    """What the part, made from the facts alone, tells those who bound the whole: nothing where nobody can be placed;
    None where the facts contradict the rules."""
    if not part.able:
        return []
    if part.relaxed is None:
        return None
    aim = points_of_a_head(part.start.problem) * part.in_heads + part.in_wishes
    relaxed = part.relaxation.best(aim)
    if relaxed is not None and (rows := list(_rows_of_people(part, relaxed))):
        columns, shares = zip(*(term for terms, _ in rows for term in terms), strict=True)
        sizes, most = zip(*((len(terms), most) for terms, most in rows), strict=True)
        part.relaxation.hold(_whole(columns), _whole(sizes), shares=_whole(shares), most=_whole(most))
        relaxed = part.relaxation.best(aim)
    if relaxed is None:
        return None
    region = Region(
        program=part.frame.program.with_choice([*part.guests.tolist(), *part.away.tolist()]),
        ending=part.relaxation.ending,
        prices=relaxed.prices,
        heads=part.in_heads,
        worth=part.in_wishes,
        guests=_keyed(part, part.guests),
        away=_keyed(part, part.away),
    )
    return [region]


def outlook(made: Plan, seen: Sequence[list[Region] | None], *, facts: int) -> Outlook | None:
    """What no plan can beat, by all its regions; None where one of them has no solution.

    `facts` are the heads by weight that people hold already. Of the plan made it asks only when it is near enough.
    """
    regions = [region for told in seen for region in told or ()]
    if None in seen:
        return None
    sides: list[Side] = [(region, _going_on(region, is_alone=len(regions) == 1)) for region in regions]
    head, much = points_of_a_head(made.problem), everything(made.problem)
    new, honoured = rules.cover(made).value - facts, rules.wishes(made).value
    near = head * new + honoured * (1 + NEAR_WISHES)
    points = together(sides, head=head, prices=at_home(regions, most=head / 2), enough=near)
    if points is None:
        return None
    of_heads = {key: much * max(0.0, price / head - OF_A_HEAD) for key, price in points.prices.items()}
    heads = together(sides, head=much, prices=of_heads, enough=much * new * (1 + NEAR_HEADS))
    if heads is None:
        return None
    most = min([heads.best, *(_whole_heads(region, whole, head=much, new=new) for region, whole in _alone(sides))])
    return Outlook(facts=facts, heads=facts + int(most / much + HALF), points=points.best, head=head)


def _going_on(region: Region, *, is_alone: bool) -> Relaxation | Narrowed:
    """The linear program of a region, from where it ended; all of it where nothing crosses."""
    return Relaxation(region.program, begin=region.ending) if is_alone else narrowed(region)


def _alone(sides: Sequence[Side]) -> Iterator[tuple[Region, Relaxation]]:
    """The regions whose linear program is there as a whole."""
    return ((region, program) for region, program in sides if isinstance(program, Relaxation))


def _whole_heads(region: Region, relaxation: Relaxation, *, head: float, new: int) -> float:
    """What the region reaches where no role has half a head, no closer than so many. Of one region alone: others'
    prices would be off."""
    import numpy as np

    costs, columns = head * region.heads + region.worth, np.flatnonzero(region.heads)
    return closer(relaxation, costs, columns, enough=head * (new + 1 - 2 * HALF), most_tries=TRIES)


def points_of_a_head(problem: Problem) -> int:
    """So many that no head is left for wishes, and no more: each head that a plan lacks makes its bound so much
    looser."""
    return 2 * max(problem.weights.dearest, problem.weights.least)


def everything(problem: Problem) -> int:
    """So much that all wishes together are a small part of it."""
    return SLIGHT * (1 + points_of_a_head(problem) * sum(opening.max_needed for opening in problem.openings))


def _keyed(part: Part, columns: Whole) -> dict[Key, int]:
    wishes = part.frame.wishes
    return {(wishes[n].person_id, wishes[n].opening_id): n for n in columns.tolist()}


def _whole(numbers: Sequence[int]) -> Whole:
    import numpy as np

    return np.array(numbers, np.int64)


def _rows_of_people(part: Part, relaxed: Relaxed) -> Iterator[Row]:
    """For each person who got halves that come to more than any set of whole duties: that they may not."""
    worth = _worth_to_her(part, relaxed)
    values = relaxed.values.tolist()
    for columns in part.frame.of_person.values():
        if any(HALF < values[n] < 1 - HALF for n in columns):
            terms = [(n, worth[n]) for n in columns if worth[n] >= 1]
            most = best_of(part.start, [(part.able[n], value) for n, value in terms])
            if sum(value * values[n] for n, value in terms) > most + 1:
                yield terms, most


def _worth_to_her(part: Part, relaxed: Relaxed) -> list[int]:
    """What each wish is worth less what it costs others, by the prices of all rows that are not hers alone."""
    import numpy as np

    costs = costs_of_rows(part.frame.program, relaxed, part.shared_rows)
    worth: list[int] = np.floor(PARTS * (part.worth - costs[: len(part.worth)])).astype(int).tolist()
    return worth


def best_of(start: Plan, offered: Sequence[tuple[Wish, int]]) -> int:
    """The most that one person's wishes come to, by these values, in duties that her own time allows together."""
    return _best(start, sorted(offered, key=lambda pair: -pair[1]))


def _best(start: Plan, left: Sequence[tuple[Wish, int]]) -> int:
    most, all_left = 0, sum(value for _, value in left)
    for n, (wish, value) in enumerate(left):
        if all_left <= most:
            break
        all_left -= value
        if fits(start, wish, by=OWN_TIME):
            start.place(wish)
            most = max(most, value + _best(start, left[n + 1 :]))
            start.take_back(wish)
    return most
