"""“Why did I (not) get this?”: answered to her with the texts, to her coordinator without them, to nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from service.accounts import actions as accounts
from service.db import transaction
from service.notifications import sending
from service.signups import actions as signups
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.ledger import audited
from tests.outbox import drain

pytestmark = pytest.mark.usefixtures("at_now")


@dataclass
class Desk:
    """A coordinator, and 王小满 who signed up for a shift in three days, and withdrew from another."""

    coordinator: Person
    her: Person
    her_id: int
    shift_id: int
    activity_id: int


@pytest.fixture
def desk(at_now: object) -> Desk:
    with transaction() as session:
        area = factories.community(session)
        she = desks.seated(factories.coordinator(session, area))
        person = factories.volunteer(session, area, "王小满")
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        shift = factories.shift_on(session, area, NOW + timedelta(days=3), title="社区义诊")
        other = factories.shift_on(session, area, NOW + timedelta(days=2), title="清晨巡逻")
        factories.sign_up(session, person, factories.only_role(session, shift))
        left = factories.sign_up(session, person, factories.only_role(session, other))
    drain()
    with transaction() as session:
        signups.withdraw(session, signup_id=left.id, now=NOW)
    drain()
    sending.send_due()
    return Desk(she, desks.seated(account), person.id, shift.id, shift.activity_id)


def test_she_reads_what_she_was_told_and_why_not(desk: Desk) -> None:
    text = desk.her.open("/me/messages")
    for words in (
        "报名成功",
        "【人民路社区】王小满您好",
        "社区义诊（引导员）",
        "存成了文件，没有真的发出去。",
        "没有发：那时候已经不在这一班上。",
        "没有提醒：那时候已经不在这一班上。",
        "提醒。",
    ):
        assert words in text, words
    assert "/me/messages" in desk.her.open("/me")


def test_new_ones_are_counted_until_she_has_looked_and_her_coordinator_sees_when(desk: Desk) -> None:
    assert "条新的）" in desk.her.open("/me")
    assert "看过" not in desk.coordinator.open(f"/co/people/{desk.her_id}/messages")
    assert "新</span>" in desk.her.open("/me/messages")
    assert "条新的" not in desk.her.open("/me")
    assert "新</span>" not in desk.her.open("/me/messages")
    assert "上午10:00看过。" in desk.coordinator.open(f"/co/people/{desk.her_id}/messages")


def test_a_coordinator_has_messages_of_her_own_and_nobody_elses(desk: Desk) -> None:
    text = desk.coordinator.open("/me/messages")
    assert desk.coordinator.status == 200
    assert "王小满您好" not in text
    assert "/me/messages" in desk.coordinator.open("/co")


def test_nobody_elses_are_among_them(desk: Desk) -> None:
    with transaction() as session:
        person = session.get_one(Volunteer, desk.her_id)
        other = factories.volunteer(session, factories.community(session), "李大雪")
        assert other.area_id == person.area_id
        account = accounts.open_account(session, phone=factories.phone(), name=other.name, volunteer_id=other.id)
    assert "还没有给您发过消息。" in desks.seated(account).open("/me/messages")


def test_her_coordinator_sees_what_became_of_each_but_no_text(desk: Desk) -> None:
    text = desk.coordinator.open(f"/co/people/{desk.her_id}/messages")
    for words in (
        "王小满的消息",
        "报名成功",
        "社区义诊（引导员）",
        "存成了文件，没有真的发出去。",
        "没有发：那时候已经不在这一班上。",
    ):
        assert words in text, words
    assert "您好" not in text, "a text may hold a link that answers for her"
    with transaction() as session:
        assert ("looked_at_messages", "volunteer", desk.her_id) in [line[:3] for line in audited(session)]


def test_a_shift_tells_who_was_told_what(desk: Desk) -> None:
    assert f"/co/shifts/{desk.shift_id}/messages" in desk.coordinator.open(f"/co/activities/{desk.activity_id}")
    text = desk.coordinator.open(f"/co/shifts/{desk.shift_id}/messages")
    assert "王小满" in text
    assert "报名成功" in text
    assert "已退出" not in text, "that was about another shift"


def test_another_communitys_coordinator_sees_nothing(desk: Desk) -> None:
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
    for path in (f"/co/people/{desk.her_id}/messages", f"/co/shifts/{desk.shift_id}/messages"):
        stranger.open(path)
        assert stranger.status == 404


def test_who_serves_in_two_communities_is_shown_to_each_only_what_is_hers(desk: Desk) -> None:
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        other = desks.seated(factories.coordinator(session, elsewhere, "林协调"))
        shift = factories.shift_on(session, elsewhere, NOW + timedelta(days=5), title="夜查")
        person = session.get_one(Volunteer, desk.her_id)
        factories.sign_up(session, person, factories.only_role(session, shift))
    text = other.open(f"/co/people/{desk.her_id}/messages")
    assert other.status == 200
    assert "社区义诊" not in text
    assert "清晨巡逻" not in text
