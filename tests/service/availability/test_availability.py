"""What people say of when they come, kept, and what goes by it: plans, searches, swaps, rotations, the desk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.activities.rules import DatesPlan, once
from service.availability import actions, queries
from service.availability.actions import BackBeforeGone
from service.availability.models import TimeOfWeek
from service.availability.rules import SLOTS, NeverComes, Said, Slot, slots
from service.backfill import candidates
from service.db import transaction
from service.drafting import queries as drafting
from service.matching import checker, greedy, lexical
from service.matching.building import build_problem
from service.matching.problem import CAN as CAN_LEVEL
from service.matching.problem import CANNOT as CANNOT_LEVEL
from service.matching.problem import IF_NEEDED as IF_NEEDED_LEVEL
from service.matching.problem import Problem
from service.places.models import Area
from service.rotation import queries as rotations
from service.rotation.building import build as deal_problem
from service.rotation.problem import Bar
from service.signups.queries import opening
from service.teams import actions as teams
from service.terms import Availability, DayPart, Mode, Rung
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.ledger import audited
from tests.service.backfill.lane import Lane
from tests.service.rotation.gate import TODAY, neighbours, newest, open_gate

CAN, IF_NEEDED, CANNOT = Availability.CAN, Availability.IF_NEEDED, Availability.CANNOT
#: The shift of `factories.activity` is on a Saturday morning.
SATURDAY, SATURDAY_MORNING = date(2026, 11, 28), (6, DayPart.MORNING)
DAY = timedelta(days=1)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def her(session: Session, area: Area) -> Volunteer:
    return factories.volunteer(session, area)


def says(session: Session, person: Volunteer, **week: Availability) -> None:
    slot = {"saturday_morning": SATURDAY_MORNING}
    actions.say_week(
        session, person, week={slot[name]: answer for name, answer in week.items()}, noted_by=None, now=NOW
    )


def is_away(session: Session, person: Volunteer, first: date, last: date, *, now: datetime = NOW) -> None:
    actions.note_absence(session, person, from_on=first, until_on=last, noted_by=None, now=now)


def test_the_week_is_said_anew_each_time(session: Session, her: Volunteer) -> None:
    says(session, her, saturday_morning=CANNOT)
    actions.say_week(
        session, her, week={(1, DayPart.EVENING): IF_NEEDED, (2, DayPart.MORNING): CAN}, noted_by=None, now=NOW
    )
    assert queries.said(session, [her.id])[her.id].week == {(1, DayPart.EVENING): IF_NEEDED}
    with pytest.raises(NeverComes):
        actions.say_week(session, her, week=dict.fromkeys(SLOTS, CANNOT), noted_by=None, now=NOW)
    assert queries.said(session, [her.id])[her.id].week == {(1, DayPart.EVENING): IF_NEEDED}


def test_who_writes_it_down_for_her_is_written_down(session: Session, her: Volunteer) -> None:
    says(session, her, saturday_morning=CANNOT)
    limits = {"most_a_week": 2, "most_a_day": 1, "most_at_a_stretch": 3}
    actions.set_limits(session, her, **limits, noted_by=5, now=NOW)
    absence = actions.note_absence(session, her, from_on=TODAY, until_on=TODAY, noted_by=5, now=NOW)
    actions.forget_absence(session, absence, noted_by=5, now=NOW)
    mine = [(verb, account) for verb, _kind, id_, account in audited(session) if id_ == her.id]
    assert mine == [("noted_limits", 5), ("noted_absence", 5), ("forgot_absence", 5)]


def test_nobody_is_back_before_she_has_gone(session: Session, her: Volunteer) -> None:
    with pytest.raises(BackBeforeGone):
        is_away(session, her, SATURDAY, SATURDAY - DAY)
    assert queries.absences(session, her.id, from_on=TODAY) == []


def test_the_conditions_of_a_search_say_what_the_rules_say(session: Session, area: Area) -> None:
    """The database and `Said.of`, for shifts all over the week and people who said all kinds of things."""
    activity = factories.activity(session, area, plans=[_hours(day, hour) for day in range(7) for hour in range(24)])
    everybody = [factories.volunteer(session, area, f"居民{n}") for n in range(8)]
    for number, person in enumerate(everybody[:6], start=1):
        week: dict[Slot, Availability] = {
            slot: (CANNOT, IF_NEEDED, CAN)[(n * n + number * n + number) % 3] for n, slot in enumerate(SLOTS)
        }
        actions.say_week(session, person, week=week, noted_by=None, now=NOW)
    is_away(session, everybody[1], SATURDAY, SATURDAY + DAY)
    actions.avoid(session, everybody[7], activity_ids=[activity.id], noted_by=None, now=NOW)
    heard = queries.said(session, [person.id for person in everybody])
    for shift in factories.shifts(session, activity):
        answers = {
            person.id: heard[person.id].of(shift.starts_at, shift.ends_at, activity_id=activity.id)
            for person in everybody
        }
        cannot = set(session.scalars(select(Volunteer.id).where(queries.cannot_come(shift))))
        spare = set(session.scalars(select(Volunteer.id).where(queries.if_needed(shift))))
        assert cannot == {one for one, answer in answers.items() if answer == CANNOT}
        assert spare - cannot == {one for one, answer in answers.items() if answer == IF_NEEDED}


def _hours(day: int, hour: int) -> DatesPlan:
    on = SATURDAY + day * DAY
    return once(on, starts=time(hour), ends=time((hour + 3) % 24))


def test_a_rota_asks_nobody_who_cannot_and_keeps_her_limits(session: Session, area: Area, her: Volunteer) -> None:
    """A13, A26: what members said of their week is a fact of the plan."""
    team = factories.team(session, area)
    names = ("能来", "必要时", "请假", "不做这个")
    people = [her, *(factories.volunteer(session, area, name) for name in names)]
    for person in people:
        teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
    activity = factories.activity(session, area, mode=Mode.ROTA, team_id=team.id)
    says(session, her, saturday_morning=CANNOT)
    says(session, people[2], saturday_morning=IF_NEEDED)
    is_away(session, people[3], SATURDAY, SATURDAY)
    actions.avoid(session, people[4], activity_ids=[activity.id], noted_by=None, now=NOW)
    actions.set_limits(session, people[1], most_a_week=2, most_a_day=1, most_at_a_stretch=3, noted_by=None, now=NOW)
    problem = build(session, activity)
    assert {wish.person_id: wish.availability for wish in problem.wishes} == {
        her.id: CANNOT_LEVEL,
        people[1].id: CAN_LEVEL,
        people[2].id: IF_NEEDED_LEVEL,
        people[3].id: CANNOT_LEVEL,
        people[4].id: CANNOT_LEVEL,
    }
    limits = {p.id: (p.most_a_week, p.most_a_day, p.most_at_a_stretch) for p in problem.persons}
    assert limits[people[1].id] == (2, 1, 180)
    assert limits[her.id] == (None, None, None)


@pytest.mark.parametrize(
    ("said", "is_elder", "minutes"),
    [(None, False, None), (3, False, 180), (8, False, 480), (None, True, 240), (3, True, 180), (8, True, 240)],
)
def test_an_elder_may_ask_for_less_and_never_for_more(said: int | None, is_elder: bool, minutes: int | None) -> None:
    assert Said(most_at_a_stretch=said).stretch(is_elder=is_elder) == minutes


def test_a_rota_takes_who_can_before_who_comes_only_if_need_be(session: Session, area: Area) -> None:
    """Though she has served least of all; alone, she is taken."""
    team = factories.team(session, area)
    can, spare = (factories.volunteer(session, area, name) for name in ("能来", "必要时"))
    for person in (can, spare):
        teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
    activity = factories.activity(session, area, mode=Mode.ROTA, team_id=team.id)
    says(session, spare, saturday_morning=IF_NEEDED)
    problem = build(session, activity)
    burdened = [replace(one, load_minutes=6000 * (one.id == can.id)) for one in problem.persons]
    for solve in (lexical.solve, greedy.solve):
        solution = solve(replace(problem, persons=burdened))
        assert [one.person_id for one in solution.placements] == [can.id]
        assert checker.check(replace(problem, persons=burdened), solution) == []
    says(session, can, saturday_morning=CANNOT)
    assert [one.person_id for one in lexical.solve(build(session, activity)).placements] == [spare.id]


def test_who_asked_herself_can_come_unless_she_has_gone_away_since(
    session: Session, area: Area, her: Volunteer
) -> None:
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    says(session, her, saturday_morning=CANNOT)
    is_away(session, her, SATURDAY, SATURDAY, now=NOW - DAY)
    factories.sign_up(session, her, role, now=NOW)
    assert [wish.availability for wish in build(session, activity).wishes] == [CAN_LEVEL]
    is_away(session, her, SATURDAY, SATURDAY, now=NOW + DAY)
    assert [wish.availability for wish in build(session, activity).wishes] == [CANNOT_LEVEL]


def build(session: Session, activity: Activity) -> Problem:
    session.flush()
    until = NOW + timedelta(days=28)
    return build_problem(session, activity_ids=[activity.id], from_at=NOW, until_at=until, now=NOW)


def test_a_search_asks_who_can_then_who_comes_if_need_be_and_nobody_else(session: Session) -> None:
    lane = Lane(session, datetime(2026, 11, 28, 1, tzinfo=NOW.tzinfo))
    need_be, can, gone = (lane.member(name) for name in ("必要时", "能来", "请假"))
    [signup] = lane.filled(lane.member("陈退出"))
    says(session, need_be, saturday_morning=IF_NEEDED)
    is_away(session, gone, SATURDAY, SATURDAY)
    lane.drop_out(signup)
    yet = candidates.next_ones(session, lane.search(), Rung.TEAM, row=lane.row(), limit=5)
    asked = [lane.invitation(person).volunteer_id for person in (can, need_be) if person.name in lane.asked()]
    assert asked + yet == [can.id, need_be.id]
    assert "请假" not in lane.asked()


def test_colleagues_who_cannot_are_not_proposed_for_a_swap(session: Session) -> None:
    lane = Lane(session, datetime(2026, 11, 28, 1, tzinfo=NOW.tzinfo))
    holder, need_be, can, gone = (lane.member(name) for name in ("持班", "必要时", "能来", "请假"))
    says(session, need_be, saturday_morning=IF_NEEDED)
    is_away(session, gone, SATURDAY, SATURDAY)
    proposed = candidates.colleagues(session, lane.row(), holder_id=holder.id)
    assert [one.id for one in proposed] == [can.id, need_be.id]


def test_the_desk_sees_what_each_says_and_who_can_comes_first(session: Session, area: Area, her: Volunteer) -> None:
    team = factories.team(session, area)
    other = factories.volunteer(session, area, "赵谷雨")
    for person in (her, other):
        teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
    activity = factories.activity(session, area, team_id=team.id)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    says(session, her, saturday_morning=CANNOT)
    row = opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    people = drafting.ranked(session, row, scope_ids=[area.id], now=NOW)
    assert [(one.person.id, one.availability, one.can) for one in people] == [
        (other.id, CAN, True),
        (her.id, CANNOT, True),
    ]


def test_a_rotation_deals_her_no_block_while_she_is_away_or_cannot(session: Session, area: Area) -> None:
    """A26."""
    people = neighbours(session, area, 4)
    gate = open_gate(session, people=people, area=area, now=NOW, until_on=TODAY + DAY)
    is_away(session, people[0], TODAY, TODAY)
    actions.say_week(session, people[1], week={(1, DayPart.EVENING): CANNOT}, noted_by=None, now=NOW)
    rows = rotations.blocks(session, gate, from_at=NOW, until_at=NOW + 3 * DAY)
    problem = deal_problem(session, gate, newest(session, gate), now=NOW).problem
    known = {person.id: person for person in problem.people}
    times = {row.ShiftRole.id: slots(row.Shift.starts_at, row.Shift.ends_at) for row in rows}
    tonight = {role for role, there in times.items() if (1, DayPart.EVENING) in there}
    assert tonight
    assert {known[people[1].id].unfit.get(role) for role in tonight} == {Bar.SAID_NO}
    assert len(known[people[0].id].absences) == 1


@pytest.mark.usefixtures("database")
def test_said_twice_at_once_one_of_the_two_stands_whole() -> None:
    with transaction() as session:
        person = factories.volunteer(session, factories.community(session))
        number = person.id
    weeks = [dict.fromkeys(SLOTS[:10], CANNOT), dict.fromkeys(SLOTS[10:], CANNOT)]

    def say(week: dict[Slot, Availability]) -> None:
        with transaction() as session:
            actions.say_week(session, session.get_one(Volunteer, number), week=week, noted_by=None, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(say, weeks))
    with transaction() as session:
        kept = {(one.weekday, DayPart(one.part)) for one in session.scalars(select(TimeOfWeek))}
    assert kept in [set(week) for week in weeks]
