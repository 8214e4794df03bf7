"""The channels: what is set up and how it does, tried by a message to oneself; and how every message reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from service.audit import AuditEntry
from service.db import transaction
from service.notifications import groups
from service.notifications.channels import dingtalk
from service.notifications.channels.sms import template
from service.notifications.models import ChatGroup, Delivery, Notification
from service.places.models import Area
from service.settings import settings
from service.terms import Channel, NotificationKind, NotificationState, Role
from service.web.pages.channels import without_secrets
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.service.notifications.vendors import Vendor, serving

pytestmark = pytest.mark.usefixtures("at_now")

TOKEN = "566cc69da782ec1c2e8d9f00aabbccdd11223344556677889900aabbccddeeff"


def administrator() -> tuple[Person, Area]:
    return desks.coordinator(role=Role.ADMIN)


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings of the environment, read anew."""
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()
    template.templates.cache_clear()


def with_settings(set_up: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        set_up.setenv(name.upper(), value)
    settings.cache_clear()
    template.templates.cache_clear()


def failed(area: Area | None, error: str, *, channel: Channel = Channel.EMAIL, is_permanent: bool = True) -> None:
    with transaction() as session:
        person = factories.volunteer(session, area or factories.community(session), "李大雪")
        message = Notification(
            area_id=area.id if area else None,
            volunteer_id=person.id,
            kind=NotificationKind.REMINDER,
            key=f"reminder:{error}",
            send_at=NOW,
            state=NotificationState.PLANNED,
        )
        message.deliveries = [
            Delivery(channel=channel, attempted_at=NOW - timedelta(hours=1), error=error, is_permanent=is_permanent)
        ]
        session.add(message)


def group(area: Area) -> ChatGroup:
    with transaction() as session:
        return groups.open_group(
            session,
            area_id=area.id,
            name="楼长群",
            door=groups.Door(Channel.DINGTALK, TOKEN),
            secret="SECabc",
            hears=[NotificationKind.GROUP_GAP],
            account_id=1,
            now=NOW,
        )


def tries() -> list[tuple[str, bool]]:
    with transaction() as session:
        ours = select(AuditEntry.details).where(AuditEntry.verb == "tried_channel")
        rows = session.scalars(ours.order_by(AuditEntry.id))
        return [(row["channel"], row["is_sent"]) for row in rows]


def test_a_message_to_oneself_that_stands_in_says_so() -> None:
    she, _area = administrator()
    assert "正在用，只是试用" in she.open("/ad/channels")
    assert "这是试用的办法，没有真的发出去。" in she.send("/ad/channels/file/trial")
    [path] = settings().message_dir.rglob("trial.*.txt")
    text = path.read_text()
    assert "测试，请不用理会" in text
    assert "【人民路社区】陈协调您好" in text
    assert tries() == [("file", True)]
    with transaction() as session:
        assert session.scalar(select(func.count(Notification.id))) == 0


@pytest.mark.parametrize(
    ("channel", "values", "said"),
    [
        ("sms", {}, "短信：没有发成，原因是短信服务商没有设置。不改好的话，再试也一样。"),
        ("email", {"smtp_url": "smtp://127.0.0.1:9"}, "电子邮件：没有发成，原因是您没有登记电子邮件地址。"),
        ("sms", {"sms_driver": "console", "sms_sign": "人民路"}, "短信：发出去了。请看看收到没有"),
    ],
)
def test_what_came_of_it_is_said_in_words(
    set_up: pytest.MonkeyPatch, channel: str, values: dict[str, str], said: str
) -> None:
    with_settings(set_up, **values)
    she, _area = administrator()
    she.open("/ad/channels")
    assert said in she.send(f"/ad/channels/{channel}/trial")


def test_a_server_that_is_not_there_is_a_failure_for_now(set_up: pytest.MonkeyPatch) -> None:
    with_settings(set_up, smtp_url="smtp://127.0.0.1:9")
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area, "陈协调", email="chen@example.cn")
        account = factories.coordinator(session, area, role=Role.ADMIN)
        account.volunteer_id = person.id
    she = desks.seated(account)
    assert "发件人：lunzhi@localhost。" in she.open("/ad/channels")
    text = she.send("/ad/channels/email/trial")
    assert "电子邮件：这一次没有发成，原因是ConnectionRefusedError" in text
    assert "过一会儿再试。" in text
    assert tries() == [("email", False)]


def test_one_line_in_a_group_says_that_it_is_a_trial(set_up: pytest.MonkeyPatch) -> None:
    she, area = administrator()
    bot = group(area)
    with serving(
        Vendor(answers=[(200, {"errcode": 0}), (200, {"errcode": 310000, "errmsg": "sign not match"})])
    ) as vendor:
        set_up.setattr(dingtalk, "HOST", vendor.address)
        assert "楼长群" in she.open("/ad/channels")
        assert "钉钉群：发出去了。" in she.send(f"/ad/channels/groups/{bot.id}/trial")
        assert "钉钉群：刚说过话，请" in she.send(f"/ad/channels/groups/{bot.id}/trial")
        with transaction() as session:
            session.execute(update(ChatGroup).values(next_at=NOW - timedelta(days=9)))
        assert "钉钉群：没有发成，原因是310000 sign not match。" in she.send(f"/ad/channels/groups/{bot.id}/trial")
    [said, _refused] = vendor.requests
    assert "测试，请不用理会" in said.json["text"]["content"]
    assert "/a/0" in said.json["text"]["content"]
    assert tries() == [("dingtalk", True), ("dingtalk", False), ("dingtalk", False)]


