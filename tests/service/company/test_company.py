"""What an activity asks of those on duty together, and bonds: kept, in scope, and what goes by them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, once
from service.backfill import candidates
from service.company import actions, queries
from service.company.actions import BoundAlready, BoundToHerself, RatioWithoutChildren
from service.company.models import Bond
from service.company.rules import GUIDES_AFTER, Rule
from service.db import transaction
from service.matching import lexical
from service.matching.building import build_problem
from service.matching.checker import check
from service.matching.problem import Problem
from service.places.models import Area
from service.pupils.actions import forget
from service.roster.actions import occupied
from service.roster.models import Assignment
from service.terms import AssignmentState, BondKind, CompanyFault, Mode, QualificationKind
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.factories import NOW
from tests.ledger import audited
from tests.service.backfill.lane import Lane

SATURDAY = date(2026, 11, 28)
HELPERS = RolePlan(name="引导员", min_needed=2, max_needed=3)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def asked(session: Session, activity: Activity, rule: Rule) -> None:
    actions.ask(session, activity, rule=rule, account_id=7, now=NOW)


def bound(session: Session, one: Volunteer, other: Volunteer, kind: BondKind) -> Bond:
    return actions.bind(session, one, other=other, kind=kind, account_id=7, now=NOW)


def people(session: Session, area: Area, count: int, **details: object) -> list[Volunteer]:
    return [factories.volunteer(session, area, f"居民{n}", **details) for n in range(count)]


def problem_of(session: Session, activity: Activity) -> Problem:
    session.flush()
    until = NOW + timedelta(days=28)
    return build_problem(session, activity_ids=[activity.id], from_at=NOW, until_at=until, now=NOW)


def placed(problem: Problem) -> list[int]:
    """Whom the exact solver places; the independent checker finds no fault."""
    solution = lexical.solve(problem)
    assert check(problem, solution) == []
    return sorted(placement.person_id for placement in solution.placements)


def test_what_is_asked_is_kept_anew_and_written_down(session: Session, area: Area) -> None:
    activity = factories.activity(session, area)
    assert queries.rule_of(session, activity.id) == Rule()
    asked(session, activity, Rule(children=5, per_adult=3))
    asked(session, activity, Rule(pairs_newcomers=True))
    assert queries.rule_of(session, activity.id) == Rule(pairs_newcomers=True)
    with pytest.raises(RatioWithoutChildren):
        asked(session, activity, Rule(per_adult=3))
    verbs = [verb for verb, _kind, id_, account in audited(session) if id_ == activity.id and account == 7]
    assert verbs == ["asked_company"] * 2


def test_a_bond_is_of_two_and_there_is_one(session: Session, area: Area) -> None:
    one, other, elsewhere = (
        *people(session, area, 2),
        factories.volunteer(session, factories.community(session, "石窟路社区")),
    )
    bond = bound(session, other, one, BondKind.APART)
    assert (bond.person_id, bond.other_id) == (one.id, other.id)
    with pytest.raises(BoundToHerself):
        bound(session, one, one, BondKind.TOGETHER)
    with pytest.raises(BoundAlready):
        bound(session, one, other, BondKind.TOGETHER)
    far = bound(session, one, elsewhere, BondKind.TOGETHER)
    assert {row.Volunteer.id for row in queries.bonds_of(session, one.id)} == {other.id, elsewhere.id}
    assert queries.bond_in_scope(session, bond.id, scope_ids=[area.id]) is bond
    assert queries.bond_in_scope(session, far.id, scope_ids=[area.id]) is None
    actions.loosen(session, bond, account_id=7, now=NOW)
    assert queries.bonds_of(session, other.id) == []
    mine = [verb for verb, _kind, id_, _account in audited(session) if id_ == one.id]
    assert mine == ["bound_people", "bound_people", "loosened_bond"]


def test_children_are_never_with_one_adult(session: Session, area: Area) -> None:
    """A17: of a grown woman and a girl nobody is placed; with a second adult all three are."""
    activity = factories.activity(session, area, mode=Mode.MATCHED, roles=[HELPERS])
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    asked(session, activity, Rule(children=5))
    grown, girl = people(session, area, 1)[0], factories.volunteer(session, area, "小周", birth_on=date(2010, 5, 1))
    for person in (grown, girl):
        factories.sign_up(session, person, role)
    assert placed(problem_of(session, activity)) == []
    second = factories.volunteer(session, area, "赵谷雨")
    factories.sign_up(session, second, role)
    assert placed(problem_of(session, activity)) == sorted([grown.id, girl.id, second.id])


def test_more_children_need_more_adults(session: Session, area: Area) -> None:
    """A17."""
    activity = factories.activity(session, area, mode=Mode.MATCHED, roles=[HELPERS])
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    asked(session, activity, Rule(children=12, per_adult=5))
    those = people(session, area, 2)
    for person in those:
        factories.sign_up(session, person, role)
    assert placed(problem_of(session, activity)) == []
    those += [factories.volunteer(session, area, "赵谷雨")]
    factories.sign_up(session, those[-1], role)
    assert placed(problem_of(session, activity)) == sorted(person.id for person in those)


def test_a_newcomer_comes_with_somebody_who_knows_the_way(session: Session, area: Area) -> None:
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    [shift] = factories.shifts(session, activity)
    asked(session, activity, Rule(pairs_newcomers=True))
    new, guide = (factories.volunteer(session, area, name) for name in ("新来的", "老手"))
    factories.sign_up(session, new, factories.only_role(session, shift))
    assert placed(problem_of(session, activity)) == []
    for weeks in range(1, 1 + GUIDES_AFTER):
        _has_served(session, guide, shift, weeks=weeks)
    factories.sign_up(session, guide, factories.only_role(session, shift))
    assert placed(problem_of(session, activity)) == sorted([new.id, guide.id])


def _has_served(session: Session, person: Volunteer, like: Shift, *, weeks: int) -> None:
    shift = factories.further_shift(session, like, like.starts_at - timedelta(weeks=weeks))
    role = shift.roles[0]
    role.taken = 1
    session.add(
        Assignment(
            area_id=shift.area_id,
            shift_id=shift.id,
            shift_role_id=role.id,
            volunteer_id=person.id,
            state=AssignmentState.COMPLETED,
            occupies=occupied(shift),
            assigned_at=shift.starts_at,
        )
    )
    session.flush()


def test_a_crew_is_placed_whole_or_not_at_all(session: Session, area: Area) -> None:
    """A12: the doctor alone is no 1+N, nor are the services without her."""
    doctor = RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,))
    activity = factories.activity(session, area, mode=Mode.MATCHED, roles=[doctor, HELPERS])
    asked(session, activity, Rule(held_together=True))
    [shift] = factories.shifts(session, activity)
    roles = {role.definition.name: role for role in shift.roles}
    helpers = people(session, area, 2)
    her = factories.qualified(session, factories.volunteer(session, area, "安大夫"), QualificationKind.DOCTOR)
    factories.sign_up(session, her, roles["医生"])
    factories.sign_up(session, helpers[0], roles["引导员"])
    assert placed(problem_of(session, activity)) == []
    factories.sign_up(session, helpers[1], roles["引导员"])
    assert placed(problem_of(session, activity)) == sorted([her.id, *(one.id for one in helpers)])


@pytest.mark.parametrize(("kind", "expected"), [(BondKind.APART, 1), (BondKind.RELIEF, 1), (BondKind.TOGETHER, 2)])
def test_a_plan_goes_by_bonds(session: Session, area: Area, kind: BondKind, expected: int) -> None:
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    one, other = people(session, area, 2)
    bound(session, one, other, kind)
    factories.sign_up(session, one, role)
    assert len(placed(problem_of(session, activity))) == (0 if kind == BondKind.TOGETHER else 1)
    factories.sign_up(session, other, role)
    assert len(placed(problem_of(session, activity))) == expected


def test_who_is_visited_sees_few_faces(session: Session, area: Area) -> None:
    """A14: two visits, two who would like to come; with one face at most the same one comes twice."""
    visits = [once(SATURDAY + timedelta(days=n), starts=time(9), ends=time(10)) for n in (0, 1)]
    visitor = RolePlan(name="看望", min_needed=1, max_needed=1)
    activity = factories.activity(session, area, mode=Mode.MATCHED, roles=[visitor], plans=visits)
    those = people(session, area, 2)
    for number, shift in enumerate(factories.shifts(session, activity)):
        for person in those:
            rank = 1 + (person is not those[number])
            factories.sign_up(session, person, factories.only_role(session, shift), rank=rank)
    assert placed(problem_of(session, activity)) == sorted(person.id for person in those)
    asked(session, activity, Rule(most_faces=1))
    assert len(set(placed(problem_of(session, activity)))) == 1


@pytest.mark.parametrize("kind", [BondKind.APART, BondKind.RELIEF])
def test_a_search_does_not_bring_two_together_who_must_not_meet(session: Session, kind: BondKind) -> None:
    lane = Lane(session, datetime(2026, 11, 28, 1, tzinfo=NOW.tzinfo), least=2, most=2)
    holder, hers, anybody = (lane.member(name) for name in ("持班", "不见面", "别人"))
    lane.filled(holder)
    row = lane.row()
    proposed = candidates.colleagues(session, row, holder_id=0)
    assert {one.id for one in proposed} == {hers.id, anybody.id}
    bound(session, hers, holder, kind)
    assert [one.id for one in candidates.colleagues(session, row, holder_id=0)] == [anybody.id]


def test_the_roster_says_what_is_wrong_with_who_is_there(session: Session, area: Area) -> None:
    """A17: places taken one by one, first come first served, may still not be left so."""
    activity = factories.activity(session, area, roles=[HELPERS])
    [shift] = factories.shifts(session, activity)
    asked(session, activity, Rule(children=5, pairs_newcomers=True))
    assert queries.faults_of(session, activity.id, [shift], now=NOW) == {}
    one, other = people(session, area, 2)
    factories.sign_up(session, one, factories.only_role(session, shift))
    both = [CompanyFault.TWO_ADULTS, CompanyFault.NEWCOMER]
    assert queries.faults_of(session, activity.id, [shift], now=NOW) == {shift.id: both}
    bound(session, one, other, BondKind.APART)
    factories.sign_up(session, other, factories.only_role(session, shift))
    wrong = [CompanyFault.NEWCOMER, CompanyFault.APART]
    assert queries.faults_of(session, activity.id, [shift], now=NOW) == {shift.id: wrong}


@pytest.mark.usefixtures("database")
def test_bound_from_both_ends_at_once_there_is_one_bond() -> None:
    with transaction() as session:
        ids = [person.id for person in people(session, factories.community(session), 2)]

    def bind(pair: tuple[int, int]) -> bool:
        try:
            with transaction() as session:
                one, other = (session.get_one(Volunteer, number) for number in pair)
                bound(session, one, other, BondKind.APART)
        except BoundAlready:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(bind, [(ids[0], ids[1]), (ids[1], ids[0])]))
    assert sorted(done) == [False, True]
    with transaction() as session:
        assert len(session.scalars(select(Bond)).all()) == 1


def test_children_are_counted_where_they_are_enrolled_and_typed_where_not(session: Session, area: Area) -> None:
    """A17: twelve are expected until the first is enrolled; who joins or leaves changes how many adults it takes."""
    activity = factories.activity_for_children(session, area)
    [shift] = factories.shifts(session, activity)
    asked(session, activity, Rule(children=12, per_adult=5))
    counted = partial(_rule_on, session, activity, shift)
    assert (counted().children, counted().adults) == (12, 3)
    pupils = [factories.pupil(session, activity, f"小{n}") for n in range(6)]
    assert (counted().children, counted().adults) == (6, 2)
    pupils += [factories.pupil(session, activity, f"大{n}") for n in range(5)]
    assert (counted().children, counted().adults) == (11, 3)
    assert {opening.children for opening in problem_of(session, activity).openings} in ({11}, set())
    forget(session, pupils[0], account_id=7, now=NOW)
    assert counted().adults == 2
    forget(session, pupils[1], account_id=7, now=shift.ends_at + timedelta(hours=1))
    assert counted().children == 10, "on the day it was there"
    late = factories.pupil(session, activity, "后来的")
    late.consented_at = shift.ends_at + timedelta(days=1)
    session.flush()
    assert counted().children == 10, "nor is counted who came later"


def test_a_ratio_needs_children_typed_or_enrolled_and_pupils_are_never_with_one(session: Session, area: Area) -> None:
    activity = factories.activity_for_children(session, area)
    [shift] = factories.shifts(session, activity)
    with pytest.raises(RatioWithoutChildren):
        asked(session, activity, Rule(per_adult=3))
    assert _rule_on(session, activity, shift).adults == 0
    factories.pupil(session, activity)
    assert _rule_on(session, activity, shift).adults == 2, "nobody asked for it: a child is there"
    asked(session, activity, Rule(per_adult=3))
    assert queries.rule_of(session, activity.id) == Rule(per_adult=3)


def _rule_on(session: Session, activity: Activity, shift: Shift) -> Rule:
    return queries.rules_on(session, activity.id, [shift.id])[shift.id]


@pytest.mark.usefixtures("at_now")
def test_the_page_says_how_many_are_enrolled() -> None:
    desk, area = desks.coordinator()
    with transaction() as session:
        activity = factories.activity_for_children(session, area)
        for n in range(7):
            factories.pupil(session, activity, f"小{n}")
    address = f"/co/activities/{activity.id}/company"
    desk.open(address)
    desk.send(address, children="0", per_adult="3", most_faces="0")
    assert "现在登记着7个孩子，每班至少要3位大人。" in desk.open(address)
