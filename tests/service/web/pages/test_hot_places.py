"""What her own pages, and the desk that types for her, say of a place outdoors that is too hot for her.

Needs: A17 (elders are not worn out), 38 (docs/decisions/0038-great-heat.md).
"""

from __future__ import annotations

from datetime import date, time

import pytest

from service import links
from service.accounts import actions as accounts
from service.activities.models import Shift
from service.activities.rules import RolePlan, once
from service.calendars import actions as calendars
from service.db import transaction
from service.places.models import Area
from service.roster.models import Assignment
from service.terms import AssignmentState, HeatLevel, Mode
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")

SATURDAY = date(2026, 11, 28)
OLD, YOUNG = date(1954, 3, 1), date(1990, 3, 1)
ASKED, HELD = "这一班请您不要答应", "这一班请您不要去"


def watering(area: Area, mode: Mode) -> Shift:
    noon = once(SATURDAY, starts=time(11), ends=time(13))
    _made, [shift] = desks.published(area, title="浇水", mode=mode, plans=[noon], is_outdoors=True)
    return shift


def warn(area: Area) -> None:
    with transaction() as session:
        days = {"from_on": SATURDAY, "until_on": SATURDAY}
        calendars.warn_of_heat(session, area_id=area.id, level=HeatLevel.YELLOW, **days, now=NOW, account_id=1)


def offered(born: date) -> tuple[Person, Area, int]:
    """The desk, and somebody who is asked to water the garden on a day of which a warning is noted since."""
    she, area = desks.coordinator()
    shift = watering(area, Mode.ROTA)
    with transaction() as session:
        place_id = desks.offered(session, area, shift, "钱重阳", birth_on=born).id
    warn(area)
    return she, area, place_id


def herself(place_id: int) -> Person:
    """She whose place it is, logged in."""
    with transaction() as session:
        volunteer_id = session.get_one(Assignment, place_id).volunteer_id
        name = session.get_one(Volunteer, volunteer_id).name
        return desks.seated(
            accounts.open_account(session, phone=factories.phone(), name=name, volunteer_id=volunteer_id)
        )


def state(place_id: int) -> AssignmentState:
    with transaction() as session:
        return session.get_one(Assignment, place_id).state


def test_the_link_of_an_offer_says_so_and_has_no_yes() -> None:
    _desk, _area, place_id = offered(OLD)
    who, path = Person(), f"/answers/{links.answer_token(place_id)}"
    text = who.open(path)
    assert (ASKED in text, "我能来" in text, "我来不了" in text) == (True, False, True)
    text = who.send(path, answer="yes")
    assert (who.status, ASKED in text, state(place_id)) == (409, True, AssignmentState.OFFERED)
    who.send(path, answer="no")
    assert (who.status, state(place_id)) == (200, AssignmentState.DECLINED)


def test_whom_it_does_not_concern_is_asked_as_ever() -> None:
    _desk, _area, place_id = offered(YOUNG)
    text = Person().open(f"/answers/{links.answer_token(place_id)}")
    assert (ASKED in text, "我能来" in text) == (False, True)


def test_her_own_page_says_so_and_a_yes_pressed_before_is_not_taken() -> None:
    _desk, _area, place_id = offered(OLD)
    who = herself(place_id)
    text = who.open("/me")
    assert (ASKED in text, "我能来" in text, "我来不了" in text) == (True, False, True)
    text = who.send(f"/me/offers/{place_id}/yes")
    assert ("谢谢！已经记下您能来" in text, state(place_id)) == (False, AssignmentState.OFFERED)


def test_several_offers_are_answered_but_for_the_hot_one() -> None:
    _desk, area, place_id = offered(OLD)
    with transaction() as session:
        volunteer_id = session.get_one(Assignment, place_id).volunteer_id
        cool = factories.shift_on(session, area, NOW.replace(day=27), mode=Mode.ROTA)
        made = desks.asked(session, cool, session.get_one(Volunteer, volunteer_id)).id
    who, path = Person(), f"/offers/{links.offers_token([made, place_id])}"
    text = who.open(path)
    assert text.count(ASKED) == 1
    assert f'id="answer-{place_id}-yes"' not in text
    assert f'id="answer-{made}-yes"' in text
    text = who.send(path, **{f"answer-{made}": "yes", f"answer-{place_id}": "yes"})
    assert "没有记成：那时太热了" in text
    assert (state(made), state(place_id)) == (AssignmentState.CONFIRMED, AssignmentState.OFFERED)


def test_the_desk_that_types_her_yes_reads_why_not() -> None:
    she, area, place_id = offered(OLD)
    with transaction() as session:
        shift = session.get_one(Shift, session.get_one(Assignment, place_id).shift_id)
    she.open(f"/co/activities/{shift.activity_id}?on={SATURDAY}")
    text = she.send(f"/co/assignments/{place_id}/answer", reply="accept")
    assert (she.status, state(place_id)) == (409, AssignmentState.OFFERED)
    assert "没有记成：高温黄色预警" in text
    assert area.name in text


def test_who_has_said_yes_reads_not_to_go_where_she_would_read_that_all_is_well() -> None:
    _desk, area = desks.coordinator()
    shift = watering(area, Mode.INSTANT)
    with transaction() as session:
        signup = desks.ask(session, factories.volunteer(session, area, "钱重阳", birth_on=OLD), shift)
        who = desks.seated(
            accounts.open_account(session, phone=factories.phone(), name="钱重阳", volunteer_id=signup.volunteer_id)
        )
    assert "您不用做别的" in who.open(f"/signups/{signup.id}")
    assert "太热了" not in who.open("/me")
    warn(area)
    text = who.open(f"/signups/{signup.id}")
    assert (HELD in text, "您不用做别的" in text) == (True, False)
    assert "太热了，请不要去" in who.open("/me")


def test_who_waits_and_could_not_come_is_not_promised_that_she_is_next() -> None:
    _desk, area = desks.coordinator()
    one = [RolePlan(name="浇水", min_needed=1, max_needed=1)]
    noon = once(SATURDAY, starts=time(11), ends=time(13))
    _made, [shift] = desks.published(area, title="浇水", plans=[noon], is_outdoors=True, roles=one)
    with transaction() as session:
        desks.ask(session, factories.volunteer(session, area, "孙立夏", birth_on=YOUNG), shift)
        signup = desks.ask(session, factories.volunteer(session, area, "钱重阳", birth_on=OLD), shift)
        who = desks.seated(
            accounts.open_account(session, phone=factories.phone(), name="钱重阳", volunteer_id=signup.volunteer_id)
        )
    assert "有人退出，我们按顺序请您来" in who.open(f"/signups/{signup.id}")
    warn(area)
    text = who.open(f"/signups/{signup.id}")
    assert ("有人退出，我们按顺序请您来" in text, "先请下一位，您的位次不变" in text) == (False, True)
