"""What whoever learns is told: she moved up, a day is tomorrow, moved or off; and a risk notice that was rewritten."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Activity, Shift
from service.activities.rules import once, weekly_plan
from service.calendars.rules import instant
from service.courses import actions as courses
from service.courses.queries import days
from service.db import transaction
from service.notifications import courses as lessons
from service.notifications import sending
from service.notifications.models import Notification
from service.places.models import Area
from service.risks import actions as risks
from service.roster.queries import of_signup
from service.terms import ConsentPurpose, NotificationKind, QualificationKind, RiskDoor, UnsentReason
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.outbox import drain
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import at

K = NotificationKind
#: Tuesday and Wednesday; NOW is the Monday before, ten in the morning.
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 25)


def course(session: Session, area: Area) -> Activity:
    """Two mornings of cooking with one place."""
    plan = weekly_plan(starts=time(9), ends=time(11), from_on=FIRST, until_on=LAST)
    made = factories.activity(session, area, title="中式烹饪", plans=[plan])
    courses.set_course(session, made, account_id=1, now=NOW, capacity=1, gives=QualificationKind.COOK)
    return made


def people(session: Session, area: Area, made: Activity, *names: str) -> list[Volunteer]:
    them = [factories.volunteer(session, area, name) for name in names]
    for one in them:
        courses.enrol(session, made, volunteer_id=one.id, now=NOW)
    return them


def send(turn: Turn, now: datetime) -> None:
    """What relay, beat and worker do at that time."""
    turn(now)
    drain()
    with transaction() as session:
        lessons.remind_due(session, now=now)
    sending.send_due()


def told(kind: K) -> dict[str, Any]:
    """What was sent, or why not, by the reader's name."""
    with transaction() as session:
        rows = session.execute(
            select(Volunteer.name, Notification)
            .join(Notification, Notification.volunteer_id == Volunteer.id)
            .where(Notification.kind == kind)
            .order_by(Notification.id)
        )
        return {name: one.text or one.unsent_reason or "planned" for name, one in rows}


@pytest.fixture
def cooking(turn: Turn) -> int:
    """孙一 learns, 孙二 and 孙三 wait."""
    with transaction() as session:
        area = factories.community(session)
        made = course(session, area)
        people(session, area, made, "孙一", "孙二", "孙三")
        return made.id


def leave(activity_id: int, name: str, *, now: datetime = NOW) -> None:
    with transaction() as session:
        her = session.scalars(select(Volunteer.id).where(Volunteer.name == name)).one()
        courses.leave(session, session.get_one(Activity, activity_id), volunteer_id=her, now=now)


def test_who_waited_first_is_told_that_she_has_a_place_and_when_to_come(turn: Turn, cooking: int) -> None:
    leave(cooking, "孙一")
    send(turn, NOW)
    [(name, text)] = told(K.COURSE_PLACE).items()
    assert name == "孙二"
    assert "孙二您好，您候补的课有名额了，请您每天都来。最近一次：中式烹饪，11月24日（星期二）上午9:00—11:00" in text
    assert "（引导员）" not in text, "she learns, and has no role"


def test_who_leaves_again_before_it_is_sent_is_not_told(turn: Turn, cooking: int) -> None:
    leave(cooking, "孙一")
    drain()
    leave(cooking, "孙二")
    send(turn, NOW + timedelta(minutes=1))
    assert told(K.COURSE_PLACE)["孙二"] == UnsentReason.NOT_HOLDING
    assert "有名额了" in told(K.COURSE_PLACE)["孙三"]


def test_each_day_is_called_to_mind_on_the_evening_before_once_and_to_learners_only(turn: Turn, cooking: int) -> None:
    send(turn, at("11-23 19:59"))
    assert told(K.COURSE_DAY) == {}
    for _twice in range(2):
        send(turn, at("11-23 20:00"))
    assert list(told(K.COURSE_DAY)) == ["孙一"]
    assert "提醒您来上课：中式烹饪，11月24日（星期二）上午9:00—11:00" in told(K.COURSE_DAY)["孙一"]
    send(turn, at("11-24 20:05"))
    assert "11月25日（星期三）" in told(K.COURSE_DAY)["孙一"]
    with transaction() as session:
        assert len(session.scalars(select(Notification.id).where(Notification.kind == K.COURSE_DAY)).all()) == 2


def test_a_house_that_stood_still_all_evening_says_it_in_the_morning_before_the_start(turn: Turn, cooking: int) -> None:
    send(turn, at("11-24 07:00"))
    assert told(K.COURSE_DAY) == {"孙一": "planned"}, "people sleep"
    send(turn, at("11-24 08:00"))
    assert "提醒您来上课" in told(K.COURSE_DAY)["孙一"]


