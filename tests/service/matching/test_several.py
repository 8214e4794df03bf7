"""A run over several activities: held together, or all that a community plans in a week."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import combinations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.activities.rules import RolePlan, once
from service.company import actions as company
from service.company.rules import GUIDES_AFTER, Rule
from service.db import transaction
from service.matching import actions, explain, lexical, queries, record, solving
from service.matching.blockers import Hindrance
from service.matching.building import build_problem
from service.matching.checker import check
from service.matching.form import VERSION
from service.matching.models import MatchRun
from service.matching.problem import Problem
from service.matching.solution import Solution
from service.matching.telling import why_unplaced
from service.places.models import Area
from service.roster.actions import occupied
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.teams import actions as teams
from service.terms import AssignmentState, MatchRunState, Mode
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.factories import NOW
from tests.service.matching.test_actions import FROM, UNTIL, publish
from tests.service.matching.test_solving import Slow, in_the_middle, run_as_it_is

SATURDAY = date(2026, 11, 28)
ONE = (RolePlan(name="引导员", min_needed=1, max_needed=1),)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def planned(session: Session, area: Area, *titles: str, **details: object) -> list[Activity]:
    """Activities of one place on one Saturday morning, all at the same hours."""
    details = {"mode": Mode.MATCHED, "roles": ONE, **details}
    return [factories.activity(session, area, title=title, **details) for title in titles]  # type: ignore[arg-type]


def role_of(session: Session, activity: Activity) -> ShiftRole:
    return factories.only_role(session, factories.shifts(session, activity)[-1])


def ask(session: Session, person: Volunteer, activity: Activity, *, rank: int = 1) -> None:
    factories.sign_up(session, person, role_of(session, activity), rank=rank)


def people(session: Session, area: Area, *names: str) -> list[Volunteer]:
    return [factories.volunteer(session, area, name) for name in names]


def requested(
    session: Session, *activities: Activity, from_at: datetime = FROM, until_at: datetime = UNTIL
) -> MatchRun:
    ids = [activity.id for activity in activities]
    return actions.request(session, activity_ids=ids, from_at=from_at, until_at=until_at, account_id=1, now=NOW)


def solved(session: Session, *activities: Activity) -> MatchRun:
    run = requested(session, *activities)
    actions.solve(session, match_run_id=run.id, now=NOW)
    return run


def problem_of(session: Session, *activities: Activity) -> Problem:
    session.flush()
    ids = [activity.id for activity in activities]
    return build_problem(session, activity_ids=ids, from_at=NOW, until_at=UNTIL, now=NOW)


def plan(session: Session, *activities: Activity) -> tuple[Problem, Solution]:
    """A plan that the independent checker finds no fault with."""
    problem = problem_of(session, *activities)
    solution = lexical.solve(problem)
    assert check(problem, solution) == []
    return problem, solution


def placed(solution: Solution) -> set[tuple[int, int]]:
    return {(one.person_id, one.opening_id) for one in solution.placements}


# --- what is weighed together ---


def test_wishes_for_two_activities_at_one_time_are_weighed_together(session: Session, area: Area) -> None:
    """By itself each activity would take her who asked first, and one of them would stay without anybody."""
    clinic, talk = planned(session, area, "义诊", "讲座")
    both, only = people(session, area, "两个都行", "只想义诊")
    ask(session, both, clinic)
    ask(session, both, talk, rank=2)
    ask(session, only, clinic)
    alone = {key for activity in (clinic, talk) for key in placed(plan(session, activity)[1])}
    assert len({person_id for person_id, _ in alone}) == 1

    _, solution = plan(session, clinic, talk)
    assert placed(solution) == {(only.id, role_of(session, clinic).id), (both.id, role_of(session, talk).id)}
    run = solved(session, clinic, talk)
    publish(session, run, NOW)
    offered = select(Assignment.volunteer_id).where(Assignment.state == AssignmentState.OFFERED)
    assert set(session.scalars(offered)) == {both.id, only.id}


def test_a_crew_over_activities_is_placed_whole_or_not_at_all(session: Session, area: Area) -> None:
    """A12: a medical team and two services; the one that lacks somebody is named."""
    team, talk, visit = planned(session, area, "医疗队", "健康讲座", "走访")
    company.hold_together(session, team, others=[talk, visit], account_id=None, now=NOW)
    doctor, speaker, visitor = people(session, area, "安大夫", "主讲", "走访员")
    ask(session, doctor, team)
    ask(session, speaker, talk)
    run = solved(session, team)
    assert run.activity_ids == [team.id, talk.id, visit.id], "asked of one, it covers what is held together with it"
    solution = record.solution_of(session, run)
    assert solution.placements == ()
    [why] = [one.blockers for one in solution.unplaced if one.person_id == doctor.id]
    assert [blocker.code for blocker in why] == [Hindrance.CREW]
    [told] = explain.reasons(
        queries.known(session, run), next(one for one in solution.unplaced if one.person_id == doctor.id)
    )
    assert told.startswith("同组的“走访”")

    ask(session, visitor, visit)
    problem, solution = plan(session, team, talk, visit)
    assert {person_id for person_id, _ in placed(solution)} == {doctor.id, speaker.id, visitor.id}
    assert len({opening.crew for opening in problem.openings}) == 1


def test_days_of_a_crew_stand_by_themselves_and_are_planned_whole(session: Session, area: Area) -> None:
    days = [once(SATURDAY + timedelta(days=n), starts=time(9), ends=time(10)) for n in (0, 1)]
    afternoon = [once(SATURDAY, starts=time(15), ends=time(16))]
    [team], [talk] = planned(session, area, "医疗队", plans=days), planned(session, area, "讲座", plans=afternoon)
    company.hold_together(session, talk, others=[team], account_id=None, now=NOW)
    noon = datetime(2026, 11, 28, 4, tzinfo=UTC)
    run = requested(session, team, from_at=noon - timedelta(hours=4), until_at=noon)
    assert (run.from_at, run.until_at) == (noon - timedelta(hours=12), noon + timedelta(hours=12))
    doctor, speaker = people(session, area, "安大夫", "主讲")
    for shift in factories.shifts(session, team):
        factories.sign_up(session, doctor, factories.only_role(session, shift))
    _, solution = plan(session, team, talk)
    sunday = factories.only_role(session, factories.shifts(session, team)[1])
    assert placed(solution) == {(doctor.id, sunday.id)}, "on Sunday nothing else is held"
    ask(session, speaker, talk)
    assert len(plan(session, team, talk)[1].placements) == 3


def test_who_is_new_in_one_activity_may_know_the_way_in_another(session: Session, area: Area) -> None:
    """Old hands of one guide nobody in the other, and an activity that pairs nobody asks for no guide."""
    two = (RolePlan(name="引导员", min_needed=1, max_needed=2),)
    clinic, patrol, fair = planned(session, area, "义诊", "巡逻", "集市", roles=two)
    for activity in (clinic, patrol):
        company.ask(session, activity, rule=Rule(pairs_newcomers=True), account_id=None, now=NOW)
    hand, new = people(session, area, "义诊老手", "新来的")
    for weeks in range(1, 1 + GUIDES_AFTER):
        _has_served(session, hand, factories.shifts(session, clinic)[-1], weeks=weeks)
    for person in (hand, new):
        ask(session, person, clinic)
    both = {(person.id, role_of(session, clinic).id) for person in (hand, new)}
    problem, solution = plan(session, clinic, patrol, fair)
    assert placed(solution) == both
    assert problem.to_json()["version"] == VERSION
    assert Problem.from_json(problem.to_json()).input_hash == problem.input_hash

    for person in people(session, area, "想巡逻的", "也想巡逻"):
        ask(session, person, patrol)
    hand_too, fresh = people(session, area, "义诊老手乙", "想去集市的")
    for weeks in range(1, 1 + GUIDES_AFTER):
        _has_served(session, hand_too, factories.shifts(session, clinic)[-1], weeks=10 + weeks)
    ask(session, hand_too, patrol)
    ask(session, fresh, fair)
    _, solution = plan(session, clinic, patrol, fair)
    assert placed(solution) == both | {(fresh.id, role_of(session, fair).id)}


def _has_served(session: Session, person: Volunteer, like: Shift, *, weeks: int) -> None:
    shift = factories.further_shift(session, like, like.starts_at - timedelta(weeks=weeks))
    shift.roles[0].taken = 1
    session.add(
        Assignment(
            area_id=shift.area_id,
            shift_id=shift.id,
            shift_role_id=shift.roles[0].id,
            volunteer_id=person.id,
            state=AssignmentState.COMPLETED,
            occupies=occupied(shift),
            assigned_at=shift.starts_at,
        )
    )
    session.flush()


def test_each_activity_asks_in_its_own_shifts_and_thinks_of_its_own_team(session: Session, area: Area) -> None:
    team = factories.team(session, area)
    [member] = people(session, area, "队员")
    teams.join_team(session, team_id=team.id, volunteer_id=member.id, from_on=date(2026, 1, 1))
    [rota], [lesson] = planned(session, area, "轮值", mode=Mode.ROTA, team_id=team.id), planned(session, area, "课堂")
    company.ask(session, lesson, rule=Rule(children=5), account_id=None, now=NOW)
    problem = problem_of(session, rota, lesson)
    assert {wish.opening_id for wish in problem.wishes} == {role_of(session, rota).id}
    children = {opening.id: opening.children for opening in problem.openings}
    assert children == {role_of(session, rota).id: 0, role_of(session, lesson).id: 5}


# --- asking for it ---


def test_requests_join_by_activity_and_time(session: Session, area: Area) -> None:
    clinic, talk, visit = planned(session, area, "义诊", "讲座", "走访")
    first, other = requested(session, clinic), requested(session, visit)
    assert first.id != other.id
    later = requested(session, clinic, from_at=UNTIL + timedelta(days=7), until_at=UNTIL + timedelta(days=14))
    assert later.id != first.id, "the weeks in between were asked for by nobody"
    joined = requested(session, talk, clinic)
    assert (joined.id, joined.activity_ids) == (first.id, [clinic.id, talk.id])
    whole = requested(session, talk, visit)
    assert (whole.id, whole.activity_ids) == (first.id, [clinic.id, talk.id, visit.id])
    assert (other.state, later.state) == (MatchRunState.DISCARDED, MatchRunState.REQUESTED)


def test_nothing_is_planned_over_two_communities_or_of_nothing(session: Session, area: Area) -> None:
    [here], [far] = planned(session, area, "义诊"), planned(session, factories.community(session, "石窟路社区"), "别处")
    instant = factories.activity(session, area)
    for wrong in ([here, far], [], [here, instant]):
        with pytest.raises(actions.NothingToMatch):
            requested(session, *wrong)
    assert [activity.id for activity, _ in _of_community(session, area)] == [here.id]
    assert [shifts for _, shifts in _of_community(session, area)] == [1]


def _of_community(session: Session, area: Area) -> list[tuple[Activity, int]]:
    rows = queries.planned_together(session, area, from_at=FROM, until_at=UNTIL)
    return [(activity, shifts) for activity, shifts in rows]


def test_a_run_is_found_by_each_of_its_activities(session: Session, area: Area) -> None:
    clinic, talk = planned(session, area, "义诊", "讲座")
    one, other = people(session, area, "甲", "乙")
    for person in (one, other):
        ask(session, person, talk)
    run = solved(session, clinic, talk)
    for activity in (clinic, talk):
        assert [found.id for found in queries.listed(session, scope_ids=[area.id], activity_id=activity.id)] == [run.id]
    assert [(row[0], list(row[1])) for row in queries.unpublished(session, scope_ids=[area.id])] == [
        (run.id, ["义诊", "讲座"])
    ]
    assert record.replay(session, run.id).is_identical
    publish(session, run, NOW)
    [refused] = record.solution_of(session, run).unplaced
    [signup] = [asked for asked in _sign_ups(session, talk) if asked.id == refused.signup_id]
    assert why_unplaced(session, signup) == refused


def _sign_ups(session: Session, activity: Activity) -> list[SignUp]:
    shift = factories.shifts(session, activity)[0]
    return list(session.scalars(select(SignUp).where(SignUp.shift_id == shift.id)))


# --- two runs that share an activity and time ---


def three(session: Session) -> list[int]:
    """Three activities, two people for each; their ids."""
    area = factories.community(session)
    made = planned(session, area, "义诊", "讲座", "走访")
    for activity in made:
        for person in people(session, area, f"{activity.title}甲", f"{activity.title}乙"):
            ask(session, person, activity)
    return [activity.id for activity in made]


def run_of(ids: list[int], session: Session) -> int:
    """Ask for a plan of these; the run's id."""
    return actions.request(session, activity_ids=ids, from_at=FROM, until_at=UNTIL, account_id=1, now=NOW).id


