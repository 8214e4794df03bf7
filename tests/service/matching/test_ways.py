"""How a role that stays open could be filled: every way is true, asks nothing in vain, and none is cheaper.

What is asked for is granted in the problem, apart from how ways.py does it in the plan; then the checker looks at the
plan, and the exact matcher makes its own. LUNZHI_RULED_PROBLEMS sets how many random problems are tried.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.matching import greedy, lexical, rules
from service.matching.asks import ASKABLE, COSTS, Ask, AskKind, asks_against, granted
from service.matching.blockers import Blocker, Code, Hindrance
from service.matching.checker import broken_rules
from service.matching.plan import Plan
from service.matching.problem import CAN, CANNOT, IF_NEEDED, Bond, BondKind, Commitment, Opening, Person, Problem, Wish
from service.matching.solution import LevelName, Placement, Solution
from service.matching.ways import Way, ways
from service.terms import Refusal
from tests.service.matching.strategies import MONDAY, opening, ruled_problems, week
from tests.service.matching.test_every_rule import slowly
from tests.service.matching.test_lexical import problem_of, wish
from tests.service.matching.test_repair import placed

#: People still to be found, in the problem in which they have been.
FIRST_FOUND = 1000
DOCTOR = ("kind", "doctor")
REASONS = (
    Blocker(Refusal.CONSENT_MISSING),
    Blocker(Refusal.AGE_UNKNOWN),
    Blocker(Refusal.TAG_MISSING, details=(("tags", "党员"),)),
    Blocker(Refusal.TOO_YOUNG, details=(("min_age", 18),)),
    Blocker(Refusal.QUALIFICATION_MISSING, details=(DOCTOR,)),
    Blocker(Refusal.QUALIFICATION_MISSING, details=(DOCTOR, ("unseen", 1))),
    Blocker(Refusal.QUALIFICATION_EXPIRED, details=(DOCTOR, ("on", "2026-11-30"), ("valid_until", "2026-11-29"))),
    Blocker(Hindrance.SAID_NO),
)
#: What in a person alone is asked away by what.
BARRED = {
    AskKind.PAPER_SEEN: Refusal.QUALIFICATION_MISSING,
    **{kind: code for code, kind in ASKABLE.items() if code not in {*Hindrance, Refusal.WEEKLY_HOURS}},
    AskKind.ASK_AGAIN: Hindrance.SAID_NO,
}


@st.composite
def barred_for_all_reasons(draw: st.DrawFn) -> Problem:
    """A problem with every rule switched on, where people are barred for one or two of all reasons."""
    problem = draw(ruled_problems())
    some = st.lists(st.sampled_from(REASONS), min_size=1, max_size=2, unique_by=lambda blocker: blocker.code)
    return replace(
        problem, wishes=[replace(one, barred=tuple(draw(some))) if one.barred else one for one in problem.wishes]
    )


@slowly
@given(barred_for_all_reasons())
def test_once_all_have_agreed_the_role_is_filled_and_no_rule_is_broken(problem: Problem) -> None:
    for solver in (lexical, greedy):
        solution = solver.solve(problem)
        plan = finished(problem, solution)
        for role in solution.open_roles:
            for way in ways(plan, plan.openings[role.opening_id]):
                agreed = Agreed(problem, solution, way)
                assert agreed.faults() == [], way
                assert not agreed.missing(role.opening_id), way
                best = {level.name: level.value for level in lexical.solve(agreed.problem).levels}
                assert best[LevelName.COVER] >= agreed.cover()


@slowly
@given(barred_for_all_reasons())
def test_nothing_is_asked_in_vain(problem: Problem) -> None:
    solution = lexical.solve(problem)
    plan = finished(problem, solution)
    for role in solution.open_roles:
        for way in ways(plan, plan.openings[role.opening_id]):
            for n, ask in enumerate(way.asks):
                rest = (*way.asks[:n], *way.asks[n + 1 :])
                one_less = (*rest, replace(ask, amount=ask.amount - 1)) if ask.amount > 1 else rest
                agreed = Agreed(problem, solution, replace(way, asks=one_less))
                assert agreed.faults() or agreed.missing(role.opening_id), (ask, way)


@slowly
@given(barred_for_all_reasons())
def test_no_set_of_people_could_be_asked_for_less(problem: Problem) -> None:
    """Every set of as many as are missing is tried, with what would have to be asked of each of them."""
    solution = lexical.solve(problem)
    plan = finished(problem, solution)
    for role in solution.open_roles:
        found = ways(plan, plan.openings[role.opening_id])
        assert [way.cost for way in found] == sorted(way.cost for way in found)
        left = [one for one in plan.wishes_for[role.opening_id] if not plan.is_placed(one)]
        priced = [(one, asks_against(plan, one)) for one in left]
        for some in combinations([(one, asks) for one, asks in priced if asks is not None], role.missing):
            comes = tuple((one.person_id, one.opening_id) for one, _ in some)
            together = Way(asks=tuple(ask for _, asks in some for ask in asks or ()), comes=comes)
            if not Agreed(problem, solution, together).faults():
                assert found
                assert found[0].cost <= together.cost, together


@slowly
@given(barred_for_all_reasons())
def test_of_those_named_besides_the_same_can_be_asked(problem: Problem) -> None:
    solution = lexical.solve(problem)
    plan = finished(problem, solution)
    for role in solution.open_roles:
        for way in ways(plan, plan.openings[role.opening_id]):
            asked = {ask.kind for ask in way.asks}
            for person_id in way.instead:
                hers = next(one for one in plan.wishes_of[person_id] if one.opening_id == role.opening_id)
                assert person_id not in dict(way.comes)
                assert {ask.kind for ask in asks_against(plan, hers) or ()} <= asked


@slowly
@given(barred_for_all_reasons())
def test_the_plan_is_as_it_was(problem: Problem) -> None:
    solution = lexical.solve(problem)
    plan, untouched = finished(problem, solution), finished(problem, solution)
    for role in solution.open_roles:
        ways(plan, plan.openings[role.opening_id])
    assert (plan.placed, plan.persons, plan.load) == (untouched.placed, untouched.persons, untouched.load)
    assert {o: sorted(held) for o, held in plan.holders.items() if held} == {
        o: sorted(held) for o, held in untouched.holders.items() if held
    }
    assert [len(plan.duties[n]) for n in plan.persons] == [len(untouched.duties[n]) for n in plan.persons]


def finished(problem: Problem, solution: Solution) -> Plan:
    return placed(problem, *((one.person_id, one.opening_id) for one in solution.placements))


class Agreed:
    """A problem in which everything a way asks for was agreed to, and the plan with those who come then."""

    def __init__(self, problem: Problem, solution: Solution, way: Way) -> None:
        self.persons = {one.id: one for one in problem.persons}
        self.openings = {one.id: one for one in problem.openings}
        self.wishes = {(one.person_id, one.opening_id): one for one in problem.wishes}
        self.keys = [*((one.person_id, one.opening_id) for one in solution.placements), *way.comes]
        for ask in way.asks:
            self.agree(ask)
        self.problem = replace(
            problem,
            persons=list(self.persons.values()),
            openings=list(self.openings.values()),
            wishes=list(self.wishes.values()),
        )

    def agree(self, ask: Ask) -> None:  # noqa: C901 (a line or two for each kind)
        """One thing asked for is so."""
        role, hers = self.openings[ask.opening_id], self.wishes.get((ask.person_id or 0, ask.opening_id))
        match ask.kind:
            case AskKind.NEW_PERSON | AskKind.NEW_GUIDE as kind:
                found = FIRST_FOUND + len(self.persons)
                self.persons[found] = Person(id=found, max_minutes=10**5, is_experienced=kind == AskKind.NEW_GUIDE)
                self.wishes[found, role.id] = Wish(person_id=found, opening_id=role.id, rank=1)
                self.keys.append((found, role.id))
            case AskKind.LOWER_MINIMUM:
                self.openings[role.id] = replace(role, min_needed=role.min_needed - ask.amount)
            case AskKind.PARTNER:
                assert ask.person_id
                assert hers is None
                self.wishes[ask.person_id, role.id] = Wish(person_id=ask.person_id, opening_id=role.id, rank=1)
            case AskKind.ANOTHER_TIME:
                assert hers
                self.wishes[hers.person_id, role.id] = replace(hers, availability=CAN)
            case AskKind.MORE_HOURS:
                self.lift(ask, max_minutes=ask.amount)
            case AskKind.MORE_SHIFTS_A_WEEK:
                self.lift(ask, most_a_week=ask.amount)
            case AskKind.MORE_SHIFTS_A_DAY:
                self.lift(ask, most_a_day=ask.amount)
            case AskKind.LONGER_STRETCH:
                self.lift(ask, most_at_a_stretch=10**5)
            case kind:
                assert hers
                left = tuple(blocker for blocker in hers.barred if blocker.code != BARRED[kind])
                assert len(left) < len(hers.barred)
                self.wishes[hers.person_id, role.id] = replace(hers, barred=left)

    def lift(self, ask: Ask, **more: int) -> None:
        """A limit of her own, by so much."""
        her = self.persons[ask.person_id or 0]
        assert not (her.is_elder and ask.kind == AskKind.LONGER_STRETCH)
        lifted: dict[str, Any] = {name: getattr(her, name) + much for name, much in more.items()}
        self.persons[her.id] = replace(her, **lifted)

    def faults(self) -> list[Any]:
        """What the checker says."""
        rows = tuple(Placement(person_id=p, opening_id=o, **self.asked(p, o)) for p, o in self.keys)
        bare = Solution(solver="", input_hash="", placements=rows, unplaced=(), open_roles=(), levels=())
        return broken_rules(self.problem, bare)

    def asked(self, person_id: int, opening_id: int) -> dict[str, Any]:
        hers = self.wishes.get((person_id, opening_id))
        return {"rank": hers.rank if hers else 1, "signup_id": hers.signup_id if hers else None}

    def missing(self, opening_id: int) -> int:
        return self.plan().missing(self.openings[opening_id])

    def cover(self) -> int:
        return rules.cover(self.plan()).value

    def plan(self) -> Plan:
        return placed(self.problem, *self.keys)


# --- one of each ---


def only_way(problem: Problem) -> Way:
    """The cheapest way to fill the first open role of the exact plan."""
    solution = lexical.solve(problem)
    return ways(finished(problem, solution), problem.openings[0])[0]


def told(problem: Problem) -> list[tuple[AskKind, int | None, int]]:
    return [(ask.kind, ask.person_id, ask.amount) for ask in only_way(problem).asks]


def one_wish(*, person: dict[str, Any] | None = None, role: dict[str, Any] | None = None, **given: Any) -> Problem:
    """One role, one person who wishes for it."""
    problem = problem_of((opening(10, 1, **(role or {})),), (replace(wish(1, 10), **given),))
    return replace(problem, persons=[replace(problem.persons[0], **(person or {}))])


def test_one_hour_more_costs_less_than_two_and_less_than_somebody_new() -> None:
    problem = problem_of((opening(10, 1),), (wish(1, 10), wish(2, 10)))
    limits = {1: 30, 2: 60}
    problem = replace(problem, persons=[replace(one, max_minutes=limits[one.id]) for one in problem.persons])

    assert told(problem) == [(AskKind.MORE_HOURS, 2, 60)]
    assert only_way(problem).instead == (1,)


def test_a_shown_paper_is_seen_before_a_new_person_is_looked_for_and_a_missing_one_is_not_asked_for() -> None:
    shown = Blocker(Refusal.QUALIFICATION_MISSING, details=(DOCTOR, ("unseen", 1)))
    missing = Blocker(Refusal.QUALIFICATION_MISSING, details=(DOCTOR,))

    assert told(one_wish(barred=(shown,))) == [(AskKind.PAPER_SEEN, 1, 1)]
    assert told(one_wish(barred=(missing,))) == [(AskKind.NEW_PERSON, None, 1)]


def test_an_elder_is_not_asked_for_a_longer_stretch_nor_for_a_night() -> None:
    short: dict[str, Any] = {"most_at_a_stretch": 60}
    assert told(one_wish(person=short)) == [(AskKind.LONGER_STRETCH, 1, 1)]
    assert told(one_wish(person={**short, "is_elder": True})) == [(AskKind.NEW_PERSON, None, 1)]
    assert told(one_wish(person={"is_elder": True}, role={"is_night": True})) == [(AskKind.NEW_PERSON, None, 1)]


def test_rest_is_never_given_up() -> None:
    late = Commitment(person_id=1, shift_id=99, starts=MONDAY, ends=MONDAY + 530, rest_after=60, week=week(MONDAY))
    assert told(replace(one_wish(), commitments=[late])) == [(AskKind.NEW_PERSON, None, 1)]


def test_two_of_one_kind_are_asked_together() -> None:
    problem = problem_of((opening(10, 1, min_needed=2, max_needed=3),), tuple(wish(n, 10) for n in (1, 2, 3)))
    problem = replace(problem, wishes=[replace(one, availability=CANNOT) for one in problem.wishes])
    way = only_way(problem)

    assert told(problem) == [(AskKind.ANOTHER_TIME, 1, 1), (AskKind.ANOTHER_TIME, 2, 1)]
    assert (way.comes, way.instead) == (((1, 10), (2, 10)), (3,))


def test_where_the_cheapest_hinders_others_two_dearer_ones_are_asked() -> None:
    """1 only had to be verified, but must meet neither 2 nor 3, and both are missing."""
    role = opening(10, 1, min_needed=2, max_needed=2)
    seen = (Blocker(Refusal.QUALIFICATION_MISSING, details=(DOCTOR, ("unseen", 1))),)
    wishes = (replace(wish(1, 10), barred=seen), *(replace(wish(n, 10), availability=CANNOT) for n in (2, 3)))
    apart = [Bond(person_id=1, other_id=n, kind=BondKind.APART) for n in (2, 3)]
    problem = replace(problem_of((role,), wishes), bonds=apart)

    assert told(problem) == [(AskKind.ANOTHER_TIME, 2, 1), (AskKind.ANOTHER_TIME, 3, 1)]
    costs = [way.cost for way in ways(finished(problem, lexical.solve(problem)), role)]
    assert costs == sorted(costs)
    assert costs[0] == 2 * COSTS[AskKind.ANOTHER_TIME] < COSTS[AskKind.PAPER_SEEN] + COSTS[AskKind.NEW_PERSON]


def test_who_comes_with_a_partner_has_the_partner_asked() -> None:
    problem = one_wish(role={"max_needed": 2})
    problem = replace(
        problem,
        persons=[*problem.persons, Person(id=2, max_minutes=600)],
        bonds=[Bond(person_id=1, other_id=2, kind=BondKind.TOGETHER)],
    )
    assert told(problem) == [(AskKind.PARTNER, 2, 1)]
    in_a_clinic = replace(problem, openings=[replace(problem.openings[0], weight=2)])
    assert told(in_a_clinic) == [(AskKind.NEW_PERSON, None, 1)], "nobody knows whether he is a doctor"


def test_a_newcomer_comes_as_soon_as_somebody_experienced_does() -> None:
    problem = one_wish(person={"is_newcomer": True}, role={"max_needed": 2})
    busy = replace(wish(2, 10), availability=CANNOT)
    guide = Person(id=2, max_minutes=600, is_experienced=True)
    with_guide = replace(problem, persons=[*problem.persons, guide], wishes=[*problem.wishes, busy])

    assert told(problem) == [(AskKind.NEW_PERSON, None, 1)], "one who is not new needs no guide"
    assert told(replace(problem, openings=[opening(10, 1, min_needed=2, max_needed=2)])) == [
        (AskKind.NEW_GUIDE, None, 1)
    ]
    assert told(with_guide) == [(AskKind.ANOTHER_TIME, 2, 1)]


def test_beside_children_a_second_adult_is_found_rather_than_the_rule_broken() -> None:
    problem = one_wish(role={"max_needed": 2, "children": 5})
    way = only_way(problem)

    assert told(problem) == [(AskKind.NEW_PERSON, None, 1)]
    assert way.comes == ((1, 10),), "then she can come as well"


def test_a_whole_crew_is_brought_together() -> None:
    doctor, helper = opening(10, 1, crew=1, weight=2), opening(11, 1, crew=1, min_needed=2, max_needed=2)
    problem = problem_of((doctor, helper), (wish(1, 10), wish(2, 11), replace(wish(3, 11), availability=CANNOT)))

    assert told(problem) == [(AskKind.ANOTHER_TIME, 3, 1)]
    assert only_way(problem).comes == ((1, 10), (2, 11), (3, 11))


def test_a_minimum_is_lowered_last_and_never_where_it_protects() -> None:
    role = opening(10, 1, min_needed=2, max_needed=2)
    barred: tuple[Blocker, ...] = (Blocker(Refusal.TOO_YOUNG, details=(("min_age", 18),)),)
    problem = problem_of((role,), (wish(1, 10), replace(wish(2, 10), barred=barred)))

    def kinds(role: Opening) -> list[AskKind]:
        plan = placed(replace(problem, openings=[role]), (1, 10))
        return [ask.kind for way in ways(plan, role) for ask in way.asks]

    assert kinds(role) == [AskKind.NEW_PERSON, AskKind.LOWER_MINIMUM]
    assert kinds(replace(role, weight=2)) == kinds(replace(role, crew=1)) == kinds(replace(role, children=3))
    assert kinds(replace(role, weight=2)) == [AskKind.NEW_PERSON]


def test_who_comes_only_if_need_be_is_asked_like_others() -> None:
    problem = one_wish(availability=IF_NEEDED, person={"max_minutes": 60})
    assert told(problem) == [(AskKind.MORE_HOURS, 1, 60)]


def test_a_wish_that_was_agreed_to_has_nothing_against_it() -> None:
    asked = replace(wish(1, 10), barred=REASONS, availability=CANNOT)
    assert (granted(asked).barred, granted(asked).availability) == ((), CAN)


def test_where_it_is_too_hot_for_anybody_nobody_is_sought() -> None:
    problem = one_wish(barred=(Blocker(Refusal.TOO_HOT),))
    assert ways(finished(problem, lexical.solve(problem)), problem.openings[0]) == ()
    assert told(one_wish(barred=(Blocker(Refusal.HEAT),))) == [(AskKind.NEW_PERSON, None, 1)]


def test_every_reason_can_be_asked_away_or_protects_somebody() -> None:
    """Whoever adds a reason decides which it is."""
    protects: set[Code] = {
        *(Refusal.UNKNOWN_ROLE, Refusal.NOT_PUBLISHED, Refusal.SHIFT_CANCELLED, Refusal.SHIFT_STARTED),
        *(Refusal.SIGN_UP_CLOSED, Refusal.OVERLAP, Refusal.REST, Refusal.QUALIFICATION_MISSING),
        *(Refusal.TOO_YOUNG, Refusal.TOO_OLD, Refusal.FULL, Refusal.TOO_MANY_TOGETHER, Refusal.GUARDIAN_MISSING),
        *(Refusal.NIGHT, Refusal.HEAT, Refusal.TOO_HOT, Hindrance.SAME_SHIFT, Hindrance.WITHDRAWN, Hindrance.RELIEF),
        *(Hindrance.APART, Hindrance.FACES, Hindrance.NOT_NEEDED, Hindrance.IN_NEED_ONLY),
    }
    others_mend = {Hindrance.TOGETHER, Hindrance.NEWCOMER, Hindrance.TWO_ADULTS, Hindrance.CHILD_RATIO, Hindrance.CREW}
    assert set(ASKABLE) | protects | others_mend == {*Refusal, *Hindrance}
    assert not set(ASKABLE) & (protects | others_mend)