def test_a_silenced_bot_is_shown_until_it_may_speak_again() -> None:
    she, area = administrator()
    group(area)
    assert "被禁言" not in she.open("/ad/channels")
    with transaction() as session:
        session.execute(update(ChatGroup).values(next_at=func.now() + timedelta(minutes=9)))
    assert "被禁言，到" in she.open("/ad/channels")


def test_nobody_speaks_in_a_group_of_elsewhere_or_one_that_is_closed() -> None:
    she, area = administrator()
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
    foreign, own = group(elsewhere), group(area)
    with transaction() as session:
        session.get_one(ChatGroup, own.id).closed_at = NOW
    for bot in (foreign, own):
        she.open("/ad/channels")
        she.send(f"/ad/channels/groups/{bot.id}/trial")
        assert she.status == 404
    assert tries() == []


def test_the_last_errors_are_shown_without_what_is_private() -> None:
    she, area = administrator()
    failed(area, "550 <wang@example.cn>: no such user here")
    failed(None, "503 of a login code")
    with transaction() as session:
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
    failed(elsewhere, "421 elsewhere")
    text = she.open("/ad/channels")
    assert "550 <…>: no such user here" in text
    assert "不再用这个办法" in text
    assert "没送成1次" in text
    for hidden in ("wang@example.cn", "503 of a login code", "421 elsewhere"):
        assert hidden not in text
    assert without_secrets(f"token {TOKEN} of +8613800138000") == "token … of …"


def test_no_key_is_shown(set_up: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_settings(set_up, **vendor_settings(tmp_path))
    she, area = administrator()
    group(area)
    text = she.open("/ad/channels")
    assert "服务商：阿里云。签名：【人民路】。" in text
    assert "批准的模板2个。" in text
    for hidden in (TOKEN, "SECabc", "LTAI-key", "very-secret"):
        assert hidden not in text


def vendor_settings(folder: Path) -> dict[str, str]:
    kept = {
        "reminder": {"code": "SMS_1", "text": "${name}您好，提醒您来：${what}，${when}，在${where}。"},
        "sign_up_received": {"code": "SMS_2", "text": "${name}您好，请在${missing}前回复${until}。" + "长" * 480},
    }
    (folder / "templates.json").write_text(json.dumps(kept), "utf-8")
    return {
        "sms_driver": "aliyun",
        "sms_key_id": "LTAI-key",
        "sms_key_secret": "very-secret",
        "sms_sign": "人民路",
        "sms_templates": str(folder / "templates.json"),
    }


def test_every_message_is_read_measured_and_mapped(set_up: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_settings(set_up, **vendor_settings(tmp_path))
    she, _area = administrator()
    text = she.open("/ad/texts")
    for kind in NotificationKind:
        assert f'href="/ad/texts/{kind}"' in text
    assert "SMS_1" in text
    assert "SMS_TEMPLATES has no place_offered" in text
    assert "more than 500" in text
    text = she.open("/ad/texts/reminder")
    assert "服务商的模板SMS_1填好以后" in text
    assert "王小满您好，提醒您来：社区义诊（引导员）" in text
    assert "SMS_TEMPLATES has no reminder_several" in text
    assert '<div lang="en">' in text
    she.open("/ad/texts/nothing")
    assert she.status == 404


def test_an_administrator_adds_her_own_words_and_no_link() -> None:
    she, area = administrator()
    she.open("/ad/texts/reminder")
    typed = {"zh_opening": "各位老邻居", "zh_closing": "看 http://x.example", "en_opening": "", "en_closing": ""}
    wrong = she.send("/ad/texts/reminder", **typed)
    assert she.status == 422
    assert "这里不能写网址" in wrong
    assert 'value="各位老邻居"' in wrong
    text = she.send("/ad/texts/reminder", **{**typed, "zh_closing": "辛苦了"})
    assert "<p>辛苦了</p>" in text
    assert f"{area.name}自己加的话" in text
    assert "自己加的话" not in she.open("/ad/texts/login_code")
    she.open("/ad/texts/reminder")
    she.send("/ad/texts/login_code", **typed)
    assert she.status == 404


def test_without_a_vendor_messages_are_measured_all_the_same() -> None:
    she, _area = administrator()
    text = she.open("/ad/texts/sign_up_confirmed")
    assert "当短信发是" in text
    assert "没有设置短信" in she.open("/ad/texts")


def test_parts_are_counted_as_vendors_charge_them() -> None:
    assert [template.parts("字" * n, sign="人民路") for n in (65, 66, 129, 130)] == [1, 2, 2, 3]
