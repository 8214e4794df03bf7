"""Groups hear what they are to hear, no names, at the pace their vendor allows, and nothing is lost for waiting."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.activities.rules import RolePlan
from service.audit import AuditEntry
from service.db import transaction
from service.notifications import groups, sending
from service.notifications.channels import dingtalk, feishu, pace, wecom
from service.notifications.groups import NotABot, read_address
from service.notifications.models import ChatGroup, Delivery, Notification
from service.notifications.subjects import SHIFT_ROLES
from service.notifications.wanted import To, Wanted, notify
from service.notifications.ways import FOR_GROUPS
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.terms import Channel, NotificationKind, NotificationState, UnsentReason
from tests import factories
from tests.factories import NOW
from tests.outbox import drain
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import at
from tests.service.notifications.vendors import Vendor, serving

K = NotificationKind
ADDRESSES = {
    Channel.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    Channel.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec1c2e8d9f00",
    Channel.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/2f1a0c7e-aaaa-4bbb-8ccc-0123456789ab",
}
MODULES: dict[Channel, ModuleType] = {Channel.WECOM: wecom, Channel.DINGTALK: dingtalk, Channel.FEISHU: feishu}
GOOD: dict[Channel, dict[str, Any]] = {
    Channel.WECOM: {"errcode": 0, "errmsg": "ok"},
    Channel.DINGTALK: {"errcode": 0, "errmsg": "ok"},
    Channel.FEISHU: {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"},
}


@pytest.fixture
def vendor(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Stands in for all three vendors."""
    with serving(Vendor()) as made:
        for module in MODULES.values():
            monkeypatch.setattr(module, "HOST", made.address)
        yield made


def open_group(session: Session, area: Area, channel: Channel = Channel.WECOM, **details: Any) -> ChatGroup:
    details = {"name": "楼长群", "hears": FOR_GROUPS, "account_id": 1, "now": NOW, **details}
    return groups.open_group(session, area_id=area.id, door=read_address(ADDRESSES[channel]), **details)


def gap(session: Session, area: Area, group: ChatGroup, *, key: str = "a") -> str:
    """Word of a gap for this group, due now; its key."""
    shift = factories.shift_on(session, area, at("11-28 09:00"), what_to_bring="水杯")
    wanted = Wanted(
        kind=K.GROUP_GAP,
        key=f"group_gap:{key}:{group.id}",
        to=To(group_id=group.id),
        subject_ids={SHIFT_ROLES: [factories.only_role(session, shift).id]},
        area_id=area.id,
    )
    notify(session, wanted, now=NOW)
    return wanted.key


def said(channel: Channel, **details: Any) -> str:
    """Committed: a group over this channel, and word of a gap for it; its key."""
    with transaction() as session:
        area = factories.community(session)
        return gap(session, area, open_group(session, area, channel, **details))


def row(key: str) -> Notification:
    with transaction() as session:
        return session.scalars(select(Notification).where(Notification.key == key)).one()


def errors() -> list[str | None]:
    with transaction() as session:
        return list(session.scalars(select(Delivery.error).order_by(Delivery.id)))


#: Without the number of the activity.
TEXT = (
    "【人民路社区】还缺1人：社区义诊（引导员），11月28日（星期六）上午9:00—11:00，在人民路社区。请带：水杯。"
    "能来的请打电话0371 6435 0001，或点开报名：http://127.0.0.1:8000/a/"
)


@pytest.mark.parametrize("channel", ADDRESSES)
def test_each_vendor_gets_what_it_documents(vendor: Vendor, channel: Channel) -> None:
    vendor.answers = [(200, GOOD[channel])]
    key = said(channel)
    sending.send_due()
    assert (row(key).state, row(key).channel) == (NotificationState.SENT, channel)
    (request,) = vendor.requests
    with transaction() as session:
        content = f"{TEXT}{session.scalars(select(Shift.activity_id)).one()}"
    expected = {
        Channel.WECOM: (
            "/cgi-bin/webhook/send",
            {"key": "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"},
            {"msgtype": "text", "text": {"content": content}},
        ),
        Channel.DINGTALK: (
            "/robot/send",
            {"access_token": "566cc69da782ec1c2e8d9f00"},
            {"msgtype": "text", "text": {"content": content}},
        ),
        Channel.FEISHU: (
            "/open-apis/bot/v2/hook/2f1a0c7e-aaaa-4bbb-8ccc-0123456789ab",
            {},
            {"msg_type": "text", "content": {"text": content}},
        ),
    }[channel]
    assert (request.path, request.query, request.json) == expected


def test_a_dingtalk_bot_signs_if_its_group_asks_for_it(vendor: Vendor) -> None:
    vendor.answers = [(200, GOOD[Channel.DINGTALK])]
    said(Channel.DINGTALK, secret="SECabc")
    sending.send_due()
    query = vendor.requests[0].query
    text = f"{query['timestamp']}\nSECabc"
    expected = b64encode(hmac.new(b"SECabc", text.encode(), hashlib.sha256).digest()).decode()
    assert query["sign"] == expected
    assert abs(int(query["timestamp"]) / 1000 - time.time()) < 60


