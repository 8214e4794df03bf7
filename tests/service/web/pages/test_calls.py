"""The call list: the number for who calls, what to say, and an answer that changes the roster at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.audit import AuditEntry
from service.db import transaction
from service.notifications.models import Call, Notification
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.teams import actions as teams
from service.terms import AssignmentState, CallOutcome, NotificationKind, NotificationState, ReleaseReason
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def to_call(
    session: Session, place: Assignment, *more: Assignment, kind: NotificationKind = NotificationKind.PLACE_OFFERED
) -> Call:
    """A line of the call list about these places, which are one person's."""
    message = Notification(
        area_id=place.area_id,
        volunteer_id=place.volunteer_id,
        kind=kind,
        key=f"{kind}:{place.id}",
        subject_ids={"assignment_ids": [place.id, *(other.id for other in more)]},
        send_at=NOW,
        state=NotificationState.SENT,
    )
    session.add(message)
    session.flush()
    script = "您好，这里是人民路社区。\n请问您能来吗？"
    call = Call(area_id=place.area_id, notification_id=message.id, volunteer_id=place.volunteer_id, script=script)
    session.add(call)
    session.flush()
    return call


def offered_by_phone(area: Area, name: str = "王秀英") -> tuple[int, int]:
    """(call, assignment) of somebody who is asked by telephone whether she can come."""
    _made, [shift] = desks.published(area)
    with transaction() as session:
        place = desks.offered(session, area, shift, name)
        return to_call(session, place).id, place.id


def state_of(assignment_id: int) -> str:
    with transaction() as session:
        return str(session.get_one(Assignment, assignment_id).state)


def test_an_empty_list_says_so(desk: tuple[Person, Area]) -> None:
    she, _area = desk
    assert "都回复了，没有要打的电话。" in she.open("/co/calls")


