"""课程: enrolled on the activity's page, ticked on a telephone, passed at the desk; not by others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import clock
from service.accounts import actions as accounts
from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, weekly_plan
from service.courses.models import Attendance, Enrolment
from service.db import transaction
from service.places.models import Area
from service.volunteers.models import Qualification, Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")
COURSE = {"capacity": "1", "days_needed": "2", "gives": "cook", "taught_by": "职业学校"}


def lessons(session: Session, area: Area) -> Activity:
    """Three days of lessons from tomorrow on, with a helper's place each."""
    plan = weekly_plan(starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2026, 11, 26))
    roles = (RolePlan(name="老师", min_needed=0, max_needed=2),)
    return factories.activity(session, area, title="中式烹饪", roles=roles, plans=[plan])


def known(session: Session, area: Area, name: str) -> tuple[Person, Volunteer]:
    person = factories.volunteer(session, area, name)
    account = accounts.open_account(session, phone=factories.phone(), name=name, volunteer_id=person.id)
    return desks.seated(account), person


def turn_to(hours: float) -> None:
    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(hours=hours))


@dataclass
class Lessons:
    """A course of one place, and who has to do with it."""

    desk: Person
    she: Person
    her_id: int
    other: Person
    teacher: Person
    days: list[Shift]
    activity_id: int

    @property
    def page(self) -> str:
        return f"/co/activities/{self.activity_id}/course"

    @property
    def public(self) -> str:
        return f"/a/{self.activity_id}"

    def ask(self, who: Person, what: str) -> str:
        """She presses a button on the activity's page."""
        who.open(self.public)
        return who.send(f"{self.public}/course/{what}")


@pytest.fixture
def cooking(at_now: object) -> Lessons:
    """孙一 and 孙二 could learn, 卢老师 leads every day."""
    desk, area = desks.coordinator()
    with transaction() as session:
        activity = lessons(session, area)
        (she, her), (other, _him), (teacher, leader) = (
            known(session, area, name) for name in ("孙一", "孙二", "卢老师")
        )
        days = list(factories.shifts(session, activity))
        for day in days:
            factories.sign_up(session, leader, factories.only_role(session, day))
    made = Lessons(desk, she, her.id, other, teacher, days, activity.id)
    desk.open(made.page)
    desk.send(made.page, **COURSE)
    return made


def test_it_is_opened_with_no_more_days_than_there_are(cooking: Lessons) -> None:
    assert "报上0人，名额1人，候补0人。" in cooking.desk.text
    cooking.desk.send(cooking.page, **COURSE | {"days_needed": "9"})
    assert "要到的天数比课还多" in cooking.desk.text
    assert "谁来讲：职业学校" in Person().open(cooking.public)


def test_who_waits_moves_up_when_somebody_leaves_or_places_are_added(cooking: Lessons) -> None:
    assert "报上了，每天都请来。" in cooking.ask(cooking.she, "enrol")
    assert "下一次：11月24日" in cooking.she.open("/me")
    assert "先排候补" in cooking.ask(cooking.other, "enrol")
    cooking.ask(cooking.she, "leave")
    assert "报上了" in cooking.other.open(cooking.public), "who waited has the place"
    cooking.desk.open(cooking.page)
    cooking.desk.send(f"{cooking.page}/learners", who="孙一")
    assert "孙一先排候补" in cooking.desk.text
    cooking.desk.send(cooking.page, **COURSE | {"capacity": "2"})
    assert "报上2人，名额2人，候补0人。" in cooking.desk.text
    cooking.desk.send(f"{cooking.page}/learners/{cooking.her_id}/leave")
    assert "报上1人，名额2人，候补0人。" in cooking.desk.text


def test_her_teacher_ticks_each_day_and_the_desk_says_who_has_passed(cooking: Lessons) -> None:
    cooking.ask(cooking.she, "enrol")
    for day in cooking.days:
        turn_to((day.starts_at - NOW) / timedelta(hours=1) + 0.5)
        assert f"/me/course-days/{day.id}" in cooking.teacher.open("/me")
        cooking.teacher.open(f"/me/course-days/{day.id}")
        cooking.teacher.send(f"/me/course-days/{day.id}", volunteer_ids=[str(cooking.her_id)])
        assert "记下了，到了1人。" in cooking.teacher.text
    assert "课上完了" not in cooking.desk.open(cooking.page), "the last day is not over"
    turn_to(24 * 5)
    cooking.desk.open(cooking.page)
    cooking.desk.send(f"{cooking.page}/conclusion")
    assert "记下了，1人结业。" in cooking.desk.text
    with transaction() as session:
        held = session.scalars(select(Qualification)).one()
        assert (held.volunteer_id, held.kind, held.verified_at is not None) == (cooking.her_id, "cook", True)


def test_only_who_leads_a_day_ticks_it(cooking: Lessons) -> None:
    cooking.ask(cooking.she, "enrol")
    mine, theirs = f"/me/course-days/{cooking.days[0].id}", f"/co/shifts/{cooking.days[0].id}/course-day"
    for who in (cooking.she, cooking.other):
        assert who.client.get(mine).status_code == 404
        who.open(cooking.public)
        who.send(mine, volunteer_ids=[str(cooking.her_id)])
        assert who.status == 404
    with transaction() as session:
        elsewhere = desks.seated(factories.coordinator(session, factories.community(session, "杜甫路社区")))
    assert [elsewhere.client.get(path).status_code for path in (cooking.page, theirs)] == [404, 404]
    assert 'type="checkbox"' not in cooking.desk.open(theirs)
    cooking.desk.open(cooking.page)
    cooking.desk.send(theirs, volunteer_ids=[str(cooking.her_id)])
    assert "这一天的课还没有开始" in cooking.desk.text
    with transaction() as session:
        assert session.scalars(select(Attendance)).all() == []


def test_names_that_fit_nobody_or_several_are_told(cooking: Lessons) -> None:
    for who, n in (("孙", 2), ("钱", 0)):
        cooking.desk.open(cooking.page)
        cooking.desk.send(f"{cooking.page}/learners", who=who)
        assert f"叫这个的有{n}人" in cooking.desk.text
    with transaction() as session:
        assert session.scalars(select(Enrolment)).all() == []


def test_what_is_no_course_cannot_be_learned_in() -> None:
    _desk, area = desks.coordinator()
    with transaction() as session:
        activity = lessons(session, area)
        she, _her = known(session, area, "孙一")
        day: Shift = factories.shifts(session, activity)[0]
    she.open(f"/a/{activity.id}")
    she.send(f"/a/{activity.id}/course/enrol")
    assert she.status == 404
    assert she.client.get(f"/me/course-days/{day.id}").status_code == 404
