"""Live repair: somebody falls out, and as few others as possible are asked to change.

1. Somebody who is free steps in: one change.
2. Somebody moves over from a role that can spare her: two changes, or three when somebody else steps in behind her.
3. What no such chain mends is looked at exactly (nearby.py), or waits for the next plan.

Only what the plan itself gave and nobody confirmed is ever moved: pins are facts. Every step is asked of the same rules
as a whole plan. Nothing is saved here: the changes are proposed, and the plan given in is as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from service.matching.filling import claim
from service.matching.plan import Plan
from service.matching.problem import Opening, Wish
from service.matching.rules import FIXED, GROWING, HARD, fits, leaning, stands

#: Questions to the rules that one repair may ask: what bounds its time, the same on every machine.
MOST_TRIES = 1500


@dataclass(frozen=True, slots=True)
class Repair:
    """Who gives something up and who is placed. One change for each person who serves elsewhere than before."""

    given_up: tuple[Wish, ...]
    placed: tuple[Wish, ...]

    @property
    def changes(self) -> int:
        return len(self.given_up) + len(self.placed)


class _Tries:
    """Counts what was asked of the rules."""

    def __init__(self) -> None:
        self.left = MOST_TRIES

    def may_ask(self) -> bool:
        self.left -= 1
        return self.left >= 0


def repair(plan: Plan, opening: Opening, *, without: Collection[int] = ()) -> Repair | None:
    """The smallest chain of at most three changes that gives the opening one more head; None when there is none.

    `without` are people not to be asked: whoever has just said no.
    """
    able = [
        wish
        for wish in sorted(plan.wishes_for[opening.id], key=lambda wish: claim(plan, wish))
        if wish.person_id not in without
        and (wish.person_id, wish.opening_id) not in plan.placed
        and fits(plan, wish, by=FIXED)
    ]
    free = next((wish for wish in able if fits(plan, wish)), None)
    if free is not None:
        return Repair((), (free,))
    moves = [(old, wish) for wish in able for old in _given(plan, wish)]
    return _moved(plan, moves, without=without)


def choices(plan: Plan, opening: Opening, *, most: int, without: Collection[int] = ()) -> list[Repair]:
    """Some repairs, each by another person, the smallest first: for somebody to choose from."""
    found: list[Repair] = []
    seen = set(without)
    while len(found) < most and (mended := repair(plan, opening, without=seen)) is not None:
        found.append(mended)
        seen.add(mended.placed[0].person_id)
    return found


def _moved(plan: Plan, moves: Sequence[tuple[Wish, Wish]], *, without: Collection[int]) -> Repair | None:
    """Somebody comes over, from where she can be spared or somebody steps in."""
    tries = _Tries()
    for old, wish in moves:
        if tries.may_ask() and _is_sound(plan, old, (wish,)) and _can_spare(plan, old):
            return Repair((old,), (wish,))
    for old, wish in moves:
        for behind in _behind(plan, old, wish, without=without):
            if not tries.may_ask():
                return None
            if _is_sound(plan, old, (wish, behind)):
                return Repair((old,), (wish, behind))
    return None


def keeps_rules(plan: Plan, mended: Repair) -> bool:
    """Whether every rule holds after these changes, for those who come and for whoever served beside those who go."""
    apply(plan, mended)
    holds = all(stands(plan, wish, by=HARD) for wish in mended.placed) and all(
        stands(plan, other) for old in mended.given_up for other in leaning(plan, old)
    )
    undo(plan, mended)
    return holds


def apply(plan: Plan, mended: Repair) -> None:
    """Make the changes in the plan."""
    for wish in mended.given_up:
        plan.take_back(wish)
    for wish in mended.placed:
        plan.place(wish)


def undo(plan: Plan, mended: Repair) -> None:
    """Take the changes back."""
    for wish in mended.placed:
        plan.take_back(wish)
    for wish in mended.given_up:
        plan.place(wish)


def _given(plan: Plan, wish: Wish) -> Iterator[Wish]:
    """What the plan gave her and may take back, the least dear first."""
    own = [other for other in plan.wishes_of[wish.person_id] if plan.is_placed(other)]
    return iter(sorted(own, key=lambda other: (-other.rank, other.opening_id)))


def _can_spare(plan: Plan, old: Wish) -> bool:
    opening = plan.openings[old.opening_id]
    return len(plan.holders[opening.id]) > opening.min_needed


def _behind(plan: Plan, old: Wish, wish: Wish, *, without: Collection[int]) -> Iterator[Wish]:
    """Others who could step in where she leaves, if she came over."""
    plan.take_back(old)
    has_come = fits(plan, wish)
    able = [
        other
        for other in (plan.wishes_for[old.opening_id] if has_come else ())
        if other.person_id not in (wish.person_id, *without) and fits(plan, other, by=FIXED + GROWING)
    ]
    plan.place(old)
    return iter(sorted(able, key=lambda other: claim(plan, other)))


def _is_sound(plan: Plan, old: Wish, new: tuple[Wish, ...]) -> bool:
    """Whether every rule holds once she has moved and others have stepped in, for them and for those beside them."""
    plan.take_back(old)
    placed: list[Wish] = []
    for wish in new:
        if not fits(plan, wish):
            break
        plan.place(wish)
        placed.append(wish)
    is_sound = len(placed) == len(new) and all(stands(plan, other) for other in leaning(plan, old))
    for wish in placed:
        plan.take_back(wish)
    plan.place(old)
    return is_sound
