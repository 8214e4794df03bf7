"""From rows to a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Activity, ShiftRole
from service.activities.rules import RolePlan, once
from service.availability.queries import said
from service.calendars import actions as calendar
from service.calendars.rules import local
from service.company.queries import bonds_with, served
from service.drafting import actions as drafting
from service.matching import lexical
from service.matching.blockers import Blocker, Hindrance
from service.matching.building import QUALIFIED_WEIGHT, build_problem
from service.matching.checker import broken_rules
from service.matching.plan import Plan
from service.matching.problem import Problem, instant, minute
from service.matching.queries import pinned
from service.matching.rules import blockers
from service.places.models import Area
from service.roster import actions as roster
from service.roster import overdue
from service.signups import actions as signups
from service.signups import following, queries
from service.signups.asking import candidates
from service.signups.models import SignUp
from service.teams import actions as teams
from service.terms import HeatLevel, Mode, QualificationKind, Refusal, SignUpVia
from service.volunteers.models import Volunteer
from tests import factories

FROM, UNTIL = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC)
SATURDAY = date(2026, 11, 28)


def build(session: Session, activity: Activity, now: datetime) -> Problem:
    return build_problem(session, activity_ids=[activity.id], from_at=FROM, until_at=UNTIL, now=now)


def ask(session: Session, person: Volunteer, role: ShiftRole, *, now: datetime, rank: int = 1) -> SignUp:
    return signups.sign_up(
        session,
        volunteer_id=person.id,
        shift_id=role.shift_id,
        shift_role_id=role.id,
        now=now,
        via=SignUpVia.WEB,
        rank=rank,
    )


def offer(session: Session, person: Volunteer, role: ShiftRole, *, now: datetime, signup_id: int | None = None) -> int:
    row = queries.opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    offered = roster.offer(session, row=row, volunteer_id=person.id, signup_id=signup_id, now=now)
    assert offered is not None
    return offered.id


def test_sign_ups_become_wishes(session: Session, now: datetime) -> None:
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    people = [factories.volunteer(session, area, name) for name in ("甲", "乙")]
    asked = [ask(session, person, role, now=now, rank=rank) for rank, person in enumerate(people, start=1)]
    problem = build(session, activity, now)
    [opening] = problem.openings

    assert [(w.person_id, w.opening_id, w.rank, w.signup_id) for w in problem.wishes] == [
        (people[0].id, role.id, 1, asked[0].id),
        (people[1].id, role.id, 2, asked[1].id),
    ]
    assert (opening.starts, opening.ends) == (minute(datetime(2026, 11, 28, 1, tzinfo=UTC)), opening.starts + 150)
    assert (opening.week, opening.rest_after, opening.min_needed, opening.max_needed) == (202648, 30, 1, 2)
    assert [person.max_minutes for person in problem.persons] == [1200, 1200]


def test_how_far_it_is_from_home_is_told_where_it_differs(session: Session, now: datetime) -> None:
    here, next_door = factories.community(session), factories.community(session, "石窟路社区")
    activity = factories.activity(session, here, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    ask(session, factories.volunteer(session, here, "甲"), role, now=now)
    ask(session, factories.volunteer(session, here, "乙"), role, now=now)
    assert "travel" not in build(session, activity, now).to_json()["wishes"], "all live here: nothing to say"

    ask(session, factories.volunteer(session, next_door, "丙"), role, now=now)
    assert [wish.travel for wish in build(session, activity, now).wishes] == [2, 2, 3]


def test_only_open_shifts_to_come_in_the_window(session: Session, now: datetime) -> None:
    area = factories.community(session)
    plans = [once(date(2026, 11, day), starts=time(9), ends=time(11)) for day in (24, 25, 26)]
    activity = factories.activity(session, area, mode=Mode.MATCHED, plans=plans)
    first, second, third = factories.shifts(session, activity)
    activities.cancel_shift(session, second.id, reason="下雪", now=now, account_id=None)

    def seen(from_at: datetime, until_at: datetime, at: datetime) -> list[int]:
        problem = build_problem(session, activity_ids=[activity.id], from_at=from_at, until_at=until_at, now=at)
        return [opening.shift_id for opening in problem.openings]

    assert seen(FROM, UNTIL, now) == [first.id, third.id]
    assert seen(FROM, third.starts_at, now) == [first.id]
    assert seen(FROM, UNTIL, first.starts_at) == [third.id]
    activities.cancel_activity(session, activity, reason="下雪", now=now, account_id=None)
    assert seen(FROM, UNTIL, now) == []


def test_who_holds_a_place_is_pinned_and_not_asked_again(session: Session, now: datetime) -> None:
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    sure, asked = factories.volunteer(session, area, "甲"), factories.volunteer(session, area, "乙")
    first, second = ask(session, sure, role, now=now), ask(session, asked, role, now=now)
    roster.accept(session, assignment_id=offer(session, sure, role, now=now, signup_id=first.id), now=now)
    offer(session, asked, role, now=now, signup_id=second.id)
    problem = build(session, activity, now)

    assert [(pin.person_id, pin.is_confirmed) for pin in problem.pins] == [(sure.id, True), (asked.id, False)]
    assert problem.wishes == ()
    assert problem.commitments == ()


def test_a_plan_is_made_around_whom_the_desk_has_pencilled_in(session: Session, now: datetime) -> None:
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    role.min_needed, role.max_needed = 1, 2
    first, second, third = (factories.volunteer(session, area, name) for name in ("甲", "乙", "丙"))
    row = queries.opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    for person in (second, third, first):
        ask(session, person, role, now=now, rank=1 + (person is first))
    drafting.pencil_in(session, row=row, volunteer_id=first.id, account_id=1, now=now)
    session.flush()
    problem = build(session, activity, now)

    assert [(pin.person_id, pin.opening_id, pin.is_confirmed) for pin in problem.pins] == [(first.id, role.id, False)]
    assert problem.openings[0].kept == 0
    assert [wish.person_id for wish in problem.wishes] == [second.id, third.id], "hers waits for the pencil"
    solution = lexical.solve(problem)
    assert [one.person_id for one in solution.placements] == [second.id], "two places, one of them hers"
    assert [one.person_id for one in solution.unplaced] == [third.id]


def test_of_a_place_given_and_one_pencilled_in_the_given_one_counts(session: Session, now: datetime) -> None:
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    person = factories.volunteer(session, area, "甲")
    row = queries.opening(session, shift_id=role.shift_id, shift_role_id=role.id)
    assert row is not None
    drafting.pencil_in(session, row=row, volunteer_id=person.id, account_id=1, now=now)
    given = roster.take(session, row=row, volunteer_id=person.id, now=now)
    session.flush()
    assert given is not None
    assert [(pin.person_id, pin.is_confirmed) for pin in build(session, activity, now).pins] == [(person.id, True)]


def test_a_place_kept_for_a_withdrawal_is_not_given_away(session: Session, now: datetime) -> None:
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    person = factories.volunteer(session, area)
    signup = ask(session, person, role, now=now)
    assignment_id = offer(session, person, role, now=now, signup_id=signup.id)
    roster.accept(session, assignment_id=assignment_id, now=now)
    following.settle(session, assignment_ids=[assignment_id])
    signups.withdraw(session, signup_id=signup.id, now=now)
    [opening] = build(session, activity, now).openings
    assert opening.kept == 1


def test_who_may_not_serve_is_barred_with_all_the_reasons(session: Session, now: datetime) -> None:
    area = factories.community(session)
    doctor = RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,), max_age=70)
    team = factories.team(session, area)
    activity = factories.activity(session, area, mode=Mode.ROTA, roles=[doctor], team_id=team.id)
    lapsed = factories.volunteer(session, area, "甲", birth_on=date(1950, 1, 1))
    factories.qualified(session, lapsed, QualificationKind.DOCTOR, until=date(2026, 11, 27))
    licensed = factories.volunteer(session, area, "乙", birth_on=date(1980, 1, 1))
    factories.qualified(session, licensed, QualificationKind.DOCTOR, until=SATURDAY)
    for person in (lapsed, licensed):
        teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
    problem = build(session, activity, now)

    expired = (("kind", "doctor"), ("on", "2026-11-28"), ("valid_until", "2026-11-27"))
    assert [wish.barred for wish in problem.wishes] == [
        (
            Blocker(Refusal.QUALIFICATION_EXPIRED, details=expired),
            Blocker(Refusal.TOO_OLD, details=(("max_age", 70),)),  # her age itself is not kept
        ),
        (),
    ]
    assert problem.openings[0].weight == QUALIFIED_WEIGHT


def hindered_by_heat(problem: Problem, people: Sequence[Volunteer]) -> dict[tuple[str, int], list[str]]:
    """(name, hour of the shift) → the codes of heat among all that stands against it; without whom it does not bar."""
    plan, names = Plan(problem), {person.id: person.name for person in people}
    hours = {opening.id: local(instant(opening.starts)).hour for opening in problem.openings}
    found = {
        (names[wish.person_id], hours[wish.opening_id]): [
            one.code.value for one in blockers(plan, wish) if one.code in (Refusal.HEAT, Refusal.TOO_HOT)
        ]
        for wish in problem.wishes
    }
    hot = {hours[opening.id] for opening in problem.openings if opening.is_hot}
    assert hot == {hour for (_name, hour), codes in found.items() if codes}
    return {key: codes for key, codes in found.items() if codes}


def test_a_warning_of_great_heat_keeps_the_frail_from_what_is_outdoors(session: Session, now: datetime) -> None:
    area = factories.community(session)
    plans = [once(SATURDAY, starts=time(hour), ends=time(hour + 2)) for hour in (8, 12)]
    garden = factories.activity(session, area, mode=Mode.MATCHED, plans=plans, is_outdoors=True)
    class_room = factories.activity(session, area, mode=Mode.MATCHED, plans=plans)
    born = {"老": (1950, 1, 1), "七十整": (1956, 11, 28), "壮": (1956, 11, 29), "小": (2009, 1, 1)}
    people = [factories.volunteer(session, area, name, birth_on=date(*on)) for name, on in born.items()]
    for shift in (*factories.shifts(session, garden), *factories.shifts(session, class_room)):
        for person in people:
            ask(session, person, factories.only_role(session, shift), now=now)
    street = session.get_one(Area, area.parent_id)

    def hindered(level: HeatLevel, of: Activity) -> dict[tuple[str, int], list[str]]:
        days = {"from_on": SATURDAY, "until_on": SATURDAY}
        warning = calendar.warn_of_heat(session, area_id=street.id, level=level, **days, now=now, account_id=1)
        found = hindered_by_heat(build(session, of, now), people)
        calendar.withdraw_heat_warning(session, warning, now=now, account_id=1)
        return found

    assert hindered(HeatLevel.YELLOW, garden) == {(name, 12): ["heat"] for name in ("老", "七十整", "小")}
    assert hindered(HeatLevel.ORANGE, garden) == {
        ("老", 12): ["too_hot", "heat"],
        **{(name, 12): ["too_hot"] for name in ("七十整", "壮", "小")},
    }
    assert {hour for _name, hour in hindered(HeatLevel.RED, garden)} == {8, 12}
    assert hindered(HeatLevel.RED, class_room) == {}
    assert hindered_by_heat(build(session, garden, now), people) == {}, "taken back"


def test_an_elder_is_on_duty_for_half_a_day_without_a_pause(session: Session, now: datetime) -> None:
    """A26: three hours on, twenty minutes off, three hours on are one stretch; the second is not hers."""
    area = factories.community(session)
    plans = [once(SATURDAY, starts=start, ends=end) for start, end in ((time(8), time(11)), (time(11, 20), time(14)))]
    made = factories.activity(session, area, mode=Mode.MATCHED, plans=plans)
    for shift in factories.shifts(session, made):
        shift.rest_after = 0
    elder = factories.volunteer(session, area, "老", birth_on=date(1950, 1, 1))
    grown = factories.volunteer(session, area, "壮", birth_on=date(1970, 1, 1))
    for shift in factories.shifts(session, made):
        for person in (elder, grown):
            ask(session, person, factories.only_role(session, shift), now=now)
    problem = build(session, made, now)
    solution = lexical.solve(problem)

    assert {one.id: one.most_at_a_stretch for one in problem.persons} == {elder.id: 240, grown.id: None}
    assert broken_rules(problem, solution) == []
    assert Counter(one.person_id for one in solution.placements) == {elder.id: 1, grown.id: 2}
    [refused] = solution.unplaced
    assert Blocker(Hindrance.STRETCH, details=(("limit", 240),)) in refused.blockers


def test_a_rota_thinks_of_the_members_of_each_day(session: Session, now: datetime) -> None:
    area = factories.community(session)
    team = factories.team(session, area)
    plans = [once(day, starts=time(9), ends=time(11)) for day in (SATURDAY, SATURDAY + timedelta(days=1))]
    activity = factories.activity(session, area, mode=Mode.ROTA, plans=plans, team_id=team.id)
    saturday, sunday = (factories.only_role(session, shift) for shift in factories.shifts(session, activity))
    leaving, staying, stranger = (factories.volunteer(session, area, name) for name in ("甲", "乙", "丙"))
    teams.join_team(
        session, team_id=team.id, volunteer_id=leaving.id, from_on=date(2026, 1, 1), until_on=date(2026, 11, 29)
    )
    teams.join_team(session, team_id=team.id, volunteer_id=staying.id, from_on=date(2026, 1, 1))
    asked = ask(session, staying, saturday, now=now, rank=3)
    also = ask(session, stranger, sunday, now=now)

    assert [(w.person_id, w.opening_id, w.rank, w.signup_id) for w in build(session, activity, now).wishes] == [
        (leaving.id, saturday.id, 0, None),
        (staying.id, saturday.id, 3, asked.id),
        (staying.id, sunday.id, 0, None),
        (stranger.id, sunday.id, 1, also.id),
    ]


@pytest.mark.parametrize("how", ["declined", "unanswered", "withdrawn"])
def test_who_said_no_to_a_shift_is_not_asked_for_it_again(session: Session, now: datetime, how: str) -> None:
    area = factories.community(session)
    team = factories.team(session, area)
    activity = factories.activity(session, area, mode=Mode.ROTA, team_id=team.id)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    person = factories.volunteer(session, area)
    teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
    if how == "withdrawn":
        signups.withdraw(session, signup_id=ask(session, person, role, now=now).id, now=now)
    else:
        assignment_id = offer(session, person, role, now=now)
        if how == "declined":
            roster.decline(session, assignment_id=assignment_id, now=now)
        else:
            overdue.expire_offers(session, now=now + timedelta(days=3))
    session.flush()
    [wish] = build(session, activity, now).wishes
    assert wish.barred == (Blocker(Hindrance.SAID_NO),)

    ask(session, person, role, now=now)  # she changes her mind, and asks by herself
    [wish] = build(session, activity, now).wishes
    assert (wish.rank, wish.barred) == (1, ())


def test_duties_elsewhere_and_the_load_of_twelve_weeks(session: Session, now: datetime) -> None:
    area = factories.community(session)
    person = factories.volunteer(session, area)
    starts = [now + timedelta(days=days) for days in (-90, -10, 6)]
    for starts_at in starts:
        serve(session, area, person, starts_at)
    activity = factories.activity(session, area, mode=Mode.MATCHED)
    ask(session, person, factories.only_role(session, factories.shifts(session, activity)[0]), now=now)
    problem = build(session, activity, now)

    assert [p.load_minutes for p in problem.persons] == [120]
    assert [duty.starts for duty in problem.commitments] == [minute(starts[2])]


def serve(session: Session, area: Area, person: Volunteer, starts_at: datetime) -> None:
    """She has a place in a shift of two hours, in another activity, published a day before."""
    before = starts_at - timedelta(days=1)
    start, end = local(starts_at), local(starts_at + timedelta(hours=2))
    plan = once(start.date(), starts=start.time(), ends=end.time())
    activity = factories.activity(session, area, plans=[plan], is_published=False, now=before)
    activities.publish(session, activity, now=before, account_id=None)
    ask(session, person, factories.only_role(session, factories.shifts(session, activity)[0]), now=before)


def test_an_instant_activity_gives_an_empty_problem(session: Session, now: datetime) -> None:
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.INSTANT)
    assert build(session, activity, now).openings == ()


def test_what_a_problem_asks_of_many_people_it_asks_at_once_however_many(session: Session, now: datetime) -> None:
    """A statement takes 65,535 values, and a district has more volunteers: they are told as one array."""
    many = range(1, 70_001)

    assert len(said(session, many)) == len(many)
    assert candidates(session, many, around=FROM, until=UNTIL) == {}
    assert bonds_with(session, many) == {}
    assert served(session, 1, many, before=now) == {}
    assert pinned(session, many) == []
