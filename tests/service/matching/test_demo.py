"""The three teams of the demo over four weeks, planned by the matcher and looked at by the checker.

365 志愿服务队 (A13, A14: no patrol above 75), 红色管家 (A12: 1+N, whole or not at all; A08: qualifications on the
service date), 爱心托 (A17, A18: three roles in one session, never one adult alone with the children; A06: members stand
in for each other), and the night gate (A26: rest after a night, nobody old).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.rules import RolePlan, once
from service.calendars.rules import local
from service.company import actions as company
from service.company.rules import Rule
from service.demo.duties import CREWS
from service.matching import record
from service.matching.building import build_problem
from service.matching.checker import check
from service.matching.crews import lacking
from service.matching.problem import Opening, Problem
from service.matching.solution import Solution
from service.settings import Settings
from service.teams.models import Team
from service.teams.queries import members_on
from service.terms import Mode, QualificationKind
from service.volunteers.models import Volunteer
from service.volunteers.rules import age_on
from tests.factories import NOW

FOUR_WEEKS = timedelta(weeks=4)
TODAY = date(2026, 11, 23)


def planned(session: Session, *activities: Activity) -> tuple[Problem, Solution]:
    """Four weeks of the activities, in a plan with which the checker finds no fault."""
    ids = [activity.id for activity in activities]
    problem = build_problem(session, activity_ids=ids, from_at=NOW, until_at=NOW + FOUR_WEEKS, now=NOW)
    return problem, solved(problem)


def solved(problem: Problem) -> Solution:
    solution = record.solver_for(problem)(problem)
    assert check(problem, solution) == []
    return solution


def heads(problem: Problem, solution: Solution) -> Counter[int]:
    """Opening → who holds a place there already, and whom the plan adds."""
    return Counter([pin.opening_id for pin in problem.pins] + [one.opening_id for one in solution.placements])


def titled(session: Session, title: str) -> Activity:
    return session.scalars(select(Activity).where(Activity.title == title).order_by(Activity.id)).one()


def rota(
    session: Session, team_name: str, roles: list[RolePlan], days: list[date], *, starts: time, ends: time
) -> Activity:
    """A rota of a team of the demo on these days."""
    team = session.scalars(select(Team).where(Team.name.contains(team_name)).order_by(Team.id)).first()
    assert team is not None
    made = activities.draft(
        session,
        area_id=team.area_id,
        place_id=team.area_id,
        title=f"{team_name}四周",
        mode=Mode.ROTA,
        roles=roles,
        plans=[once(day, starts=starts, ends=ends) for day in days],
        contact_name="陈协调",
        contact_phone="0371-64350001",
        created_by=None,
        now=NOW,
        team_id=team.id,
    )
    activities.publish(session, made, now=NOW, account_id=None)
    return made


@pytest.fixture
def demo(neighbourhoods: Settings, session: Session) -> Session:
    """The demo as of NOW, in a transaction that is never committed."""
    return session


def test_a13_the_365_patrol_has_its_two_on_every_day_of_four_weeks(demo: Session) -> None:
    problem, solution = planned(demo, titled(demo, "365·平安网格巡查"))
    there = heads(problem, solution)
    days = {local_day(demo, opening.shift_id) for opening in problem.openings}
    assert {TODAY + timedelta(days=n) for n in range(28)} <= days | {TODAY}
    assert solution.open_roles == (), "covered every day"
    assert all(there[opening.id] >= 2 for opening in problem.openings)


def test_a14_nobody_patrols_above_the_age_of_the_role(demo: Session) -> None:
    _, solution = planned(demo, titled(demo, "365·平安网格巡查"))
    for placed in solution.placements:
        person = demo.get_one(Volunteer, placed.person_id)
        day = local_day(demo, demo.get_one(ShiftRole, placed.opening_id).shift_id)
        assert person.birth_on is None or age_on(person.birth_on, day) <= 75


def stewards(session: Session) -> list[Activity]:
    """红色管家: the medical team and the services that are held together with it."""
    return [titled(session, title) for title in CREWS[0]]


def test_a12_each_service_day_has_its_doctor_or_says_why_not(demo: Session) -> None:
    problem, solution = planned(demo, *stewards(demo))
    there = heads(problem, solution)
    told = {role.opening_id: role for role in solution.open_roles}
    doctors = [opening for opening in problem.openings if _requires(demo, opening.id) == [QualificationKind.DOCTOR]]
    assert len(doctors) >= 8, "twice a week"
    for opening in doctors:
        if there[opening.id] < opening.min_needed:
            assert told[opening.id].missing == opening.min_needed - there[opening.id]
            assert all(one.blockers for one in told[opening.id].hindered)


def test_a12_a_service_day_is_held_whole_or_nobody_comes_and_it_is_said_what_is_lacking(demo: Session) -> None:
    problem, solution = planned(demo, *stewards(demo))
    there, lacks = heads(problem, solution), lacking(problem, solution)
    days: dict[int, list[Opening]] = defaultdict(list)
    for opening in problem.openings:
        days[opening.crew].append(opening)
    saturdays = [parts for parts in days.values() if len({opening.shift_id for opening in parts}) == len(CREWS[0])]
    assert len(days) >= 8, "twice a week"
    assert len(saturdays) >= 4, "and on Saturdays all four"
    for parts in days.values():
        if any(there[opening.id] < opening.min_needed for opening in parts):
            assert not any(there[opening.id] for opening in parts)
            assert all(lacks[opening.shift_id] for opening in parts), "no day falls because two parts need one person"
    held = [all(there[opening.id] >= opening.min_needed for opening in parts) for parts in saturdays]
    assert held[0], "the next one is held"
    assert not all(held), "those for which nobody has asked yet are not"


def test_a08_whoever_is_placed_holds_the_qualification_on_that_day(demo: Session) -> None:
    problem, solution = planned(demo, *stewards(demo))
    starts = {opening.id: local_day(demo, opening.shift_id) for opening in problem.openings}
    for placed in solution.placements:
        for kind in _requires(demo, placed.opening_id):
            held = [one for one in demo.get_one(Volunteer, placed.person_id).qualifications if one.kind == kind]
            day = starts[placed.opening_id]
            assert any(one.verified_at and (one.valid_until is None or one.valid_until >= day) for one in held)


SCHOOL_DAYS = [day for n in range(1, 27) if (day := TODAY + timedelta(days=n)).isoweekday() <= 5]
SESSION = [RolePlan(name=name, min_needed=1, max_needed=2) for name in ("作业辅导", "兴趣", "陪护")]


def test_a17_and_a18_no_session_of_three_roles_has_one_adult_alone(demo: Session) -> None:
    made = rota(demo, "爱心托", SESSION, SCHOOL_DAYS, starts=time(16, 30), ends=time(18))
    company.ask(demo, made, rule=Rule(children=5, per_adult=5), account_id=None, now=NOW)
    problem, solution = planned(demo, made)
    by_shift = Counter(o.shift_id for o in problem.openings for _ in range(heads(problem, solution)[o.id]))
    assert len({opening.shift_id for opening in problem.openings}) == len(SCHOOL_DAYS)
    assert all(by_shift[opening.shift_id] != 1 for opening in problem.openings)
    assert sum(count >= 3 for count in by_shift.values()) == len(SCHOOL_DAYS), "and all three roles, every school day"


def test_a17_with_one_teacher_left_nobody_serves_and_the_reason_is_told(demo: Session) -> None:
    made = rota(demo, "爱心托", SESSION, SCHOOL_DAYS[:2], starts=time(16, 30), ends=time(18))
    company.ask(demo, made, rule=Rule(children=5), account_id=None, now=NOW)
    problem = build_problem(demo, activity_ids=[made.id], from_at=NOW, until_at=NOW + FOUR_WEEKS, now=NOW)
    last = problem.persons[0].id
    solution = solved(replace(problem, wishes=[wish for wish in problem.wishes if wish.person_id == last]))
    assert solution.placements == ()
    codes = {blocker.code.value for role in solution.open_roles for one in role.hindered for blocker in one.blockers}
    assert "two_adults" in codes


def test_a06_whoever_falls_out_is_stood_in_for_by_another_member(demo: Session) -> None:
    made = rota(demo, "爱心托", SESSION[:1], SCHOOL_DAYS[:5], starts=time(16, 30), ends=time(18))
    problem, solution = planned(demo, made)
    first = solution.placements[0]
    gone = [wish for wish in problem.wishes if (wish.person_id, wish.opening_id) != (first.person_id, first.opening_id)]
    again = solved(replace(problem, wishes=gone))
    substitute = {one.person_id for one in again.placements if one.opening_id == first.opening_id}
    team = {member.id for member in members_on(demo, made.team_id or 0, day=TODAY)}
    assert substitute
    assert substitute <= team - {first.person_id}


def test_a26_the_night_gate_has_no_elders_and_rests_after_a_night(demo: Session) -> None:
    nights = [TODAY + timedelta(days=n) for n in range(1, 15)]
    guard = [RolePlan(name="守门", min_needed=2, max_needed=2, min_age=18, max_age=65)]
    made = rota(demo, "365", guard, nights, starts=time(22), ends=time(23, 59))
    problem, solution = planned(demo, made)
    elders = {person.id for person in problem.persons if person.is_elder}
    assert all(opening.is_night for opening in problem.openings)
    assert not elders & {one.person_id for one in solution.placements}
    rested = replace(problem, openings=[replace(one, rest_after=2000) for one in problem.openings])
    dealt = solved(rested)
    days = {opening.id: opening.starts // 1440 for opening in problem.openings}
    of_each: dict[int, list[int]] = {}
    for one in dealt.placements:
        of_each.setdefault(one.person_id, []).append(days[one.opening_id])
    assert all(later - day > 1 for own in of_each.values() for day, later in pairwise(sorted(own)))


def local_day(session: Session, shift_id: int) -> date:
    return local(session.get_one(Shift, shift_id).starts_at).date()


def _requires(session: Session, shift_role_id: int) -> list[QualificationKind]:
    definition = session.scalars(
        select(ActivityRole)
        .join(ShiftRole, ShiftRole.activity_role_id == ActivityRole.id)
        .where(ShiftRole.id == shift_role_id)
    ).one()
    return [QualificationKind(kind) for kind in definition.requires]