def test_a_feishu_bot_signs_if_its_group_asks_for_it(vendor: Vendor) -> None:
    vendor.answers = [(200, GOOD[Channel.FEISHU])]
    said(Channel.FEISHU, secret="abc")
    sending.send_due()
    body = vendor.requests[0].json
    expected = b64encode(hmac.new(f"{body['timestamp']}\nabc".encode(), b"", hashlib.sha256).digest()).decode()
    assert body["sign"] == expected
    assert abs(int(body["timestamp"]) - time.time()) < 60


FOR_GOOD, FOR_NOW = True, False


@pytest.mark.parametrize(
    ("channel", "status", "answer", "is_permanent", "silence"),
    [
        (Channel.DINGTALK, 200, {"errcode": 310000, "errmsg": "keywords not in content"}, FOR_GOOD, 0),
        (Channel.DINGTALK, 200, {"errcode": 300005, "errmsg": "token is not exist"}, FOR_GOOD, 0),
        (Channel.DINGTALK, 200, {"errcode": 130101, "errmsg": "send too fast"}, FOR_NOW, 600),
        (Channel.DINGTALK, 200, {"errcode": 410100, "errmsg": "send too fast"}, FOR_NOW, 600),
        (Channel.DINGTALK, 200, {"errcode": -1, "errmsg": "system busy"}, FOR_NOW, 0),
        (Channel.WECOM, 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, FOR_GOOD, 0),
        (Channel.WECOM, 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, FOR_NOW, 60),
        (Channel.WECOM, 200, {"errcode": -1, "errmsg": "system busy"}, FOR_NOW, 0),
        (Channel.FEISHU, 200, {"code": 19024, "msg": "Key Words Not Found"}, FOR_GOOD, 0),
        (Channel.FEISHU, 200, {"code": 19021, "msg": "sign match fail"}, FOR_GOOD, 0),
        (Channel.FEISHU, 400, {"code": 9499, "msg": "Bad Request"}, FOR_GOOD, 0),
        (Channel.FEISHU, 400, {"code": 11232, "msg": "frequency limited"}, FOR_NOW, 60),
        (Channel.FEISHU, 429, b"slow down", FOR_NOW, 60),
        (Channel.WECOM, 502, b"<html>bad gateway</html>", FOR_NOW, 0),
    ],
)
def test_what_the_vendor_refuses_is_never_taken_for_sent(
    vendor: Vendor, channel: Channel, status: int, answer: Any, is_permanent: bool, silence: int
) -> None:
    vendor.answers = [(status, answer)]
    key = said(channel)
    sending.send_batch()
    with transaction() as session:
        (delivery,) = session.scalars(select(Delivery)).all()
    assert delivery.is_permanent is is_permanent
    if is_permanent:
        assert (row(key).state, row(key).unsent_reason) == (NotificationState.UNSENT, UnsentReason.FAILED)
    else:
        assert row(key).state == NotificationState.PLANNED
        assert row(key).send_at - NOW >= timedelta(seconds=silence)


def test_a_silenced_bot_says_nothing_more_until_its_time_is_over(vendor: Vendor, turn: Turn) -> None:
    vendor.answers = [(200, {"errcode": 130101, "errmsg": "send too fast"}), (200, GOOD[Channel.DINGTALK])]
    first = said(Channel.DINGTALK)
    sending.send_batch()
    with transaction() as session:
        group = session.scalars(select(ChatGroup)).one()
        second = gap(session, session.get_one(Area, group.area_id), group, key="b")
        left = session.scalar(select(ChatGroup.next_at - func.now()))
    assert timedelta(minutes=9, seconds=50) < (left or timedelta()) <= timedelta(minutes=10)
    sending.send_batch()
    assert len(vendor.requests) == 1, "the second waits, though nobody has told it to"
    assert (row(second).state, row(second).attempts) == (NotificationState.PLANNED, 0)

    turn(NOW + timedelta(minutes=20))
    for key in (first, second):
        with transaction() as session:
            session.execute(update(ChatGroup).values(next_at=func.now()))
            session.execute(update(Notification).where(Notification.key == key).values(send_at=NOW))
        sending.send_batch()
    assert [row(key).state for key in (first, second)] == [NotificationState.SENT] * 2


def test_whoever_waits_its_turn_is_never_given_up(vendor: Vendor) -> None:
    key = said(Channel.WECOM)
    with transaction() as session:
        session.execute(update(ChatGroup).values(next_at=func.now() + timedelta(hours=1)))
    for _ in range(40):
        with transaction() as session:
            session.execute(update(Notification).values(send_at=NOW))
        sending.send_batch()
    assert (row(key).state, row(key).attempts) == (NotificationState.PLANNED, 0)
    assert (vendor.requests, errors()) == ([], [])