def test_who_wants_no_reminders_gets_none(turn: Turn, cooking: int) -> None:
    with transaction() as session:
        her = session.scalars(select(Volunteer.id).where(Volunteer.name == "孙一")).one()
        volunteers.withdraw_consent(session, volunteer_id=her, purpose=ConsentPurpose.REMINDERS, now=NOW)
    send(turn, at("11-23 20:00"))
    assert told(K.COURSE_DAY) == {"孙一": UnsentReason.NO_CONSENT}


def test_whoever_learns_is_told_of_a_day_that_is_moved_or_called_off(turn: Turn, cooking: int) -> None:
    with transaction() as session:
        first, last = days(session, cooking)
        start, end = instant(LAST + timedelta(days=1), time(14)), instant(LAST + timedelta(days=1), time(16))
        activities.move_shift(session, last, starts_at=start, ends_at=end, now=NOW, account_id=1)
        activities.cancel_shift(session, first.id, reason="老师病了", now=NOW, account_id=1)
    send(turn, NOW)
    assert "中式烹饪，11月24日（星期二）上午9:00—11:00，在人民路社区，取消了" in told(K.SHIFT_CANCELLED)["孙一"]
    assert "现在是：中式烹饪，11月26日（星期四）下午14:00—16:00" in told(K.SHIFT_MOVED)["孙一"]
    send(turn, at("11-25 20:00"))
    assert "11月26日（星期四）" in told(K.COURSE_DAY)["孙一"], "reminded of the new date"


def welding(session: Session) -> tuple[Activity, Shift, Volunteer]:
    """A dangerous duty, and who has confirmed what is dangerous and signed up."""
    area = factories.community(session)
    plan = once(FIRST, starts=time(14), ends=time(16))
    made = factories.activity(session, area, title="焊窨子", plans=[plan], risk_notice="戴面罩", must_confirm_risk=True)
    person = factories.volunteer(session, area, "钱焊")
    told: dict[str, Any] = {"volunteer_id": person.id, "activity_id": made.id, "version": 1, "door": RiskDoor.PAGE}
    risks.confirm(session, **told, now=NOW)
    [shift] = factories.shifts(session, made)
    place = of_signup(session, factories.sign_up(session, person, factories.only_role(session, shift)).id)
    assert place is not None
    return made, shift, person


def rewrite(activity_id: int, notice: str) -> None:
    with transaction() as session:
        activity = session.get_one(Activity, activity_id)
        activities.revise(session, activity, changes={"risk_notice": notice}, now=NOW, account_id=1)


def test_who_confirmed_the_old_text_is_asked_to_confirm_the_newest_and_only_that(turn: Turn) -> None:
    with transaction() as session:
        made, _, _ = welding(session)
        activity_id = made.id
    rewrite(activity_id, "戴面罩，先放气")
    send(turn, NOW + timedelta(minutes=1))
    assert told(K.RISK_CHANGED) == {"钱焊": "planned"}
    rewrite(activity_id, "戴面罩，先放气，两个人")
    send(turn, NOW + timedelta(minutes=2))
    send(turn, NOW + timedelta(minutes=5))
    with transaction() as session:
        rows = session.scalars(
            select(Notification).where(Notification.kind == K.RISK_CHANGED).order_by(Notification.id)
        ).all()
    assert [row.unsent_reason for row in rows] == [UnsentReason.SUPERSEDED, None]
    assert "请您再看一遍：戴面罩，先放气，两个人。" in (rows[1].text or "")
    assert f"/me/risks/{activity_id}" in (rows[1].text or "")


def test_who_has_confirmed_it_meanwhile_is_left_alone(turn: Turn) -> None:
    with transaction() as session:
        made, _, person = welding(session)
        activity_id, person_id = made.id, person.id
    rewrite(activity_id, "戴面罩，先放气")
    drain()
    with transaction() as session:
        risks.confirm(session, volunteer_id=person_id, activity_id=activity_id, version=2, door=RiskDoor.PAGE, now=NOW)
    send(turn, NOW + timedelta(minutes=3))
    assert told(K.RISK_CHANGED) == {"钱焊": UnsentReason.SUPERSEDED}


def test_another_summary_asks_nobody(turn: Turn) -> None:
    with transaction() as session:
        made, _, _ = welding(session)
        activities.revise(session, made, changes={"summary": "在井边集合"}, now=NOW, account_id=1)
    send(turn, NOW + timedelta(minutes=3))
    assert told(K.RISK_CHANGED) == {}
