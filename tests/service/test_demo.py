"""The demo neighbourhoods: the figures of their communities, their three teams, and people at work."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import demo
from service.accounts import queries as accounts
from service.activities.models import Activity, Shift
from service.calendars.days import NATIONAL
from service.calendars.rules import local
from service.demo import loading, people
from service.demo.neighbourhoods import NORTH, SOUTH
from service.places import queries as places
from service.places.models import Area
from service.roster import queries as roster
from service.roster.models import Assignment
from service.secrets import unseal
from service.settings import Settings, settings
from service.signups.models import SignUp
from service.teams import queries as teams
from service.teams.models import Membership, Programme, Team
from service.terms import AreaKind, AssignmentState, Channel, Mode, QualificationKind, Role, SignUpState
from service.volunteers.models import Qualification, Volunteer
from service.volunteers.rules import age_on
from tests import invariants
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("neighbourhoods")
TODAY = local(NOW).date()


def area(session: Session, name: str) -> Area:
    return session.scalars(select(Area).where(Area.name == name)).one()


def below(session: Session, name: str, kind: AreaKind) -> list[Area]:
    return [a for a in places.subtree(session, area(session, name).id) if a.kind == kind]


def team(session: Session, name: str) -> Team:
    return session.scalars(select(Team).where(Team.name == name)).one()


def shifts(session: Session, title: str) -> Sequence[Shift]:
    return session.scalars(
        select(Shift).join(Activity).where(Activity.title == title, Shift.starts_at > NOW).order_by(Shift.starts_at)
    ).all()


def test_the_tree_has_two_streets_of_six_communities_each_with_a_telephone(session: Session) -> None:
    for street in (NORTH, SOUTH):
        assert len(below(session, street, AreaKind.COMMUNITY)) == 6
    assert len(below(session, "园丁街一号楼院", AreaKind.BUILDING)) == 6
    assert len(below(session, "龙泉花园", AreaKind.SITE)) == 3
    for community in below(session, "巩义市", AreaKind.COMMUNITY):
        assert (community.landline or "").startswith("0371-6435")


def test_thirty_five_councils_of_186_people_leave_no_courtyard_of_the_street_without_one(session: Session) -> None:
    courtyards = below(session, NORTH, AreaKind.COURTYARD)
    councils = session.scalars(select(Team).where(Team.name.endswith("理事会"))).all()
    assert {council.area_id for council in councils} == {courtyard.id for courtyard in courtyards}
    assert len(councils) == 35
    seats = session.scalars(
        select(Membership.volunteer_id).where(Membership.team_id.in_([council.id for council in councils]))
    ).all()
    assert len(set(seats)) == 186
    assert len(seats) > 186, "somebody sits in several councils"


def test_the_year_round_team_has_a_duty_of_each_strand_on_each_day(session: Session) -> None:
    strands = defaultdict(set)
    rows = session.execute(
        select(Programme.name, Shift.starts_at)
        .join(Activity, Activity.programme_id == Programme.id)
        .join(Shift, Shift.activity_id == Activity.id)
        .where(Activity.team_id == team(session, "“365”志愿服务队").id)
    )
    for strand, starts_at in rows:
        strands[strand].add(local(starts_at).date())
    assert set(strands) == {"动态宣传", "多彩活动", "贴心窗口", "平安网格"}
    for days in strands.values():
        assert {TODAY + timedelta(days=n) for n in range(29)} <= days


def test_a_day_of_the_year_round_team_stands_empty_and_shows_a_week_ahead(session: Session) -> None:
    scope = area(session, "杜甫路社区").id
    rows = roster.coverage(session, scope_ids=[scope], from_at=NOW, until_at=NOW + timedelta(days=7))
    empty = [r for r in rows if r.title == "365·平安网格巡查" and r.confirmed + r.offered == 0]
    assert TODAY + timedelta(days=6) in [local(r.starts_at).date() for r in empty]
    assert {r.gap for r in empty} == {2}


def test_the_children_are_taught_every_school_day_by_ten_vetted_teachers_over_sixty(session: Session) -> None:
    teachers = teams.members_on(session, team(session, "爱心托").id, day=TODAY)
    assert len(teachers) == 10
    for teacher in teachers:
        assert teacher.birth_on is not None
        assert age_on(teacher.birth_on, TODAY) > 60
        held = {q.kind for q in teacher.qualifications if q.verified_at}
        assert held == {QualificationKind.TEACHER, QualificationKind.BACKGROUND_CHECK}
    lessons = shifts(session, "爱心托·四点半课堂")
    days = [local(lesson.starts_at).date() for lesson in lessons]
    horizon = [TODAY + timedelta(days=n) for n in range(29)]
    assert [day for day in days if day in horizon] == [day for day in horizon if NATIONAL.is_workday(day)]
    assert {(local(s.starts_at).strftime("%H:%M"), local(s.ends_at).strftime("%H:%M")) for s in lessons} == {
        ("16:30", "18:00")
    }
    assert all(sum(role.min_needed for role in lesson.roles) == 2 for lesson in lessons)


def test_a_doctors_licence_lapses_before_the_last_clinic_that_is_open(session: Session) -> None:
    lapses = session.scalars(
        select(Qualification.valid_until)
        .where(Qualification.kind == QualificationKind.DOCTOR, Qualification.valid_until.is_not(None))
        .order_by(Qualification.valid_until)
    ).all()
    clinics = [local(shift.starts_at).date() for shift in shifts(session, "社区义诊")]
    assert clinics[0] <= (lapses[0] or date.max) < clinics[-1] < (lapses[1] or date.min)


def test_what_is_done_under_the_open_sky_minds_the_heat(session: Session) -> None:
    outdoors = set(session.scalars(select(Activity.title).where(Activity.is_outdoors)))
    assert {"清晨巡逻", "365·平安网格巡查", "轮流看护“大家”的门（白天）", "轮流看护“大家”的门（夜里）"} <= outdoors
    assert not {"社区义诊", "爱心托·四点半课堂", "365·贴心窗口值班"} & outdoors


def test_the_gate_is_watched_round_the_clock_and_across_midnight(session: Session) -> None:
    found = [*shifts(session, "轮流看护“大家”的门（白天）"), *shifts(session, "轮流看护“大家”的门（夜里）")]
    found.sort(key=lambda shift: shift.starts_at)
    assert all(shift.ends_at - shift.starts_at == timedelta(hours=4) for shift in found)
    # The last night reaches into a morning that is no longer watched by day.
    assert all(a.ends_at == b.starts_at for a, b in pairwise(found[:-1]))
    assert any(local(shift.starts_at).date() != local(shift.ends_at).date() for shift in found)


def test_a_few_hundred_people_mostly_of_58_to_75_a_dozen_without_a_telephone(session: Session) -> None:
    everybody = session.scalars(select(Volunteer)).all()
    ages = [age_on(v.birth_on, TODAY) for v in everybody if v.birth_on]
    assert 250 <= len(everybody) == len(ages) <= 400
    assert sum(58 <= age <= 75 for age in ages) > 0.7 * len(ages)
    assert len({v.name for v in everybody}) == len(everybody)
    unreachable = [v for v in everybody if v.phone_sealed is None]
    assert len(unreachable) == 12
    assert {v.channel for v in unreachable} == {Channel.CALL_LIST}
    numbers = [unseal(v.phone_sealed) for v in everybody if v.phone_sealed]
    assert all(number.startswith(demo.logins.NUMBERS) for number in numbers)


def test_there_is_life_sign_ups_of_three_modes_waits_offers_and_gaps(session: Session) -> None:
    modes = session.scalars(select(Activity.mode).distinct()).all()
    assert set(modes) == {Mode.INSTANT, Mode.MATCHED, Mode.ROTA}
    states = set(session.scalars(select(SignUp.state).distinct()))
    assert {SignUpState.CONFIRMED, SignUpState.WAITLISTED, SignUpState.PENDING} <= states
    answers = set(session.scalars(select(Assignment.state).distinct()))
    assert {AssignmentState.OFFERED, AssignmentState.CONFIRMED, AssignmentState.DECLINED} <= answers
    city = area(session, "巩义市").id
    week = roster.coverage(session, scope_ids=[city], from_at=NOW, until_at=NOW + timedelta(days=7))
    assert 0 < sum(row.gap > 0 for row in week) < len(week) / 2


def test_nothing_promised_is_broken_from_the_start(session: Session) -> None:
    assert invariants.check(session, now=NOW) == []


def test_loading_again_changes_nothing(session: Session) -> None:
    before = session.scalar(select(func.count(Volunteer.id)))
    assert demo.is_loaded()
    assert demo.load() is False
    session.rollback()
    assert session.scalar(select(func.count(Volunteer.id))) == before


def test_the_same_dice_make_the_same_people() -> None:
    assert people.everybody(random.Random(loading.SEED)) == people.everybody(random.Random(loading.SEED))


def test_each_login_is_somebody_who_may_do_what_it_says(session: Session) -> None:
    for login in demo.LOGINS[:5]:
        account = accounts.by_phone(session, f"+86{login.phone}")
        assert account is not None
        actor = accounts.actor(session, account.id)
        assert actor is not None
        scope = actor.scope_ids(Role.ADMIN) if login.who.endswith("管理员") else actor.scope_ids(Role.COORDINATOR)
        names = session.scalars(select(Area.name).where(Area.id.in_(scope))).all()
        assert [login.who.startswith(name) for name in names] == [True]
    volunteers = session.scalars(select(Volunteer)).all()
    known = {unseal(v.phone_sealed) for v in volunteers if v.phone_sealed}
    assert {f"+86{login.phone}" for login in demo.LOGINS[5:]} <= known


@pytest.mark.parametrize(
    ("environment", "phone", "is_shown"),
    [
        ("demo", "+8613900000001", True),
        ("development", "+8613900009000", True),
        ("development", "+8613712345678", False),
        ("production", "+8613900000001", False),
        ("test", "+8613900000001", False),
    ],
)
def test_a_login_code_is_shown_only_in_a_trial_and_only_for_the_demos_own_numbers(
    neighbourhoods: Settings, monkeypatch: pytest.MonkeyPatch, *, environment: str, phone: str, is_shown: bool
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    settings.cache_clear()
    try:
        assert demo.shows_code(phone) is is_shown
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_another_day_gives_the_same_neighbourhoods_later() -> None:
    """What is relative to today stays so: birthdays, dates of duties, the licence."""
    later = datetime(2028, 2, 29, 2, 0, tzinfo=NOW.tzinfo)
    person = people.CAST[0]
    for moment in (NOW, later):
        today = local(moment).date()
        birthday = people.birthday(random.Random(1), age=person.age, today=today)
        assert age_on(birthday, today) == person.age