def test_the_pace_holds_over_many_senders_at_once(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads ask for turns for two seconds, each with connections of its own: no two turns are too near."""
    monkeypatch.setitem(pace.SPACING, Channel.WECOM, timedelta(milliseconds=400))
    with transaction() as session:
        group_id = open_group(session, factories.community(session)).id
    taken, ends = list[float](), time.monotonic() + 2

    def hammer() -> None:
        while time.monotonic() < ends:
            wait = pace.take(group_id, Channel.WECOM)
            if wait is None:
                taken.append(time.monotonic())
            else:
                assert timedelta() < wait <= timedelta(milliseconds=400)
                time.sleep(0.02)

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 2 <= len(taken) <= 6


def test_a_restart_does_not_forget_the_pace(database: object) -> None:
    """Nothing is kept in the process: what another process took a moment ago is taken."""
    from service import db

    with transaction() as session:
        group_id = open_group(session, factories.community(session)).id
    assert pace.take(group_id, Channel.WECOM) is None
    db.forget_engine()
    assert (pace.take(group_id, Channel.WECOM) or timedelta()) > timedelta(seconds=1)


def test_somebody_drops_out_and_the_groups_concerned_hear_it_without_a_name(vendor: Vendor, turn: Turn) -> None:
    vendor.answers = [(200, GOOD[Channel.WECOM])]
    with transaction() as session:
        area, elsewhere = factories.community(session), factories.community(session, "石窟路社区")
        street = session.get_one(Area, area.parent_id)
        team = factories.team(session, area)
        open_group(session, area, name="楼长群", hears=[K.GROUP_GAP])
        open_group(session, street, name="街道群", hears=[K.GROUP_FREE_PLACE])
        open_group(session, area, name="两样都听", hears=FOR_GROUPS)
        open_group(session, area, name="别的队", team_id=team.id)
        open_group(session, elsewhere, name="别的社区")
        closed = open_group(session, area, name="停用的")
        groups.close_group(session, closed, account_id=1, now=NOW)
        roles = [RolePlan(name="引导员", min_needed=1, max_needed=1)]
        shift = factories.shift_on(session, area, at("11-28 09:00"), roles=roles)
        person = factories.volunteer(session, area, "欧阳小满")
        signup = factories.sign_up(session, person, factories.only_role(session, shift))
        held = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()
        roster.decline(session, assignment_id=held.id, now=NOW)
    drain()
    turn(NOW + timedelta(minutes=3))
    for _ in range(3):
        with transaction() as session:
            session.execute(update(ChatGroup).values(next_at=func.now()))
        sending.send_due()
    with transaction() as session:
        heard = session.execute(
            select(ChatGroup.name, Notification.kind, Notification.state, Notification.text)
            .join(ChatGroup, ChatGroup.id == Notification.group_id)
            .order_by(ChatGroup.id)
        ).all()
    assert [(name, kind, state) for name, kind, state, _text in heard] == [
        ("楼长群", K.GROUP_GAP, NotificationState.SENT),
        ("街道群", K.GROUP_FREE_PLACE, NotificationState.SENT),
        ("两样都听", K.GROUP_GAP, NotificationState.SENT),
    ]
    for request in vendor.requests:
        said_there = request.body.decode()
        assert "0371 6435 0001" in said_there
        for private in ("欧阳", "小满", "陈协调", "139"):
            assert private not in said_there, private


def test_what_was_filled_meanwhile_is_not_said(vendor: Vendor) -> None:
    with transaction() as session:
        area = factories.community(session)
        key = gap(session, area, open_group(session, area))
        shift = session.scalars(select(Shift)).one()
        factories.sign_up(session, factories.volunteer(session, area), factories.only_role(session, shift))
    sending.send_due()
    assert (row(key).unsent_reason, vendor.requests) == (UnsentReason.SUPERSEDED, [])


def test_a_group_that_was_closed_hears_nothing_more(vendor: Vendor) -> None:
    key = said(Channel.WECOM)
    with transaction() as session:
        groups.close_group(session, session.scalars(select(ChatGroup)).one(), account_id=1, now=NOW)
    sending.send_due()
    assert (row(key).unsent_reason, vendor.requests) == (UnsentReason.NO_CHANNEL, [])


@pytest.mark.parametrize(
    "address",
    [
        "https://oapi.dingtalk.com.evil.cn/robot/send?access_token=566cc69da782ec1c2e8d9f00",
        "http://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec1c2e8d9f00",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=../../x",
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
        "http://169.254.169.254/latest/meta-data",
        "",
    ],
)
def test_no_other_host_is_ever_spoken_to(address: str) -> None:
    with pytest.raises(NotABot):
        read_address(address)


def test_the_token_is_sealed_and_the_opening_audited(session: Session) -> None:
    group = open_group(session, factories.community(session), Channel.DINGTALK, secret="SECabc")
    session.flush()
    assert b"566cc69da782ec1c2e8d9f00" not in group.token_sealed
    assert b"SECabc" not in (group.secret_sealed or b"")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "opened_group")).one()
    assert "566cc69da782ec1c2e8d9f00" not in str(entry.details)
