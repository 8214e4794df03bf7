"""A role for people with one of several tags: asked at every door to a place, in words, and marked when it is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import likeness
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.rules import RolePlan
from service.backfill.candidates import able
from service.db import transaction
from service.drafting.queries import against
from service.matching import lexical
from service.matching.blockers import Blocker
from service.matching.building import build_problem
from service.matching.checker import check
from service.matching.explain import Known, reasons
from service.matching.faults import Fault
from service.matching.problem import Problem
from service.matching.solution import Unplaced
from service.places.models import Area
from service.signups import asking
from service.signups.actions import SignUpRefused
from service.signups.queries import OpeningRow, openings
from service.signups.rules import Refused, lacking_tags
from service.swaps.rules import reasons_against
from service.templates.rules import roles_kept, roles_read
from service.terms import Mode, Refusal
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.factories import NOW

ELDERS = RolePlan(name="宣讲员", min_needed=1, max_needed=2, tags=("老党员", "退役军人"))
MISSING = [Refused(Refusal.TAG_MISSING, {"tags": "老党员、退役军人"})]


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def talk(session: Session, area: Area, mode: Mode = Mode.INSTANT) -> tuple[Activity, ShiftRole]:
    made = factories.activity(session, area, title="讲传统", mode=mode, roles=[ELDERS])
    return made, factories.only_role(session, factories.shifts(session, made)[0])


def people(session: Session, area: Area) -> tuple[Volunteer, Volunteer]:
    """One with a tag of the role, and one with another."""
    soldier = factories.volunteer(session, area, "王老兵", tags=["五老", "退役军人"])
    return soldier, factories.volunteer(session, area, "李教师", tags=["退休教师"])


def row_of(session: Session, role: ShiftRole) -> OpeningRow:
    return openings(session, [role.id])[role.id]


@pytest.mark.parametrize(
    ("hers", "asked", "expected"),
    [
        ((), (), []),
        (("五老",), (), []),
        (("五老", "退役军人"), ("老党员", "退役军人"), []),
        (("老党员", "退役军人"), ("老党员", "退役军人"), []),
        (("退休教师",), ("老党员", "退役军人"), MISSING),
        ((), ("老党员", "退役军人"), MISSING),
    ],
)
def test_one_of_the_tags_will_do(hers: tuple[str, ...], asked: tuple[str, ...], expected: list[Refused]) -> None:
    assert list(lacking_tags(hers, asked)) == expected


def test_a_sign_up_without_one_is_refused_and_with_one_is_not(session: Session, area: Area) -> None:
    _made, role = talk(session, area)
    soldier, teacher = people(session, area)
    with pytest.raises(SignUpRefused) as told:
        factories.sign_up(session, teacher, role)
    assert list(told.value.reasons) == MISSING
    assert factories.sign_up(session, soldier, role).state == "confirmed"


def test_searches_pencil_and_swaps_pass_over_whoever_has_none(session: Session, area: Area) -> None:
    _made, role = talk(session, area)
    soldier, teacher = people(session, area)
    row, start = row_of(session, role), role.shift.starts_at
    assert able(session, [teacher.id, soldier.id], row) == [soldier.id]
    known = asking.candidates(session, [teacher.id, soldier.id], around=start, until=start)
    assert against(known[teacher.id], row, now=NOW) == MISSING
    assert against(known[soldier.id], row, now=NOW) == []
    found = asking.asking(session, volunteer_id=teacher.id, shift_id=role.shift_id, shift_role_id=role.id)
    assert found.opening is not None
    assert reasons_against(found.candidate, found.opening) == MISSING


def plan(session: Session, made: Activity) -> Problem:
    session.flush()
    return build_problem(session, activity_ids=[made.id], from_at=NOW, until_at=NOW + timedelta(days=28), now=NOW)


def test_a_plan_places_nobody_without_one_and_says_so(session: Session, area: Area) -> None:
    """Whoever lost the tag after she asked is told why; the independent checker refuses a plan that places her."""
    made, role = talk(session, area, Mode.MATCHED)
    soldier, teacher = people(session, area)
    teacher.tags = ["老党员"]
    for person in (soldier, teacher):
        factories.sign_up(session, person, role)
    teacher.tags = ["退休教师"]
    problem = plan(session, made)
    solution = lexical.solve(problem)
    assert check(problem, solution) == []
    assert [one.person_id for one in solution.placements] == [soldier.id]
    [refused] = solution.unplaced
    assert _words(refused) == ["这个岗位请的是老党员、退役军人，登记里没有写是"]
    teacher.tags = ["老党员"]
    generous = replace(lexical.solve(plan(session, made)), input_hash=solution.input_hash)
    assert Fault.BARRED in {violation.fault for violation in check(problem, generous)}


def _words(refused: Unplaced) -> list[str]:
    stored = [Blocker.from_json(one.to_json()) for one in refused.blockers]
    known = Known(names={}, titles={}, times={}, roles={})
    return reasons(known, Unplaced(person_id=refused.person_id, opening_id=refused.opening_id, blockers=tuple(stored)))


def test_likenesses_and_templates_take_them_over(session: Session, area: Area) -> None:
    made, _role = talk(session, area)
    assert likeness.roles(made) == [ELDERS]
    assert roles_read(roles_kept([ELDERS])) == [ELDERS]
    before = [{name: value for name, value in roles_kept([ELDERS])[0].items() if name != "tags"}]
    assert roles_read(before)[0].tags == (), "kept before there were any"


@pytest.mark.usefixtures("at_now")
def test_the_roster_marks_who_lost_it_and_the_desk_is_told_at_the_telephone() -> None:
    desk, area = desks.coordinator()
    made, [shift] = desks.published(area, roles=[ELDERS])
    with transaction() as session:
        soldier, teacher = people(session, area)
        desks.ask(session, soldier, session.get_one(Shift, shift.id))
    why = "这个岗位请的是老党员、退役军人，登记里没有写是"
    assert why not in desk.open(f"/co/activities/{made.id}?on=2026-11-28")
    assert why in desk.open(f"/co/proxy/{teacher.id}")
    with transaction() as session:
        session.get_one(Volunteer, soldier.id).tags = ["五老"]
    assert why in desk.open(f"/co/activities/{made.id}?on=2026-11-28")


@pytest.mark.usefixtures("at_now")
def test_it_is_typed_with_the_role_and_read_by_whoever_signs_up() -> None:
    desk, area = desks.coordinator()
    desk.open("/co/activities/new")
    typed = {"title": "讲传统", "place_id": area.id, "mode": "instant", "repeats": "once"}
    desk.send("/co/activities/new", **typed, contact_name="陈协调", contact_phone="0371 6435 0001")
    steps = desk.path.removesuffix("/when")
    desk.send(f"{steps}/when", on="2026-11-28", starts="9:00", ends="10:00")
    desk.send(f"{steps}/roles", name_1="宣讲员", least_1="1", tags_1="长" * 41)
    assert "每个最多40个字" in desk.text
    desk.send(f"{steps}/roles", name_1="宣讲员", least_1="1", tags_1="老党员，退役军人、老党员")
    assert "宣讲员：1人，要是老党员或退役军人" in desk.text
    desk.send(f"{steps}/preview", publish="1")
    with transaction() as session:
        [role] = session.scalars(select(ActivityRole))
        assert role.tags == ["老党员", "退役军人"]
        shift_id = session.scalars(select(Shift.id)).one()
    assert "要是老党员或退役军人" in desks.volunteer_account().open(f"/signup/{shift_id}")
