"""Courses: one enrolment for all days, a waitlist that moves up, attendance as it was ticked last, and a pass."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, weekly_plan
from service.calendars.rules import instant
from service.courses import actions, queries
from service.courses.actions import CourseRefused
from service.courses.rules import is_passed, valid_until
from service.places.models import Area
from service.terms import ConsentPurpose, EnrolmentState, QualificationKind
from service.volunteers.actions import withdraw_consent
from service.volunteers.models import Qualification, Volunteer
from tests import factories
from tests.factories import NOW

#: Tuesday to Monday: seven days, the first tomorrow.
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 30)
AFTER = instant(LAST, time(12))
E = EnrolmentState


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def cooking(session: Session, area: Area) -> Activity:
    plan = weekly_plan(starts=time(9), ends=time(11), from_on=FIRST, until_on=LAST)
    roles = (RolePlan(name="帮厨", min_needed=0, max_needed=2),)
    made = factories.activity(session, area, title="中式烹饪", roles=roles, plans=[plan])
    open_course(session, made)
    return made


def open_course(session: Session, activity: Activity, **changes: Any) -> None:
    given: dict[str, Any] = {"capacity": 2, "days_needed": 5, "gives": QualificationKind.COOK, "valid_months": 24}
    actions.set_course(session, activity, account_id=1, now=NOW, **given | changes)


def people(session: Session, area: Area, *names: str) -> list[Volunteer]:
    return [factories.volunteer(session, area, name) for name in names]


def enrol(session: Session, activity: Activity, *learners: Volunteer, now: datetime = NOW) -> list[EnrolmentState]:
    return [
        actions.enrol(session, activity, volunteer_id=one.id, now=now + timedelta(minutes=after)).state
        for after, one in enumerate(learners)
    ]


def attend(session: Session, activity: Activity, *learners: Volunteer, days: int) -> None:
    """They were there on the first so many days."""
    for shift in queries.days(session, activity.id)[:days]:
        there = queries.present(session, shift.id) | {one.id for one in learners}
        actions.tick(session, shift, volunteer_ids=there, now=shift.starts_at, account_id=1)


def states(session: Session, activity: Activity) -> dict[str, EnrolmentState]:
    return {one.person.name: one.enrolment.state for one in queries.learners(session, activity.id)}


def test_who_comes_when_it_is_full_waits_and_moves_up(session: Session, area: Area, cooking: Activity) -> None:
    first, second, third, fourth = people(session, area, "孙一", "孙二", "孙三", "孙四")
    assert enrol(session, cooking, first, second, third, fourth) == [E.ENROLLED, E.ENROLLED, E.WAITLISTED, E.WAITLISTED]
    assert [one.position for one in queries.learners(session, cooking.id)] == [None, None, 1, 2]
    assert enrol(session, cooking, first) == [E.ENROLLED], "twice is once"
    for _twice in range(2):
        actions.leave(session, cooking, volunteer_id=first.id, now=NOW)
    assert states(session, cooking) == {"孙二": E.ENROLLED, "孙三": E.ENROLLED, "孙四": E.WAITLISTED}
    assert enrol(session, cooking, first, now=NOW + timedelta(hours=1)) == [E.WAITLISTED], "behind who waited"
    open_course(session, cooking, capacity=4)
    assert set(states(session, cooking).values()) == {E.ENROLLED}, "more places let in who waits"


def test_the_days_decide_and_a_pass_is_a_qualification(session: Session, area: Area, cooking: Activity) -> None:
    diligent, lazy = people(session, area, "孙勤", "孙懒")
    enrol(session, cooking, diligent, lazy)
    attend(session, cooking, diligent, days=5)
    attend(session, cooking, lazy, days=4)
    with pytest.raises(CourseRefused, match="not_over"):
        actions.conclude(session, cooking, passed_ids=[], now=AFTER - timedelta(days=1), account_id=1)
    for _twice in range(2):
        actions.conclude(session, cooking, passed_ids=[], now=AFTER, account_id=1)
    assert states(session, cooking) == {"孙勤": E.PASSED, "孙懒": E.FAILED}
    held = session.scalars(select(Qualification)).one()
    assert (held.volunteer_id, held.kind, held.evidence) == (diligent.id, "cook", "中式烹饪，7天中到了5天")
    assert (held.valid_from, held.valid_until) == (LAST, date(2028, 11, 30))
    assert held.verified_at == AFTER
    actions.conclude(session, cooking, passed_ids=[lazy.id], now=AFTER, account_id=1)
    assert states(session, cooking)["孙懒"] == E.PASSED, "by the word of who leads it, later"


def test_where_nothing_counts_the_leader_says_who(session: Session, area: Area, cooking: Activity) -> None:
    open_course(session, cooking, days_needed=None, valid_months=None)
    good, other = people(session, area, "孙好", "孙差")
    enrol(session, cooking, good, other)
    actions.conclude(session, cooking, passed_ids=[good.id], now=AFTER, account_id=1)
    assert states(session, cooking) == {"孙好": E.PASSED, "孙差": E.FAILED}
    assert session.scalars(select(Qualification.valid_until)).one() is None


def test_the_last_list_counts_and_only_who_learns_is_on_it(session: Session, area: Area, cooking: Activity) -> None:
    here, late, stranger = people(session, area, "孙早", "孙迟", "路过的")
    enrol(session, cooking, here, late)
    shift: Shift = queries.days(session, cooking.id)[0]
    with pytest.raises(CourseRefused, match="not_begun"):
        actions.tick(session, shift, volunteer_ids=[here.id], now=NOW, account_id=1)
    told: dict[str, Any] = {"now": shift.starts_at, "account_id": 1}
    actions.tick(session, shift, volunteer_ids=[here.id, stranger.id], **told)
    assert queries.present(session, shift.id) == {here.id}
    actions.tick(session, shift, volunteer_ids=[late.id], **told)
    assert queries.present(session, shift.id) == {late.id}


def test_after_it_began_only_a_coordinator_lets_somebody_in(session: Session, area: Area, cooking: Activity) -> None:
    [one] = people(session, area, "孙晚")
    begun = queries.days(session, cooking.id)[0].starts_at
    with pytest.raises(CourseRefused, match="begun"):
        enrol(session, cooking, one, now=begun)
    made = actions.enrol(session, cooking, volunteer_id=one.id, now=begun, typed_by=1)
    assert made.state == E.ENROLLED
    with pytest.raises(CourseRefused, match="closed"):
        actions.enrol(session, cooking, volunteer_id=people(session, area, "过客")[0].id, now=AFTER, typed_by=1)


def test_who_took_her_consent_back_is_not_enrolled(session: Session, area: Area, cooking: Activity) -> None:
    [one] = people(session, area, "孙否")
    withdraw_consent(session, volunteer_id=one.id, purpose=ConsentPurpose.SERVICE, now=NOW)
    session.flush()
    with pytest.raises(CourseRefused, match="consent_missing"):
        enrol(session, cooking, one)


def test_nobody_can_be_asked_for_more_days_than_there_are(session: Session, cooking: Activity) -> None:
    with pytest.raises(CourseRefused, match="too_many_days"):
        open_course(session, cooking, days_needed=8)


@pytest.mark.parametrize(
    ("on", "months", "until"),
    [
        (date(2026, 11, 30), 24, date(2028, 11, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 12, 1), None, None),
    ],
)
def test_how_long_it_holds(on: date, months: int | None, until: date | None) -> None:
    assert valid_until(on, months=months) == until


def test_enough_is_enough() -> None:
    assert [is_passed(days, days_needed=5) for days in (4, 5, 6)] == [False, True, True]
