"""安全提醒: one more screen between a yes and the place, at every door; the desk sees who has not confirmed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service import links
from service.accounts import actions as accounts
from service.activities import actions as activities
from service.activities.models import Activity, Shift
from service.db import transaction
from service.places.models import Area
from service.risks.models import RiskConfirmation
from service.roster.models import Assignment
from service.terms import AssignmentState, RiskDoor
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person, last_code
from tests.factories import NOW
from tests.service.backfill.lane import Lane
from tests.service.web.pages.test_calls import to_call

NOTICE = "夜里两人同行，带手电；遇险先报警。"
NIGHT: dict[str, Any] = {"title": "夜查", "risk_notice": NOTICE, "must_confirm_risk": True}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')

pytestmark = pytest.mark.usefixtures("at_now")


def go_on(who: Person) -> str:
    """Press the button below the notice."""
    assert (who.status, NOTICE in who.text) == (409, True), who.text
    form = who.text[who.text.index("<form", who.text.index(NOTICE)) :]
    [action] = re.findall(r'action="([^"]+)"', form)[:1]
    values: dict[str, Any] = {}
    for name, value in HIDDEN.findall(form[: form.index("</form>")]):
        values.setdefault(name, []).append(value)
    return who.send(action, **values)


def confirmations() -> list[tuple[int, RiskDoor, bool]]:
    """(whose, by which door, whether somebody read it out)."""
    with transaction() as session:
        kept = session.scalars(select(RiskConfirmation)).all()
        return [(one.volunteer_id, one.door, one.recorded_by is not None) for one in kept]


def place_of(assignment_id: int) -> AssignmentState:
    with transaction() as session:
        return session.get_one(Assignment, assignment_id).state


def held() -> list[AssignmentState]:
    with transaction() as session:
        return list(session.scalars(select(Assignment.state)))


def one_shift(*people: str) -> tuple[Area, Shift, list[Assignment]]:
    """A night patrol, and a place in it offered to each of these people."""
    with transaction() as session:
        area = factories.community(session)
        shift = factories.shift_on(session, area, NOW + timedelta(days=3), **NIGHT)
        return area, shift, [desks.offered(session, area, shift, name) for name in people]


def as_volunteer(volunteer_id: int) -> Person:
    with transaction() as session:
        name = session.get_one(Volunteer, volunteer_id).name
        account = accounts.open_account(session, phone=factories.phone(), name=name, volunteer_id=volunteer_id)
        return desks.seated(account)


def test_a_newcomer_sees_it_after_her_code_and_has_the_place_one_screen_later() -> None:
    _area, shift, _places = one_shift()
    she = Person()
    with transaction() as session:
        role_id = factories.only_role(session, shift).id
    she.open(f"/signup/{shift.id}")
    she.send(f"/signup/{shift.id}", role_id=role_id)
    she.send(f"/signup/who/{shift.id}/{role_id}", name="林晚晴", phone="13900020001", consent="true")
    she.send(f"/signup/code/{shift.id}/{role_id}", code=last_code())
    assert held() == []
    assert "报名成功" in go_on(she)
    assert held() == [AssignmentState.CONFIRMED]
    [(_who, door, is_read_out)] = confirmations()
    assert (door, is_read_out) == (RiskDoor.PAGE, False)


def test_the_link_in_a_message_asks_before_it_takes_the_yes() -> None:
    _area, _shift, [place] = one_shift("王小满")
    who = Person()
    who.open(link := f"/answers/{links.answer_token(place.id)}")
    who.send(link, answer="yes")
    assert place_of(place.id) == AssignmentState.OFFERED
    assert "已经记下您能来" in go_on(who)
    assert place_of(place.id) == AssignmentState.CONFIRMED
    assert confirmations() == [(place.volunteer_id, RiskDoor.LINK, False)]


def test_a_no_is_taken_as_it_is() -> None:
    _area, _shift, [place] = one_shift("王小满")
    who = Person()
    who.send(f"/answers/{links.answer_token(place.id)}", answer="no")
    assert place_of(place.id) == AssignmentState.DECLINED


def test_several_offers_with_two_notices_ask_for_each_once() -> None:
    area, _shift, [first] = one_shift("王小满")
    with transaction() as session:
        other = factories.shift_on(session, area, NOW + timedelta(days=5), **{**NIGHT, "title": "夜查南院"})
        second = desks.offered(session, area, other, "过客")
        second = session.get_one(Assignment, second.id)
        second.volunteer_id = first.volunteer_id
    who, ids = Person(), [first.id, second.id]
    who.send(f"/offers/{links.offers_token(ids)}", **{f"answer-{one}": "yes" for one in ids})
    go_on(who)
    assert held() == [AssignmentState.OFFERED] * 2, "nothing is taken before both are confirmed"
    go_on(who)
    assert held() == [AssignmentState.CONFIRMED] * 2
    assert len(confirmations()) == 2


def test_who_is_asked_to_step_in_confirms_first() -> None:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1), now=NOW - timedelta(minutes=2), details=NIGHT)
        person = lane.substitute("李候补")
        leaver = factories.volunteer(session, lane.area, "陈退出")
        session.add(_read(leaver, lane.shift))
        session.flush()
        [signup] = lane.filled(leaver)
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        invitation = lane.invitation(person).id
    who = Person()
    who.send(f"/asks/{links.ask_token(invitation)}", answer="yes")
    go_on(who)
    assert (person.id, RiskDoor.LINK, False) in confirmations()
    assert AssignmentState.CONFIRMED in held()


def _read(person: Volunteer, shift: Shift) -> RiskConfirmation:
    return RiskConfirmation(
        activity_id=shift.activity_id, version=1, volunteer_id=person.id, door=RiskDoor.PAGE, confirmed_at=NOW
    )


def test_her_own_page_asks_too_and_shows_a_text_that_was_changed() -> None:
    _area, shift, [place] = one_shift("王小满")
    she = as_volunteer(place.volunteer_id)
    she.open("/me")
    she.send(f"/me/offers/{place.id}/yes")
    go_on(she)
    assert confirmations() == [(place.volunteer_id, RiskDoor.PAGE, False)]
    assert "看安全提醒" not in she.open("/me")
    with transaction() as session:
        activity = session.get_one(Activity, shift.activity_id)
        activities.revise(session, activity, changes={"risk_notice": "雨天不出。"}, now=NOW, account_id=None)
    assert "看安全提醒" in she.open("/me")
    assert "雨天不出。" in she.open(f"/me/risks/{shift.activity_id}")
    she.send(f"/me/risks/{shift.activity_id}", version="1")
    assert "刚刚改过" in she.text, "what she has read is not the notice"
    she.send(f"/me/risks/{shift.activity_id}", version="2")
    assert "看安全提醒" not in she.text
    assert "您确认过了" in she.open(f"/me/risks/{shift.activity_id}")


def test_the_telephone_desk_reads_it_out_and_that_is_recorded() -> None:
    area, shift, [place] = one_shift("王小满")
    with transaction() as session:
        desk = desks.seated(factories.coordinator(session, area))
        caller = factories.volunteer(session, area, "李大雪")
        call_id = to_call(session, session.get_one(Assignment, place.id)).id
        role_id = factories.only_role(session, shift).id
    desk.open("/co/calls")
    desk.send(f"/co/calls/{call_id}/outcome", outcome="yes")
    assert "请念给本人听" in desk.text
    go_on(desk)
    assert place_of(place.id) == AssignmentState.CONFIRMED
    desk.open(f"/co/proxy/{caller.id}")
    asked = {"shift_role_id": role_id, "asked_how": "phone", "asked_by": "本人"}
    desk.send(f"/co/proxy/{caller.id}", **asked)
    go_on(desk)
    assert "念给对方听" in desk.text
    assert confirmations() == [(place.volunteer_id, RiskDoor.DESK, True), (caller.id, RiskDoor.DESK, True)]


def test_the_board_answers_for_her_and_lists_who_has_not_confirmed() -> None:
    area, shift, [first, second] = one_shift("王小满", "李大雪")
    with transaction() as session:
        desk = desks.seated(factories.coordinator(session, area))
    board = f"/co/activities/{shift.activity_id}"
    assert "2人还没有确认安全提醒" in desk.open(board)
    desk.send(f"/co/assignments/{first.id}/answer", reply="accept")
    go_on(desk)
    assert "1人还没有确认安全提醒" in desk.open(board)
    page = desk.open(f"{board}/risk")
    assert "要来的2人，1人还没有确认。" in page
    assert "社区念给本人听，口头确认" in page
    desk.send(f"{board}/risk/{second.volunteer_id}", version="1")
    assert "要来的2人，0人还没有确认。" in desk.text
    desk.open(board)
    desk.send(f"{board}/risk/999999", version="1")
    assert desk.status == 404


def test_a_confirmation_that_was_not_made_here_confirms_nothing() -> None:
    _area, shift, [place] = one_shift("王小满")
    who = Person()
    made_up = [f"{place.volunteer_id}-{shift.activity_id}-1-page", links.answer_token(place.id), "x"]
    who.send(f"/answers/{links.answer_token(place.id)}", answer="yes", confirms_risk=made_up)
    assert (who.status, place_of(place.id), confirmations()) == (409, AssignmentState.OFFERED, [])


def test_it_is_written_down_with_the_activity() -> None:
    desk, area = desks.coordinator()
    made, _shifts = desks.published(area, title="夜查")
    desk.open(edit := f"/co/activities/{made.id}/edit")
    typed = {"title": "夜查", "contact_name": "陈协调", "contact_phone": "0371-64350001", "must_confirm_risk": "true"}
    desk.send(edit, **typed, version=made.version)
    assert "要本人确认的安全提醒还没有写" in desk.text
    desk.send(edit, **typed, risk_notice=NOTICE, version=made.version)
    assert NOTICE in desk.open(f"/co/activities/{made.id}/risk")
