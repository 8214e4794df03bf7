"""Every refusal has its reasons, each of them true, and together the whole truth: without them she has the place.

Asked of the checker, which shares no logic with the rules that gave the reasons.
LUNZHI_RULED_PROBLEMS sets how many random problems are tried.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as budget

from service.matching import greedy, lexical
from service.matching.blockers import Blocker, Hindrance
from service.matching.checker import broken_rules
from service.matching.faults import Fault, Violation
from service.matching.problem import CAN, BondKind, Problem, Wish
from service.matching.solution import Placement, Solution, Unplaced
from service.terms import Refusal
from tests.service.matching.strategies import ruled_problems

TRIES = int(os.environ.get("LUNZHI_RULED_PROBLEMS", "60"))
slowly = budget(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))

#: What the checker finds when somebody is placed against a reason; reasons that lie in her alone are BARRED.
FAULTS: dict[Any, Fault] = {
    Refusal.FULL: Fault.OVERFULL,
    Refusal.OVERLAP: Fault.CLASH,
    Refusal.REST: Fault.CLASH,
    Refusal.WEEKLY_HOURS: Fault.OVERWORKED,
    Hindrance.SAME_SHIFT: Fault.CLASH,
    Hindrance.UNAVAILABLE: Fault.UNAVAILABLE,
    Refusal.NIGHT: Fault.HARD_ON_ELDERS,
    Refusal.HEAT: Fault.HARD_ON_ELDERS,
    Hindrance.STRETCH: Fault.TOO_LONG,
    Hindrance.WEEKLY_SHIFTS: Fault.TOO_OFTEN,
    Hindrance.DAILY_SHIFTS: Fault.TOO_OFTEN,
    Hindrance.RELIEF: Fault.NOBODY_AT_HOME,
    Hindrance.APART: Fault.MET,
    Hindrance.TOGETHER: Fault.WITHOUT_PARTNER,
    Hindrance.NEWCOMER: Fault.UNGUIDED,
    Hindrance.TWO_ADULTS: Fault.FEW_ADULTS,
    Hindrance.CHILD_RATIO: Fault.FEW_ADULTS,
    Hindrance.CREW: Fault.HALF_A_CREW,
    Hindrance.FACES: Fault.MANY_FACES,
    Hindrance.NOT_NEEDED: Fault.NOT_NEEDED,
    Hindrance.IN_NEED_ONLY: Fault.NOT_NEEDED,
}


@slowly
@given(ruled_problems())
def test_every_refusal_is_told_and_every_reason_is_true(problem: Problem) -> None:
    for solver in (lexical, greedy):
        for refused, case in refusals(problem, solver.solve(problem)):
            assert refused.blockers, "a refusal without a reason"
            found = {violation.fault for violation in case.broken()}
            for blocker in refused.blockers:
                assert FAULTS.get(blocker.code, Fault.BARRED) in found, blocker


@slowly
@given(ruled_problems())
def test_without_its_reasons_every_refused_person_has_the_place(problem: Problem) -> None:
    for solver in (lexical, greedy):
        for refused, case in refusals(problem, solver.solve(problem)):
            for blocker in refused.blockers:
                case.remove(blocker)
            assert case.new_faults() == Counter(), refused


def refusals(problem: Problem, solution: Solution) -> Iterator[tuple[Unplaced, Case]]:
    """Who asked and got nothing, and whoever was thought of for a role that stays open."""
    told = {(one.person_id, one.opening_id): one for one in solution.unplaced}
    told |= {(one.person_id, one.opening_id): one for role in solution.open_roles for one in role.hindered}
    wishes = {(wish.person_id, wish.opening_id): wish for wish in problem.wishes}
    for key, refused in told.items():
        yield refused, Case(problem, solution, wishes[key])


class Case:
    """One refused wish in a finished plan, where its reasons can be taken away one by one."""

    def __init__(self, problem: Problem, solution: Solution, wish: Wish) -> None:
        self.problem, self.wish = problem, wish
        self.placements = list(solution.placements)

    @property
    def key(self) -> tuple[int, int]:
        return self.wish.person_id, self.wish.opening_id

    def broken(self, *, with_her: bool = True) -> list[Violation]:
        """What the checker says of the plan, with her placed all the same or as it is."""
        hers = next(wish for wish in self.problem.wishes if (wish.person_id, wish.opening_id) == self.key)
        placed = Placement(
            person_id=hers.person_id, opening_id=hers.opening_id, rank=hers.rank, signup_id=hers.signup_id
        )
        rows = tuple([*self.placements, placed] if with_her else self.placements)
        bare = Solution(solver="", input_hash="", placements=rows, unplaced=(), open_roles=(), levels=())
        return broken_rules(self.problem, bare)

    def new_faults(self) -> Counter[Violation]:
        """What is broken only with her."""
        return Counter(self.broken()) - Counter(self.broken(with_her=False))

    def remove(self, blocker: Blocker) -> None:  # noqa: C901, PLR0912, PLR0915 (a line or two for each reason)
        """Make as if this reason were not: her duty given up, her limit lifted, one place more, the bond untied."""
        match blocker.code:
            case Refusal.OVERLAP | Refusal.REST | Hindrance.SAME_SHIFT:
                self._give_up(blocker.shift_id)
            case Refusal.FULL:
                self._opening(max_needed=self._heads() + self._here().kept + 1)
            case Hindrance.NOT_NEEDED | Hindrance.IN_NEED_ONLY:
                self._opening(min_needed=self._heads() + 1)
            case Refusal.WEEKLY_HOURS:
                self._person(max_minutes=10**6)
            case Hindrance.STRETCH:
                self._person(most_at_a_stretch=None)
            case Hindrance.WEEKLY_SHIFTS:
                self._person(most_a_week=None)
            case Hindrance.DAILY_SHIFTS:
                self._person(most_a_day=None)
            case Refusal.NIGHT | Refusal.HEAT:
                self._person(is_elder=False)
            case Hindrance.NEWCOMER:
                self._person(is_experienced=True)
            case Hindrance.APART | Hindrance.TOGETHER | Hindrance.RELIEF as code:
                self._untie(BondKind(code.value), blocker.person_id)
            case Hindrance.FACES:
                self._openings("visit", most_faces=0)
            case Hindrance.TWO_ADULTS | Hindrance.CHILD_RATIO:
                self._openings("shift_id", children=0)
            case Hindrance.CREW:
                self._opening(crew=0)
            case Hindrance.UNAVAILABLE:
                self._wish(availability=CAN)
            case _:
                self._wish(barred=())

    def _here(self) -> Any:
        return next(opening for opening in self.problem.openings if opening.id == self.wish.opening_id)

    def _heads(self) -> int:
        """Who holds a place in the opening, by the plan or before it."""
        held = [row.opening_id for row in self.placements] + [pin.opening_id for pin in self.problem.pins]
        return held.count(self.wish.opening_id)

    def _give_up(self, shift_id: int | None) -> None:
        parts = {opening.id for opening in self.problem.openings if opening.shift_id == shift_id}
        her = self.wish.person_id
        self._keep_known(parts)
        self._be_replaced(parts)
        self.placements = [row for row in self.placements if (row.person_id, row.opening_id in parts) != (her, True)]
        self.problem = replace(
            self.problem,
            pins=[pin for pin in self.problem.pins if (pin.person_id, pin.opening_id in parts) != (her, True)],
            commitments=[
                held for held in self.problem.commitments if (held.person_id, held.shift_id) != (her, shift_id)
            ],
        )

    def _hers(self) -> set[int]:
        """Where she holds a place, by the plan or before it."""
        placed = {row.opening_id for row in self.placements if row.person_id == self.wish.person_id}
        return placed | {pin.opening_id for pin in self.problem.pins if pin.person_id == self.wish.person_id}

    def _be_replaced(self, parts: set[int]) -> None:
        """Giving a duty up is no fault of the place she is to have: somebody else does there what she did."""
        left = self._hers() & parts
        openings = [
            replace(one, min_needed=max(0, one.min_needed - 1)) if one.id in left else one
            for one in self.problem.openings
        ]
        self.problem = replace(self.problem, openings=openings)

    def _keep_known(self, parts: set[int]) -> None:
        """Giving a duty up does not make her a stranger to whom she visits: she is one face, before and after.

        Nobody else is new here, so for a face that is known the limit says nothing.
        """
        visit = self._here().visit
        of_visit = {opening.id for opening in self.problem.openings if visit and opening.visit == visit}
        if self._hers() & parts & of_visit:
            self._openings("visit", most_faces=0)

    def _person(self, **changed: Any) -> None:
        people = [replace(one, **changed) if one.id == self.wish.person_id else one for one in self.problem.persons]
        self.problem = replace(self.problem, persons=people)

    def _opening(self, **changed: Any) -> None:
        openings = [replace(one, **changed) if one.id == self.wish.opening_id else one for one in self.problem.openings]
        self.problem = replace(self.problem, openings=openings)

    def _openings(self, shared: str, **changed: Any) -> None:
        value = getattr(self._here(), shared)
        openings = [replace(one, **changed) if getattr(one, shared) == value else one for one in self.problem.openings]
        self.problem = replace(self.problem, openings=openings)

    def _wish(self, **changed: Any) -> None:
        wishes = [
            replace(one, **changed) if (one.person_id, one.opening_id) == self.key else one
            for one in self.problem.wishes
        ]
        self.problem = replace(self.problem, wishes=wishes)

    def _untie(self, kind: BondKind, other_id: int | None) -> None:
        pair = {self.wish.person_id, other_id}
        bonds = [bond for bond in self.problem.bonds if ({bond.person_id, bond.other_id}, bond.kind) != (pair, kind)]
        self.problem = replace(self.problem, bonds=bonds)
