"""换班 at the coordinator's desk: what awaits her word, what it does, and what came of the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db import transaction
from service.places.models import Area
from service.roster.models import HOLDING, Assignment
from service.swaps import actions as swaps
from service.swaps import answering, queries
from service.swaps.models import Swap
from service.terms import SwapState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.ledger import audited
from tests.service.backfill.lane import Lane

pytestmark = pytest.mark.usefixtures("at_now")

#: A page with a form, for its token.
A_FORM = "/co/proxy/new"
TOMORROW = NOW + timedelta(days=1)


@dataclass
class Desk:
    """A coordinator, and what 王小满 and 李大雪 have agreed on."""

    she: Person
    swap_id: int
    shift_id: int
    taker_id: int

    @property
    def decision(self) -> str:
        return f"/co/swaps/{self.swap_id}/decision"

    def state(self) -> SwapState:
        with transaction() as session:
            return session.get_one(Swap, self.swap_id).state

    def holders(self) -> list[str]:
        with transaction() as session:
            held = (
                select(Volunteer.name)
                .join(Assignment, Assignment.volunteer_id == Volunteer.id)
                .where(Assignment.shift_id == self.shift_id, Assignment.state.in_(HOLDING))
            )
            return list(session.scalars(held))


@pytest.fixture
def desk(at_now: object) -> Desk:
    with transaction() as session:
        lane = Lane(session, TOMORROW, details={"title": "清晨巡逻", "swaps_need_approval": True})
        giver, taker = lane.member("王小满"), lane.member("李大雪")
        [signup] = lane.filled(giver)
        [place] = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id))
        swap = swaps.ask(session, assignment_id=place.id, now=NOW)
        [(asking, _person)] = queries.askings(session, swap.id)
        answering.accept(session, swap_asking_id=asking.id, now=NOW)
        lane.follow()
        she = desks.seated(factories.coordinator(session, lane.area))
        return Desk(she, swap.id, lane.shift.id, taker.id)


def test_nothing_says_so() -> None:
    she, _area = desks.coordinator()
    assert "现在没有人要换班。" in she.open("/co/swaps")


def test_what_awaits_her_word_is_in_front(desk: Desk) -> None:
    text = desk.she.open("/co/swaps")
    for words in ("请您定：1件", "王小满", "李大雪", "清晨巡逻", "11月24日（星期二）", "同意", "不同意"):
        assert words in text, words


def test_it_is_among_what_waits_for_her(desk: Desk) -> None:
    assert "换班等您同意：1件" in desk.she.open("/co")
    desk.she.open(A_FORM)
    desk.she.send(desk.decision, decision="refuse")
    assert "换班等您同意" not in desk.she.open("/co")


def test_approved_the_place_changes_hands(desk: Desk) -> None:
    desk.she.open("/co/swaps")
    assert "同意了，班表已经改好" in desk.she.send(desk.decision, decision="approve")
    assert (desk.state(), desk.holders()) == (SwapState.DONE, ["李大雪"])
    assert "以前的" in desk.she.text
    assert "换好了" in desk.she.text
    with transaction() as session:
        noted = [(verb, number) for verb, kind, number, _by in audited(session) if kind == "swap"]
    assert noted == [("approved_swap", desk.swap_id)]


def test_refused_it_stays(desk: Desk) -> None:
    desk.she.open("/co/swaps")
    assert "没有同意，班表不变" in desk.she.send(desk.decision, decision="refuse")
    assert (desk.state(), desk.holders()) == (SwapState.REFUSED, ["王小满"])
    desk.she.open(A_FORM)
    assert "这次换班的情况已经变了" in desk.she.send(desk.decision, decision="approve")
    assert desk.she.status == 409


def test_neither_is_asked_again(desk: Desk) -> None:
    desk.she.open("/co/swaps")
    assert "请选“同意”或者“不同意”。" in desk.she.send(desk.decision, decision="perhaps")
    assert (desk.she.status, desk.state()) == (422, SwapState.AGREED)


def test_what_cannot_be_done_any_more_says_why(desk: Desk) -> None:
    with transaction() as session:
        other = factories.shift_on(session, factories.community(session), TOMORROW, title="别处")
        factories.sign_up(session, session.get_one(Volunteer, desk.taker_id), other.roles[0])
    desk.she.open("/co/swaps")
    assert "现在换不了：和“别处”时间重叠" in desk.she.send(desk.decision, decision="approve")
    assert (desk.she.status, desk.state(), desk.holders()) == (409, SwapState.AGREED, ["王小满"])


def test_another_community_does_not_see_it(desk: Desk) -> None:
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
    assert "王小满" not in stranger.open("/co/swaps")
    stranger.open(A_FORM)
    stranger.send(desk.decision, decision="approve")
    assert (stranger.status, desk.state()) == (404, SwapState.AGREED)


def test_whether_swaps_need_approval_is_said_where_the_activity_is_changed(desk: Desk) -> None:
    with transaction() as session:
        area = session.get_one(Area, session.get_one(Swap, desk.swap_id).area_id)
        made = factories.activity(session, area, title="社区义诊")
    edit = f"/co/activities/{made.id}/edit"
    text = desk.she.open(edit)
    assert "换班要协调员同意" in text
    typed = {
        "title": "社区义诊",
        "contact_name": "陈协调",
        "contact_phone": "0371-64350001",
        "version": str(made.version),
    }
    assert "改好了。" in desk.she.send(edit, **typed, swaps_need_approval="true")
    with transaction() as session:
        assert session.get_one(type(made), made.id).swaps_need_approval
