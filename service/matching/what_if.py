"""What if she were placed here? Who would give way, who would come in their stead, and what it would cost.

1. Her own duties that stand in the way are given up, as far as the plan gave them: the least dear first.
2. In a full role the weakest claim gives way; so does whoever must not be there with her. Pins never do.
3. Whoever leaned on somebody gone goes too. What lost people is repaired; who lost a place gets another wish if one
   fits.

Nothing but this is tried: the cost may be more than that of the best plan with her in it, never less. Few rows of the
plan are touched, whatever its size, and it is as it was afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.matching import rules
from service.matching.blockers import Blocker, Hindrance
from service.matching.filling import claim, settle_beside, try_to_place
from service.matching.plan import Plan
from service.matching.problem import Wish, day
from service.matching.repair import apply, repair
from service.matching.solution import LevelName
from service.terms import Refusal

#: So many may give way to one person, before it counts as impossible.
MOST_TO_GIVE_WAY = 12


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What placing her would mean: `goes` lose a place, `comes` get one; the `change` at each aim, the stronger first.

    It is impossible where there are `blockers`.
    """

    blockers: tuple[Blocker, ...]
    goes: tuple[Wish, ...]
    comes: tuple[Wish, ...]
    change: tuple[tuple[LevelName, int], ...]

    @property
    def is_possible(self) -> bool:
        return not self.blockers


def what_if(plan: Plan, wish: Wish) -> WhatIf:
    """Place her in a plan that did not, and see what follows. She must not be placed there already."""
    former = dict(plan.placed)
    blockers = _force(plan, wish)
    if not blockers:
        _mend(plan, former, wish)
    goes = tuple(former[key] for key in sorted(former.keys() - plan.placed.keys()))
    comes = tuple(plan.placed[key] for key in sorted(plan.placed.keys() - former.keys()))
    after = _measured(plan, (*goes, *comes))
    for one in comes:
        plan.take_back(one)
    for one in goes:
        plan.place(one)
    if blockers:
        return WhatIf(blockers, (), (), ())
    before = _measured(plan, (*goes, *comes))
    return WhatIf((), goes, comes, tuple((name, after[name] - before[name]) for name in before))


def _measured(plan: Plan, touched: Iterable[Wish]) -> dict[LevelName, int]:
    """What the openings and people of these wishes count at each aim: all others are as they were."""
    wishes = list(touched)
    openings = [plan.openings[opening_id] for opening_id in {one.opening_id for one in wishes}]
    worth = plan.problem.weights.worth
    return {
        LevelName.COVER: sum(o.weight * min(o.min_needed, len(plan.holders[o.id])) for o in openings),
        LevelName.WISHES: sum(worth(one) for one in wishes if plan.is_placed(one)),
        LevelName.BURDEN: sum(plan.load_share(person_id) ** 2 for person_id in {one.person_id for one in wishes}),
        LevelName.TRAVEL: sum(one.travel for one in wishes if plan.is_placed(one)),
    }


def _force(plan: Plan, wish: Wish) -> tuple[Blocker, ...]:
    """Let others give way until she fits, and place her with her partners; what cannot be moved out of the way."""
    for _turn in range(MOST_TO_GIVE_WAY):
        blockers = tuple(b for rule in rules.FIXED + rules.GROWING for b in rule(plan, wish))
        if not blockers:
            break
        giving = [one for blocker in blockers for one in _in_the_way(plan, wish, blocker)]
        if not giving:
            return blockers
        plan.take_back(giving[0])
        settle_beside(plan, [giving[0]])
    if try_to_place(plan, wish):
        return ()
    return rules.blockers(plan, wish) or blockers


def _in_the_way(plan: Plan, wish: Wish, blocker: Blocker) -> list[Wish]:  # noqa: PLR0911 (one for each kind of reason)
    """What the plan gave that could be given up because of this reason, the first to go first."""
    here = plan.openings[wish.opening_id]
    match blocker.code:
        case Refusal.OVERLAP | Refusal.REST | Hindrance.SAME_SHIFT:
            return _of(plan, wish.person_id, shift_id=blocker.shift_id)
        case Refusal.WEEKLY_HOURS | Hindrance.WEEKLY_SHIFTS:
            own = _of(plan, wish.person_id)
            return [one for one in own if plan.openings[one.opening_id].week == here.week]
        case Hindrance.DAILY_SHIFTS | Hindrance.STRETCH:
            own = _of(plan, wish.person_id)
            return [one for one in own if abs(day(plan.openings[one.opening_id].starts) - day(here.starts)) <= 1]
        case Hindrance.RELIEF:
            return _of(plan, blocker.person_id, shift_id=blocker.shift_id)
        case Hindrance.APART:
            return _of(plan, blocker.person_id, shift_id=here.shift_id)
        case Refusal.FULL | Hindrance.NOT_NEEDED | Hindrance.IN_NEED_ONLY:
            return _weakest(plan, plan.placed_in([here]))
        case Hindrance.FACES:
            return _weakest(plan, plan.placed_in(plan.of_visit[here.visit]))
    return []


def _of(plan: Plan, person_id: int | None, *, shift_id: int | None = None) -> list[Wish]:
    """What the plan gave somebody, in one shift or anywhere, the least dear first."""
    own = [wish for wish in plan.wishes_of.get(person_id or 0, ()) if plan.is_placed(wish)]
    near = [wish for wish in own if shift_id is None or plan.openings[wish.opening_id].shift_id == shift_id]
    worth = plan.problem.weights.worth
    return sorted(near, key=lambda wish: (worth(wish), wish.opening_id))


def _weakest(plan: Plan, placed: Iterable[Wish]) -> list[Wish]:
    return sorted(placed, key=lambda wish: claim(plan, wish), reverse=True)


def _mend(plan: Plan, former: dict[tuple[int, int], Wish], wish: Wish) -> None:
    """Repair what lost people, and give those who lost a place another one that they wished for."""
    lost = [former[key] for key in sorted(former.keys() - plan.placed.keys())]
    without = {wish.person_id}
    for opening_id in dict.fromkeys(one.opening_id for one in lost):
        opening = plan.openings[opening_id]
        while plan.missing(opening) and (mended := repair(plan, opening, without=without)) is not None:
            apply(plan, mended)
    for person_id in dict.fromkeys(one.person_id for one in lost if one.person_id != wish.person_id):
        waiting = [
            one
            for one in plan.wishes_of[person_id]
            if not one.is_spare and (one.person_id, one.opening_id) not in plan.placed
        ]
        for one in sorted(waiting, key=lambda one: (claim(plan, one), one.opening_id)):
            if rules.fits(plan, one, by=rules.FIXED + rules.GROWING) and try_to_place(plan, one):
                break
