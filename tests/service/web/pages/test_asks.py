"""The link that asks somebody to step in: opening it changes nothing, one press answers, too late is thanked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from service import links
from service.accounts import actions as accounts
from service.activities import actions as activities
from service.backfill.models import Invitation
from service.db import transaction
from service.notifications import sending
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.terms import Channel, InvitationState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.ledger import facts
from tests.outbox import drain
from tests.service.backfill.lane import Lane

SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; LinkPreview/1.0; bot)"}

pytestmark = pytest.mark.usefixtures("at_now")


@dataclass
class Asked:
    """Two substitutes who were asked, by name and invitation, and where it is."""

    volunteer_ids: list[int]
    invitation_ids: list[int]
    shift_id: int
    area_id: int

    def link(self, number: int = 0) -> str:
        return f"{links.ASK_PATH}{links.ask_token(self.invitation_ids[number])}"


@pytest.fixture
def asked(at_now: object) -> Asked:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1), now=NOW - timedelta(minutes=2), details={"title": "社区义诊"})
        people = [lane.substitute("李候补"), lane.substitute("赵候补")]
        [signup] = lane.filled(factories.volunteer(session, lane.area, "陈退出"))
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        invitations = [lane.invitation(person).id for person in people]
        return Asked([person.id for person in people], invitations, lane.shift.id, lane.area.id)


def state(asked: Asked, number: int = 0) -> InvitationState:
    with transaction() as session:
        return session.get_one(Invitation, asked.invitation_ids[number]).state


def test_it_says_what_when_where_and_how_many_are_missing(asked: Asked) -> None:
    text = Person().open(asked.link())
    for words in (
        "李**，您好。",
        "有人来不了，还缺1人",
        "11月24日（星期二）",
        "我能来",
        "我来不了",
        "tel:0371-64350001",
    ):
        assert words in text, words
    assert "李候补" not in text, "a link may be passed on"


def test_opening_the_link_changes_nothing(asked: Asked) -> None:
    with transaction() as session:
        before = facts(session)
    for _look in range(2):
        assert Person().client.get(asked.link(), headers=SCANNER).status_code == 200
        assert Person().client.head(asked.link(), headers=SCANNER).status_code == 200
    with transaction() as session:
        assert facts(session) == before


def test_yes_leads_to_her_place(asked: Asked) -> None:
    who = Person()
    text = who.send(asked.link(), answer="yes")
    assert who.path.startswith(links.ANSWER_PATH)
    assert "已经记下您能来" in text
    assert "您已回复：能来" in Person().open(asked.link()), "the link leads there from now on"
    assert "您已回复：能来" in Person().send(asked.link(), answer="no"), "and gives nothing up by itself"


def test_no_is_thanked_and_may_be_thought_over(asked: Asked) -> None:
    who = Person()
    assert "知道了，我们再请别人" in who.send(asked.link(), answer="no")
    assert "点错了，我能来" in who.text
    assert "已经记下您能来" in who.send(asked.link(), answer="yes")


def test_the_second_yes_is_thanked(asked: Asked) -> None:
    Person().send(asked.link(0), answer="yes")
    assert "已经有人顶上了，这次不用来" in Person().open(asked.link(1))
    assert "再缺人的时候先请您" in Person().send(asked.link(1), answer="yes")
    assert state(asked, 1) == InvitationState.THANKED


def test_who_cannot_come_is_told_every_reason(asked: Asked) -> None:
    with transaction() as session:
        area = session.get_one(Area, asked.area_id)
        other = factories.shift_on(session, area, NOW + timedelta(days=1), title="另一处值班")
        her = session.get_one(Volunteer, asked.volunteer_ids[0])
        factories.sign_up(session, her, factories.only_role(session, other))
    who = Person()
    assert "和“另一处值班”时间重叠" in who.send(asked.link(), answer="yes")
    assert who.status == 409
    assert state(asked) == InvitationState.ASKED


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_what_is_called_off_says_so(asked: Asked, answer: str) -> None:
    with transaction() as session:
        activities.cancel_shift(session, asked.shift_id, reason="停电", now=NOW, account_id=None)
    who = Person()
    assert "这一班取消了" in who.open(asked.link())
    who.send(asked.link(), answer=answer)
    assert "这一班取消了" in who.text
    assert "我能来</button>" not in who.text


def test_an_answer_that_is_none_is_sent_back(asked: Asked) -> None:
    who = Person()
    assert "请选择能来或者来不了" in who.send(asked.link(), answer="maybe")
    assert who.status == 422


@pytest.mark.parametrize("broken", ["1", "1.x", "x.y", "999999.{}"])
def test_a_link_not_made_here_finds_nothing(asked: Asked, broken: str) -> None:
    signature = links.ask_token(asked.invitation_ids[0]).rpartition(".")[2]
    who = Person()
    who.open(links.ASK_PATH + broken.format(signature))
    assert who.status == 404


def test_the_token_of_an_offer_does_not_open_an_asking(asked: Asked) -> None:
    who = Person()
    who.open(links.ASK_PATH + links.answer_token(asked.invitation_ids[0]))
    assert who.status == 404


def test_it_stands_under_my_shifts_and_is_answered_there(asked: Asked) -> None:
    with transaction() as session:
        account = accounts.open_account(
            session, phone=factories.phone(), name="李候补", volunteer_id=asked.volunteer_ids[0]
        )
        who = desks.seated(account)
    assert "请您帮忙" in who.open("/me")
    assert "还缺1人" in who.text
    assert "已经记下您能来" in who.send(asked.link(), answer="yes")
    assert "请您帮忙" not in who.open("/me")
    assert "社区义诊" in who.text


def test_a_place_given_up_again_is_sought_for_again_and_she_is_not_asked(asked: Asked) -> None:
    Person().send(asked.link(), answer="yes")
    with transaction() as session:
        place = session.get_one(Invitation, asked.invitation_ids[0]).assignment_id
        assert place is not None
        roster.decline(session, assignment_id=place, now=NOW)
    drain()
    with transaction() as session:
        assert session.get_one(Assignment, place).state == "declined"
    assert "您回复了来不了" in Person().open(asked.link())


@pytest.mark.need("A35", missing="pairings of neighbours, knocks with three answers, and what follows a missed one")
def test_who_has_no_telephone_of_the_kind_is_called_and_her_answer_counts(asked: Asked) -> None:
    """A35: an elder is reached through the call list, and her answer shows on the roster at once."""
    with transaction() as session:
        session.get_one(Volunteer, asked.volunteer_ids[0]).channel = Channel.CALL_LIST
        area = session.get_one(Area, asked.area_id)
        she = desks.seated(factories.coordinator(session, area))
    sending.send_due()
    assert "问能不能顶班" in she.open("/co/calls")
    call = next(line for line in she.text.split('"') if line.startswith("/co/calls/"))
    assert "想请您顶一下" in she.send(call)
    assert "李候补，能来" in she.send(f"{call}/outcome", outcome="yes")
    assert state(asked) == InvitationState.ACCEPTED
    drain()
    assert "没有要打的电话" in she.open("/co/calls")


def test_a_yes_on_the_telephone_that_comes_too_late_is_said_so(asked: Asked) -> None:
    with transaction() as session:
        session.get_one(Volunteer, asked.volunteer_ids[0]).channel = Channel.CALL_LIST
        area = session.get_one(Area, asked.area_id)
        she = desks.seated(factories.coordinator(session, area))
    sending.send_due()
    she.open("/co/calls")
    call = next(line for line in she.text.split('"') if line.startswith("/co/calls/"))
    she.send(call)
    Person().send(asked.link(1), answer="yes")
    assert "刚刚已经有人顶上了，这次不用李候补来" in she.send(f"{call}/outcome", outcome="yes")
