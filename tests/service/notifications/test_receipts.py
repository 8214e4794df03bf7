"""What became of a text message, as its vendor tells it: early, late, twice, of strangers, or from who is no vendor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from service import clock
from service.db import transaction
from service.notifications import receipts, sending
from service.notifications.fates import fates
from service.notifications.models import Delivery, Notification, Receipt
from service.notifications.receipts import Report
from service.settings import SettingsError, read, settings
from service.terms import Channel, NotificationState, UnsentReason
from service.web import told
from tests.browsing import Person
from tests.factories import NOW
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import deliveries, reminded, row
from tests.service.notifications.test_sms import Careful, vendor

__all__ = ["vendor"]
TOKEN = "a1b2c3d4e5f6a7b8c9d0"
BIZ_ID = "9006197469364984400"
AT_ALIYUN = {"biz_id": BIZ_ID, "success": True, "err_code": "DELIVERED", "err_msg": "ok", "phone_number": "13812345678"}
SWITCHED_OFF = {"biz_id": BIZ_ID, "success": False, "err_code": "MK:1008", "err_msg": "off", "out_id": "x"}
AT_TENCENT = {"sid": "2433:1", "report_status": "SUCCESS", "errmsg": "DELIVRD", "mobile": "13812345678"}


@pytest.fixture(autouse=True)
def open_door(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The address is known to the vendor."""
    monkeypatch.setenv("SMS_RECEIPT_TOKEN", TOKEN)
    settings.cache_clear()
    yield
    settings.cache_clear()


def push(body: Any, *, vendor: str = "aliyun", token: str = TOKEN) -> Any:
    return Person().client.post(f"/api/receipts/{vendor}/{token}", json=body)


def kept() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Receipt)) or 0


def line(key: str) -> str:
    """What her ledger says of it."""
    with transaction() as session:
        found = session.scalars(select(Notification).where(Notification.key == key)).one()
        return told.of_message(found, fates(session, [found])[found.id]).sentence


def test_the_ledger_says_when_it_arrived(vendor: Careful, turn: Turn) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    assert "手机收到了" not in line(key)
    turn(NOW + timedelta(minutes=3))
    answer = push([AT_ALIYUN])
    assert (answer.status_code, answer.get_json()) == (200, {"code": 0, "msg": "OK"})
    sending.send_due()
    assert "用短信发了" in line(key)
    assert line(key).endswith("10:03手机收到了。")
    assert (kept(), deliveries(key), len(vendor.requests)) == (0, [(Channel.SMS, None)], 1)


