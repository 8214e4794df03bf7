"""Why her: every statement about a placement is true, seen by taking her away or looking at all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given

from service.matching import lexical
from service.matching.because import Because, Reason, because
from service.matching.blockers import Blocker
from service.matching.plan import Plan
from service.matching.problem import CANNOT, UNASKED, Bond, BondKind, Person, Pin, Problem, Wish
from service.terms import Refusal
from tests.service.matching.strategies import opening, ruled_problems
from tests.service.matching.test_every_rule import slowly
from tests.service.matching.test_lexical import problem_of, wish
from tests.service.matching.test_repair import placed

PAPER = Blocker(Refusal.QUALIFICATION_MISSING, details=(("kind", "doctor"),))


@slowly
@given(ruled_problems())
def test_every_statement_is_true(problem: Problem) -> None:
    solution = lexical.solve(problem)
    plan = placed(problem, *((one.person_id, one.opening_id) for one in solution.placements))
    for given_to in list(plan.placed.values()):
        for reason in because(plan, given_to):
            assert TRUTHS[reason.because](Seen(plan, given_to, reason)), (reason, given_to)


class Seen:
    """A placement and those beside it, looked at in another way than because.py does."""

    def __init__(self, plan: Plan, given_to: Wish, reason: Reason) -> None:
        self.her, self.reason, self.problem = given_to, reason, plan.problem
        self.role = next(role for role in plan.problem.openings if role.id == given_to.opening_id)
        held = {(pin.person_id, pin.opening_id) for pin in self.problem.pins} | set(plan.placed)
        shift = {role.id for role in self.problem.openings if role.shift_id == self.role.shift_id}
        self.holders = [person_id for person_id, opening_id in held if opening_id == self.role.id]
        self.beside = [
            self.there(p, o)
            for p in self.problem.persons
            for o in shift
            if (p.id, o) in held and p.id != given_to.person_id
        ]
        self.others = [
            w for w in self.problem.wishes if w.opening_id == self.role.id and w.person_id != given_to.person_id
        ]
        self.left_out = [w for w in self.others if w.rank != UNASKED and (w.person_id, self.role.id) not in held]
        self.left_out = [one for one in self.left_out if self.can(one)]

    def there(self, person: Person, opening_id: int) -> Person:
        """As she is in that opening: new or experienced wherever she serves, or there."""
        told: list[Wish | Pin] = [*self.problem.wishes, *self.problem.pins]
        hers = [one for one in told if (one.person_id, one.opening_id) == (person.id, opening_id)]
        return replace(
            person,
            is_newcomer=person.is_newcomer or any(one.is_newcomer for one in hers),
            is_experienced=person.is_experienced or any(one.is_experienced for one in hers),
        )

    def can(self, one: Wish) -> bool:
        is_elder = next(person.is_elder for person in self.problem.persons if person.id == one.person_id)
        return not (one.barred or one.availability == CANNOT or (is_elder and (self.role.is_night or self.role.is_hot)))

    def few_adults(self) -> bool:
        shift = [role for role in self.problem.openings if role.shift_id == self.role.shift_id]
        owed = max(max(2, -(-o.children // o.per_adult) if o.per_adult else 2) if o.children else 0 for o in shift)
        return sum(person.is_adult for person in self.beside) < owed

    def load(self, person_id: int) -> int:
        person = next(person for person in self.problem.persons if person.id == person_id)
        return 1000 * person.load_minutes // (12 * person.max_minutes)


TRUTHS: dict[Because, Callable[[Seen], bool]] = {
    Because.NEEDED: lambda seen: len(seen.holders) - 1 < seen.role.min_needed,
    Because.ADULT: Seen.few_adults,
    Because.GUIDE: lambda seen: (
        any(one.is_newcomer for one in seen.beside) and not any(one.is_experienced for one in seen.beside)
    ),
    Because.PARTNER: lambda seen: (
        seen.reason.person_id in {one.id for one in seen.beside}
        and any(
            {bond.person_id, bond.other_id} == {seen.her.person_id, seen.reason.person_id}
            for bond in seen.problem.bonds
            if bond.kind == BondKind.TOGETHER
        )
    ),
    Because.NOBODY_ELSE: lambda seen: not seen.others and len(seen.holders) == 1,
    Because.ONLY_ABLE: lambda seen: not any(map(seen.can, seen.others)) and len(seen.holders) == 1,
    Because.ONLY_QUALIFIED: lambda seen: (
        bool(seen.others) and all(any(b.code == PAPER.code for b in one.barred) for one in seen.others)
    ),
    Because.DEARER: lambda seen: bool(seen.left_out) and all(seen.her.rank < one.rank for one in seen.left_out),
    Because.LEAST_LOAD: lambda seen: (
        all(seen.her.rank <= one.rank for one in seen.left_out)
        and any(seen.her.rank == one.rank for one in seen.left_out)
        and all(
            seen.load(seen.her.person_id) <= seen.load(one.person_id)
            for one in seen.left_out
            if one.rank == seen.her.rank
        )
    ),
}


def told(problem: Problem, *keys: tuple[int, int]) -> list[Because]:
    """What is said of the first placement."""
    plan = placed(problem, *keys)
    return [reason.because for reason in because(plan, plan.placed[keys[0]])]


def test_the_only_doctor_and_the_only_one_who_can() -> None:
    problem = problem_of((opening(10, 1),), (wish(1, 10), replace(wish(2, 10), barred=(PAPER,))))
    away = replace(problem, wishes=[problem.wishes[0], replace(wish(2, 10), availability=CANNOT)])

    assert told(problem, (1, 10)) == [Because.ONLY_QUALIFIED, Because.NEEDED]
    assert because(placed(problem, (1, 10)), wish(1, 10))[0].kind == "doctor"
    assert told(away, (1, 10)) == [Because.ONLY_ABLE, Because.NEEDED]
    assert told(problem_of((opening(10, 1),), (wish(1, 10),)), (1, 10)) == [Because.NOBODY_ELSE, Because.NEEDED]


def test_a_dearer_wish_and_fewer_hours_lately() -> None:
    role = opening(10, 1, min_needed=0)
    dearer = problem_of((role,), (wish(1, 10), wish(2, 10, 2)))
    rested = problem_of((role,), (wish(1, 10), wish(2, 10)), loads={1: 60, 2: 6000})
    tired = problem_of((role,), (wish(1, 10), wish(2, 10)), loads={1: 6000, 2: 60})

    assert told(dearer, (1, 10)) == [Because.DEARER]
    assert told(rested, (1, 10)) == [Because.LEAST_LOAD]
    assert told(tired, (1, 10)) == []
    assert told(replace(dearer, openings=[replace(role, max_needed=2)]), (1, 10)) == [], "a place is left"


def test_whom_the_shift_needs() -> None:
    role = opening(10, 1, min_needed=1, max_needed=3, children=4)
    problem = problem_of((role,), (wish(1, 10), wish(2, 10)))
    kinds = {1: {"is_experienced": True}, 2: {"is_newcomer": True}}
    problem = replace(
        problem,
        persons=[replace(one, **kinds[one.id]) for one in problem.persons],
        bonds=[Bond(person_id=1, other_id=2, kind=BondKind.TOGETHER)],
    )
    assert told(problem, (1, 10), (2, 10)) == [Because.ADULT, Because.GUIDE, Because.PARTNER]
    assert told(problem, (2, 10), (1, 10)) == [Because.ADULT, Because.PARTNER]