def solve(run_id: int, session: Session) -> None:
    solving.solve(session, match_run_id=run_id, now=NOW)


def test_a_newer_run_of_one_of_them_takes_the_place_of_one_being_solved(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, talk, visit = committed(three)
    old = committed(partial(run_of, [clinic, talk]))
    newer: list[int] = []

    def ask_again() -> None:
        newer.append(committed(partial(run_of, [talk, visit])))
        assert solving.begin(newer[0], now=NOW)

    in_the_middle(old, Slow(monkeypatch), NOW, meanwhile=ask_again)
    assert run_as_it_is(old).state == MatchRunState.DISCARDED
    committed(partial(solve, newer[0]))
    made = run_as_it_is(newer[0])
    assert (made.state, made.activity_ids) == (MatchRunState.DRAFTED, [clinic, talk, visit])
    assert _drafted() == {newer[0]: 3}


def test_a_newer_run_of_one_of_them_plans_what_a_draft_planned_and_is_no_worse(database: Settings) -> None:
    clinic, talk, visit = committed(three)
    old = committed(partial(run_of, [clinic, talk]))
    committed(partial(solve, old))
    beside = committed(partial(run_of, [visit]))
    committed(partial(solve, beside))
    newer = committed(partial(run_of, [talk]))
    assert solving.begin(newer, now=NOW)
    assert _drafted() == {old: 2, beside: 1}, "a draft stays until the new plan is there"
    committed(partial(solve, newer))
    made = run_as_it_is(newer)
    assert (made.activity_ids, len(record.problem_of(made).drafts)) == ([clinic, talk], 2)
    assert _drafted() == {newer: 2, beside: 1}


def test_what_is_published_in_the_middle_of_another_activity_of_the_set_is_a_fact(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, talk, _visit = committed(three)
    old = committed(partial(run_of, [clinic, talk]))
    committed(partial(solve, old))
    newer = committed(partial(run_of, [talk]))

    def publish_old() -> None:
        with transaction() as session:
            publish(session, session.get_one(MatchRun, old), NOW)

    in_the_middle(newer, Slow(monkeypatch), NOW, meanwhile=publish_old)
    made = run_as_it_is(newer)
    assert (made.state, len(record.problem_of(made).pins)) == (MatchRunState.DRAFTED, 2)
    assert _drafted() == {}, "everybody needed is asked already"


def test_requests_for_sets_that_meet_leave_one_run_waiting(database: Settings) -> None:
    clinic, talk, visit = committed(three)
    sets = [[clinic], [talk, visit], [visit], [clinic, talk, visit], [talk], [clinic, talk]]
    assert all(isinstance(made, int) for made in together(*(partial(run_of, ids) for ids in sets)))
    with transaction() as session:
        waiting = select(MatchRun.activity_ids).where(MatchRun.state == MatchRunState.REQUESTED)
        left = session.scalars(waiting).all()
    assert all(not set(one) & set(other) for one, other in combinations(left, 2))
    assert sorted(number for ids in left for number in ids) == [clinic, talk, visit]


def test_runs_that_meet_solved_at_once_leave_one_plan(database: Settings) -> None:
    """Three sets, each sharing an activity with another, begun in whatever order the database lets them."""
    clinic, talk, visit = committed(three)
    runs = []
    for ids in ([clinic, talk], [visit], [talk, visit]):
        run_id = committed(partial(run_of, ids))
        runs.append(run_id)
        with transaction() as session:  # nobody joins it: as if each had been picked up before the next was asked for
            session.get_one(MatchRun, run_id).state = MatchRunState.SOLVING
    assert together(*(partial(solve, run_id) for run_id in runs)) == [None] * 3
    states = {run_id: run_as_it_is(run_id) for run_id in runs}
    plans = [run for run in states.values() if run.state == MatchRunState.DRAFTED]
    assert {run.state for run in states.values()} <= {MatchRunState.DRAFTED, MatchRunState.DISCARDED}
    assert all(not set(one.activity_ids) & set(other.activity_ids) for one, other in combinations(plans, 2))
    assert sorted(number for run in plans for number in run.activity_ids) == [clinic, talk, visit]
    assert set(_drafted()) == {run.id for run in plans}
    assert sum(_drafted().values()) == 3


def _drafted() -> dict[int | None, int]:
    """How many drafts each run has."""
    with transaction() as session:
        drafted = select(Assignment.match_run_id).where(Assignment.state == AssignmentState.DRAFTED)
        found: dict[int | None, int] = {}
        for run_id in session.scalars(drafted):
            found[run_id] = found.get(run_id, 0) + 1
        return found