def test_the_number_is_shown_to_who_calls_and_audited(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, _place = offered_by_phone(area)
    text = she.open("/co/calls")
    assert "问能不能来" in text
    assert "tel:+86139" not in text
    text = she.send(f"/co/calls/{call_id}")
    assert "tel:+86139" in text
    assert "请问您能来吗？" in text
    assert she.page is not None
    assert she.page.headers["Cache-Control"] == "no-store"
    with transaction() as session:
        look = session.scalars(select(AuditEntry).where(AuditEntry.verb == "looked_at_phone")).one()
        assert look.details == {"why": "call_list"}


@pytest.mark.parametrize(
    ("outcome", "state", "said"),
    [
        ("yes", AssignmentState.CONFIRMED, "记下了：王秀英，能来。"),
        ("no", AssignmentState.DECLINED, "记下了：王秀英，来不了。"),
    ],
)
def test_an_answer_changes_the_roster_at_once(desk: tuple[Person, Area], outcome: str, state: str, said: str) -> None:
    she, area = desk
    call_id, place_id = offered_by_phone(area)
    she.open("/co/calls")
    she.send(f"/co/calls/{call_id}")
    text = she.send(f"/co/calls/{call_id}/outcome", outcome=outcome)
    assert said in text
    assert "没有要打的电话" in text
    assert state_of(place_id) == state
    with transaction() as session:
        call = session.get_one(Call, call_id)
        assert call.called_by is not None
        assert session.get_one(Assignment, place_id).answered_by == call.called_by
        assert session.scalars(select(AuditEntry).where(AuditEntry.verb == "called")).one().details == {
            "outcome": outcome
        }


def test_nobody_answered_keeps_the_call_and_says_when(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, place_id = offered_by_phone(area)
    she.open("/co/calls")
    she.send(f"/co/calls/{call_id}")
    text = she.send(f"/co/calls/{call_id}/outcome", outcome="no_answer")
    assert "11月23日（星期一）上午10:00打过，没接" in text
    assert state_of(place_id) == AssignmentState.OFFERED
    assert "要打电话：1个" in she.open("/co")


def test_a_call_somebody_else_made_is_not_made_again(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, place_id = offered_by_phone(area)
    she.open("/co/calls")
    she.send(f"/co/calls/{call_id}")
    with transaction() as session:
        session.get_one(Call, call_id).outcome = CallOutcome.NO
    assert "已经有人打过了" in she.send(f"/co/calls/{call_id}/outcome", outcome="yes")
    assert state_of(place_id) == AssignmentState.OFFERED
    she.open("/co/proxy")
    assert "已经有人打过了" in she.send(f"/co/calls/{call_id}")


def test_an_answer_to_an_offer_that_is_over_is_refused_and_the_call_stays(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, place_id = offered_by_phone(area)
    with transaction() as session:
        place = session.get_one(Assignment, place_id)
        roster.release(session, place, reason=ReleaseReason.OFFER_EXPIRED)
    she.open("/co/calls")
    text = she.send(f"/co/calls/{call_id}/outcome", outcome="yes")
    assert she.status == 409
    assert "这一班的安排已经变了" in text
    with transaction() as session:
        assert session.get_one(Call, call_id).outcome == CallOutcome.OPEN


def test_an_outcome_nobody_offered_is_refused(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, _place = offered_by_phone(area)
    she.open("/co/calls")
    assert "请选一个结果" in she.send(f"/co/calls/{call_id}/outcome", outcome="perhaps")
    assert she.status == 422
    she.send(f"/co/calls/{call_id}/outcome", outcome="told")
    assert she.status == 409


def test_a_reminder_is_told_and_a_no_frees_the_place(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    with transaction() as session:
        place = desks.offered(session, area, shift, "王秀英")
        roster.accept(session, assignment_id=place.id, now=NOW)
        call = to_call(session, place, kind=NotificationKind.REMINDER)
    she.open("/co/calls")
    text = she.send(f"/co/calls/{call.id}")
    assert 'value="told"' in text
    assert 'value="yes"' not in text
    she.send(f"/co/calls/{call.id}/outcome", outcome="no")
    assert state_of(place.id) == AssignmentState.DECLINED


def test_one_reminder_of_several_places_takes_no_single_no(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    with transaction() as session:
        first, second = (desks.offered(session, area, shift, name) for name in ("王秀英", "李大雪"))
        call = to_call(session, first, second, kind=NotificationKind.REMINDER)
    she.open("/co/calls")
    assert 'value="no"' not in she.send(f"/co/calls/{call.id}")


def test_who_has_no_telephone_is_visited(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, place_id = offered_by_phone(area)
    with transaction() as session:
        person = session.get_one(Volunteer, session.get_one(Assignment, place_id).volunteer_id)
        person.phone_sealed = person.phone_digest = None
    assert "没有电话，要上门" in she.open("/co/calls")
    assert "没有登记电话，要上门或者托人带话" in she.send(f"/co/calls/{call_id}")


def test_her_no_may_say_who_could_come_instead(desk: tuple[Person, Area]) -> None:
    she, area = desk
    call_id, place = offered_by_phone(area)
    with transaction() as session:
        assignment = session.get_one(Assignment, place)
        activity = session.get_one(Activity, session.get_one(Shift, assignment.shift_id).activity_id)
        activity.team_id = factories.team(session, area, "助餐队").id
        friend = factories.volunteer(session, area, "吴好友")
        teams.join_team(session, team_id=activity.team_id, volunteer_id=friend.id, from_on=date(2026, 1, 1))
    she.open("/co/calls")
    assert "吴好友" in she.send(f"/co/calls/{call_id}")
    assert "请另选一位" in she.send(f"/co/calls/{call_id}/outcome", outcome="no", suggests="p999999")
    assert state_of(place) == "offered"
    she.send(f"/co/calls/{call_id}/outcome", outcome="no", suggests=f"p{friend.id}", suggests_name="楼下李大爷")
    with transaction() as session:
        suggested = session.get_one(Assignment, place)
        assert (suggested.state, suggested.suggested_id) == (AssignmentState.DECLINED, friend.id)
    assert "推荐吴好友" in she.open(f"/co/activities/{activity.id}")