@pytest.mark.parametrize("vendor", ["tencent"], indirect=True)
def test_tencent_tells_it_in_its_own_words(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    answer = push([AT_TENCENT], vendor="tencent")
    assert (answer.status_code, answer.get_json()) == (200, {"result": 0, "errmsg": "OK"})
    sending.send_due()
    assert line(key).endswith("手机收到了。")


def test_what_did_not_arrive_goes_out_over_the_next_channel_once(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    for _time in range(2):
        push([SWITCHED_OFF])
        sending.send_due()
    assert deliveries(key) == [(Channel.SMS, "MK:1008 off"), (Channel.CALL_LIST, None)]
    assert (row(key).state, row(key).channel, len(vendor.requests)) == (NotificationState.SENT, Channel.CALL_LIST, 1)


def test_it_waits_for_the_morning_as_anything_does(vendor: Careful, turn: Turn) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    turn(NOW + timedelta(hours=12))
    push([SWITCHED_OFF])
    sending.send_due()
    assert (row(key).state, row(key).channel) == (NotificationState.PLANNED, None)
    assert row(key).send_at == NOW + timedelta(hours=22)


def test_what_she_has_seen_is_not_told_again(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    with transaction() as session:
        session.execute(update(Notification).values(seen_at=NOW))
    push([SWITCHED_OFF])
    sending.send_due()
    assert (row(key).state, row(key).channel) == (NotificationState.SENT, Channel.SMS)


def test_what_has_become_useless_meanwhile_stays_unsent(vendor: Careful, turn: Turn) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    turn(NOW + timedelta(days=30))
    push([SWITCHED_OFF])
    sending.send_due()
    assert (row(key).state, row(key).unsent_reason) == (NotificationState.UNSENT, UnsentReason.TOO_LATE)


def test_a_word_that_comes_before_our_own_row_is_kept_for_it(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    push([AT_ALIYUN, AT_ALIYUN, AT_ALIYUN | {"biz_id": "somebody else's"}])
    sending.send_due()
    assert kept() == 2
    sending.send_due()
    assert line(key).endswith("手机收到了。")
    assert kept() == 1


def test_what_nobody_here_sent_is_forgotten_after_a_week(turn: Turn) -> None:
    push([AT_ALIYUN])
    for days, left in ((6, 1), (8, 0)):
        turn(NOW + timedelta(days=days))
        sending.send_due()
        assert kept() == left


def test_the_first_word_counts(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    push([AT_ALIYUN])
    sending.send_due()
    push([SWITCHED_OFF])
    sending.send_due()
    assert deliveries(key) == [(Channel.SMS, None)]


def test_two_sweeps_take_up_one_receipt_once(vendor: Careful) -> None:
    """The second passes over what the first holds: neither waits, and nothing is planned twice."""
    key = reminded(phone="+8613812345678")
    sending.send_due()
    push([SWITCHED_OFF])
    with transaction() as first, transaction() as second:
        assert receipts.take_up(first, now=clock.now(first)) == 1
        assert receipts.take_up(second, now=clock.now(second)) == 0
    sending.send_due()
    assert deliveries(key) == [(Channel.SMS, "MK:1008 off"), (Channel.CALL_LIST, None)]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "_schema"),
        ([{"success": True}], "biz_id"),
        ([AT_ALIYUN, {"biz_id": "2", "success": "perhaps"}], "success"),
        ([AT_ALIYUN | {"biz_id": "9" * 81}], "biz_id"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(body: Any, wrong: str) -> None:
    answer = push(body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert wrong in answer.text
    assert kept() == 0


def test_no_json_at_all_is_refused() -> None:
    answer = Person().client.post(f"/api/receipts/aliyun/{TOKEN}", data="<xml/>")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_who_does_not_know_the_address_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for token in ("", "x", TOKEN[:-1], TOKEN + "0", "令牌"):
        assert push([AT_ALIYUN], token=token).status_code == 404
    assert push([AT_ALIYUN], vendor="console").status_code == 404
    assert Person().client.get(f"/api/receipts/aliyun/{TOKEN}").status_code == 405
    monkeypatch.delenv("SMS_RECEIPT_TOKEN")
    settings.cache_clear()
    assert push([AT_ALIYUN]).status_code == 404
    assert kept() == 0


@pytest.mark.parametrize("token", ["short", "a" * 19, "with a space in it 1234567890", "斜" * 20, "a/b" * 10])
def test_a_token_that_can_be_guessed_or_typed_wrong_is_no_token(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("SMS_RECEIPT_TOKEN", token)
    with pytest.raises(SettingsError, match="SMS_RECEIPT_TOKEN"):
        read(dict(os.environ))


def test_nothing_of_a_number_is_kept(vendor: Careful) -> None:
    reminded(phone="+8613812345678")
    push([AT_ALIYUN])
    with transaction() as session:
        [receipt] = session.scalars(select(Receipt))
        assert "138" not in f"{receipt.receipt_id} {receipt.words}"
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_told_with_nothing_to_tell_keeps_nothing(turn: Turn) -> None:
    assert push([]).status_code == 200
    with transaction() as session:
        receipts.keep(session, [Report(receipt_id="1", has_arrived=False, words="x" * 999)], now=NOW)
    with transaction() as session:
        assert len(session.scalars(select(Receipt)).one().words) == 300
