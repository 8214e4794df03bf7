"""Text messages: signed as vendors document it, from approved templates, every refusal read for what it means."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from service.notifications import sending
from service.notifications.channels.sms import aliyun, template, tencent
from service.notifications.channels.sms.template import DoesNotFit, Template, fill, parts, shortened
from service.settings import Settings, SettingsError, read, settings
from service.terms import Channel, NotificationKind, NotificationState
from tests.service.notifications import vendors
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import ask_for_code, deliveries, reminded, row
from tests.service.notifications.test_writing import CASES, written
from tests.service.notifications.vendors import Request, Vendor

SECRET = "YourAccessKeySecret"
TEMPLATES = {
    "reminder": {"code": "SMS_1", "text": "${name}您好，提醒您来：${what}，${when}，在${where}。电话${phone}。"},
    "login_code": {"code": "SMS_2", "text": "验证码${code}，十分钟内有效。"},
}
ACCEPTED: dict[str, Any] = {
    "aliyun": {"Code": "OK", "Message": "OK", "BizId": "9006197469364984400", "RequestId": "F655A8D5"},
    "tencent": {
        "Response": {
            "SendStatusSet": [{"Code": "Ok", "Message": "send success", "SerialNo": "2433:1"}],
            "RequestId": "a0aa",
        }
    },
}


# --- the vendors' own examples ---


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The keys of the vendors' documentation."""
    monkeypatch.setenv("SMS_KEY_ID", "YourAccessKeyId")
    monkeypatch.setenv("SMS_KEY_SECRET", SECRET)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("date", "nonce", "signature"),
    [
        (
            "2023-10-26T10:22:32Z",
            "3156853299f313e23d1673dc12e1703d",
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        ),
        (
            "2023-10-26T09:01:01Z",
            "d410180a5abf7fe235dd9b74aca91fc0",
            "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
        ),
    ],
)
def test_aliyuns_example_has_the_signature_it_documents(
    servers: Settings, documented: None, date: str, nonce: str, signature: str
) -> None:
    query = aliyun.canonical_query(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
    }
    assert aliyun.authorization(query, headers) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        f"x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={signature}"
    )


def test_tencents_example_has_the_signature_it_documents(servers: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the stars the documentation has for most of its key."""
    monkeypatch.setenv("SMS_KEY_ID", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******")
    monkeypatch.setenv("SMS_KEY_SECRET", "Gu5t9xGARNpq86cd98joQYCN3*******")
    settings.cache_clear()
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    at = datetime.fromtimestamp(1551113065, UTC)
    made = tencent.authorization(body, host="cvm.tencentcloudapi.com", service="cvm", now=at)
    settings.cache_clear()
    assert made == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
    )


# --- a vendor that checks what it is sent, by its own reading of the documentation ---


def is_signed_for_aliyun(request: Request) -> bool:
    """Puts the request together again from what arrived."""
    scheme, _, fields = request.headers["authorization"].partition(" ")
    given = dict(field.split("=", 1) for field in fields.split(","))
    lines = ["POST", request.path]
    lines.append(
        "&".join(f"{quote(k, safe='-_.~')}={quote(request.query[k], safe='-_.~')}" for k in sorted(request.query))
    )
    lines += [f"{name}:{request.headers[name]}" for name in given["SignedHeaders"].split(";")]
    lines += ["", given["SignedHeaders"], hashlib.sha256(request.body).hexdigest()]
    text = scheme + "\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
    expected = hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest()
    is_recent = abs(datetime.fromisoformat(request.headers["x-acs-date"]) - datetime.now(UTC)) < timedelta(minutes=15)
    return scheme == "ACS3-HMAC-SHA256" and given["Signature"] == expected and is_recent


def is_signed_for_tencent(request: Request) -> bool:
    """Puts the request together again from what arrived."""
    scheme, _, fields = request.headers["authorization"].partition(" ")
    given = dict(field.strip().split("=", 1) for field in fields.split(","))
    _key_id, day, service, ending = given["Credential"].split("/")
    named = "".join(f"{name}:{request.headers[name]}\n" for name in given["SignedHeaders"].split(";"))
    canonical = f"POST\n/\n\n{named}\n{given['SignedHeaders']}\n{hashlib.sha256(request.body).hexdigest()}"
    at = request.headers["x-tc-timestamp"]
    text = f"{scheme}\n{at}\n{day}/{service}/{ending}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    first = hmac.new(b"TC3" + SECRET.encode(), day.encode(), "sha256").digest()
    second = hmac.new(first, service.encode(), "sha256").digest()
    third = hmac.new(second, ending.encode(), "sha256").digest()
    expected = hmac.new(third, text.encode(), "sha256").hexdigest()
    is_its_day = f"{datetime.fromtimestamp(int(at), UTC):%Y-%m-%d}" == day
    return given["Signature"] == expected and is_its_day and abs(int(at) - datetime.now(UTC).timestamp()) < 300


CHECKS = {"aliyun": is_signed_for_aliyun, "tencent": is_signed_for_tencent}
MODULES = {"aliyun": aliyun, "tencent": tencent}


class Careful(Vendor):
    """Refuses what is not signed as it should be."""

    driver = "aliyun"

    def answer(self, request: Request) -> tuple[int, bytes]:
        """As told, if the signature is right."""
        said = super().answer(request)
        return said if CHECKS[self.driver](request) else (400, b'{"Code": "SignatureDoesNotMatch", "Message": "wrong"}')


@pytest.fixture
def vendor(
    request: pytest.FixtureRequest, turn: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Careful]:
    """The vendor a test names (aliyun unless it says so), in place of the real one, with our templates."""
    driver = getattr(request, "param", "aliyun")
    sheet = tmp_path / "templates.json"
    sheet.write_text(json.dumps(TEMPLATES))
    made = Careful(answers=[(200, ACCEPTED[driver])])
    made.driver = driver
    with vendors.serving(made):
        for name, value in {
            "DEFAULT_CHANNEL": "sms",
            "SMS_DRIVER": driver,
            "SMS_KEY_ID": "YourAccessKeyId",
            "SMS_KEY_SECRET": SECRET,
            "SMS_APP_ID": "1400006666",
            "SMS_SIGN": "人民路社区",
            "SMS_TEMPLATES": str(sheet),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(MODULES[driver], "ADDRESS", f"{made.address}/")
        settings.cache_clear()
        template.templates.cache_clear()
        yield made
    template.templates.cache_clear()


WHEN = "11月28日（星期六）上午9:00—11:00"


def test_aliyun_gets_the_template_with_its_values(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    assert (row(key).state, row(key).channel, deliveries(key)) == (
        NotificationState.SENT,
        Channel.SMS,
        [(Channel.SMS, None)],
    )
    (request,) = vendor.requests
    assert request.headers["x-acs-action"] == "SendSms"
    assert request.headers["x-acs-version"] == "2017-05-25"
    values = json.loads(request.query.pop("TemplateParam"))
    assert request.query == {
        "PhoneNumbers": "13812345678",
        "SignName": "人民路社区",
        "TemplateCode": "SMS_1",
        "OutId": key,
    }
    assert values == {
        "name": "王秀英",
        "what": "社区义诊（引导员）",
        "when": WHEN,
        "where": "人民路社区",
        "phone": "0371 6435 0001",
    }


@pytest.mark.parametrize("vendor", ["tencent"], indirect=True)
def test_tencent_gets_the_values_in_the_order_of_its_numbers(vendor: Careful) -> None:
    key = reminded(phone="+8613812345678")
    sending.send_due()
    assert row(key).state == NotificationState.SENT
    (request,) = vendor.requests
    assert request.headers["x-tc-action"] == "SendSms"
    assert request.headers["x-tc-version"] == "2021-01-11"
    assert request.json == {
        "PhoneNumberSet": ["+8613812345678"],
        "SmsSdkAppId": "1400006666",
        "SignName": "人民路社区",
        "TemplateId": "SMS_1",
        "TemplateParamSet": ["王秀英", "社区义诊（引导员）", WHEN, "人民路社区", "0371 6435 0001"],
        "SessionContext": key,
    }


@pytest.mark.parametrize("vendor", ["aliyun", "tencent"], indirect=True)
def test_who_has_the_wrong_secret_is_refused_by_this_vendor_too(
    vendor: Careful, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of the tests is one: it does refuse."""
    monkeypatch.setenv("SMS_KEY_SECRET", "another")
    settings.cache_clear()
    key = reminded()
    sending.send_batch()
    assert row(key).state == NotificationState.PLANNED
    assert deliveries(key)[0][1] is not None


FOR_GOOD, FOR_NOW = True, False


def of_aliyun(code: str, why: str = "") -> Any:
    return {"Code": code, "Message": why, "RequestId": "x"}


def of_tencent(code: str) -> Any:
    return {"Response": {"SendStatusSet": [{"Code": code, "Message": "no"}], "RequestId": "x"}}


def refused_by_tencent(code: str) -> Any:
    return {"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "x"}}


@pytest.mark.parametrize(
    ("vendor", "status", "answer", "is_permanent", "least_wait"),
    [
        ("aliyun", 200, of_aliyun("isv.MOBILE_NUMBER_ILLEGAL"), FOR_GOOD, 0),
        ("aliyun", 200, of_aliyun("isv.SMS_TEMPLATE_ILLEGAL"), FOR_GOOD, 0),
        ("aliyun", 200, of_aliyun("isv.SMS_SIGNATURE_ILLEGAL"), FOR_GOOD, 0),
        ("aliyun", 200, of_aliyun("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1"), FOR_NOW, 60),
        ("aliyun", 200, of_aliyun("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5"), FOR_NOW, 3600),
        ("aliyun", 200, of_aliyun("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10"), FOR_GOOD, 0),
        ("aliyun", 200, of_aliyun("isv.AMOUNT_NOT_ENOUGH"), FOR_NOW, 1800),
        ("aliyun", 500, of_aliyun("isp.SYSTEM_ERROR"), FOR_NOW, 10),
        ("aliyun", 429, b"slow down", FOR_NOW, 60),
        ("aliyun", 503, b"<html>", FOR_NOW, 10),
        ("tencent", 200, of_tencent("InvalidParameterValue.IncorrectPhoneNumber"), FOR_GOOD, 0),
        ("tencent", 200, of_tencent("FailedOperation.PhoneNumberInBlacklist"), FOR_GOOD, 0),
        ("tencent", 200, of_tencent("FailedOperation.TemplateIncorrectOrUnapproved"), FOR_GOOD, 0),
        ("tencent", 200, of_tencent("LimitExceeded.PhoneNumberDailyLimit"), FOR_GOOD, 0),
        ("tencent", 200, of_tencent("LimitExceeded.PhoneNumberThirtySecondLimit"), FOR_NOW, 30),
        ("tencent", 200, of_tencent("LimitExceeded.PhoneNumberOneHourLimit"), FOR_NOW, 3600),
        ("tencent", 200, of_tencent("FailedOperation.InsufficientBalanceInSmsPackage"), FOR_NOW, 1800),
        ("tencent", 200, refused_by_tencent("AuthFailure.SignatureFailure"), FOR_NOW, 10),
        ("tencent", 200, refused_by_tencent("InternalError"), FOR_NOW, 10),
        ("tencent", 200, {"Response": {"RequestId": "x"}}, FOR_NOW, 10),
        ("tencent", 200, [], FOR_NOW, 10),
    ],
    indirect=["vendor"],
)
def test_every_refusal_is_read_for_what_it_means(
    vendor: Careful, status: int, answer: Any, is_permanent: bool, least_wait: int
) -> None:
    vendor.answers = [(status, answer)]
    key = reminded()
    before = row(key).send_at
    sending.send_batch()
    assert row(key).state == NotificationState.PLANNED
    assert len(vendor.requests) == 1
    waited = (row(key).send_at - before).total_seconds()
    assert waited >= least_wait
    sending.send_due()
    took_over = [channel for channel, _error in deliveries(key)] == [Channel.SMS, Channel.CALL_LIST]
    assert took_over is is_permanent


def test_a_vendor_that_cannot_be_reached_is_a_passing_failure(vendor: Careful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aliyun, "ADDRESS", "http://127.0.0.1:9/")
    key = reminded()
    sending.send_batch()
    ((channel, error),) = deliveries(key)
    assert (channel, row(key).state) == (Channel.SMS, NotificationState.PLANNED)
    assert "YourAccessKey" not in (error or "")


@pytest.mark.parametrize("phone", ["+8637164350001", "+85291234567", None])
def test_who_has_no_mobile_number_goes_to_the_next_channel(vendor: Careful, phone: str | None) -> None:
    key = reminded(phone=phone)
    sending.send_due()
    assert (row(key).channel, vendor.requests) == (Channel.CALL_LIST, [])


def test_digits_go_out_by_their_template(vendor: Careful) -> None:
    key = ask_for_code()
    sending.send_due()
    assert row(key).state == NotificationState.SENT
    assert len(json.loads(vendor.requests[0].query["TemplateParam"])["code"]) == 6


def test_the_console_prints_what_would_go_out(
    vendor: Careful, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMS_DRIVER", "console")
    settings.cache_clear()
    key = reminded(phone="+8613812345678")
    sending.send_due()
    printed = capsys.readouterr().out
    assert f"[{key}] 138****5678 (2)\n【人民路社区】王秀英您好，提醒您来：社区义诊（引导员），{WHEN}，" in printed
    assert printed.endswith("在人民路社区。电话0371 6435 0001。\n\n")
    assert (row(key).channel, vendor.requests) == (Channel.SMS, [])


# --- templates ---


def of(kind: NotificationKind, text: str) -> dict[str, Template]:
    return {str(kind): Template("SMS_9", text)}


def test_what_has_no_template_or_nothing_to_put_in_does_not_fit(servers: Settings) -> None:
    kind = NotificationKind.REMINDER
    for case, templates in (
        ("reminder", of(NotificationKind.GAP_OPENED, "${what}")),
        ("reminder_of_two", of(kind, "${what}")),
        ("reminder", of(kind, "请在${until}前回复")),
    ):
        with pytest.raises(DoesNotFit):
            fill(kind, written(case), templates=templates, longest=35)


def test_several_shifts_have_a_template_of_their_own(servers: Settings) -> None:
    templates = {"reminder_several": Template("SMS_8", "您有${count}班，最近的是${what}，${when}。")}
    made = fill(NotificationKind.REMINDER, written("reminder_of_two"), templates=templates, longest=35)
    assert made.text == "您有2班，最近的是社区义诊（引导员），11月28日（星期六）上午9:00—11:30。"


@pytest.mark.parametrize(
    ("value", "longest", "expected"),
    [
        ("党群服务中心一楼（人民路12号院东门旁）", 35, "党群服务中心一楼（人民路12号院东门旁）"),
        ("党群服务中心一楼（人民路12号院东门旁）", 15, "党群服务中心一楼"),
        ("党群服务中心一楼东侧会议室", 8, "党群服务中心一…"),
        ("党群服务中心一楼东侧会议室", None, "党群服务中心一楼东侧会议室"),
    ],
)
def test_a_value_too_long_loses_its_brackets_first(value: str, longest: int | None, expected: str) -> None:
    assert shortened(value, longest) == expected


@pytest.mark.parametrize(("characters", "expected"), [(1, 1), (63, 1), (64, 2), (127, 2), (128, 3), (194, 3), (195, 4)])
def test_the_signature_counts_as_the_vendor_counts(characters: int, expected: int) -> None:
    """【人民路社区】 are seven: 70 in one message, then 67 in each part."""
    assert parts("字" * characters, sign="人民路社区") == expected


def test_every_kind_can_be_said_by_a_template_of_all_that_is_never_empty(servers: Settings) -> None:
    for case, (kind, duties) in CASES.items():
        if len(duties) != 1:
            continue
        text = "${what}，${when}，${where}，${bring}，${phone}，${contact}"
        made = fill(kind, written(case), templates=of(kind, text), longest=35)
        assert "11月28日（星期六）" in made.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read"),
        ('{"reminder": "SMS_1"}', "cannot be read"),
        ('{"greeting": {"code": "1", "text": "您好"}}', "greeting: no such kind"),
        ('{"reminder": {"code": "1", "text": "${link}"}}', "reminder names link"),
    ],
)
def test_a_file_of_templates_that_is_wrong_says_what(tmp_path: Path, text: str, told: str) -> None:
    sheet = tmp_path / "templates.json"
    sheet.write_text(text)
    with pytest.raises(SettingsError, match=told):
        template.read(sheet)


def test_a_vendor_without_its_key_is_told_at_the_start() -> None:
    needed = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "SECRET_KEY": "x", "FIELD_KEY": "x"}
    with pytest.raises(SettingsError, match="SMS_DRIVER='tencent' needs SMS_APP_ID"):
        read(
            needed
            | {"SMS_DRIVER": "tencent", "SMS_KEY_ID": "a", "SMS_KEY_SECRET": "b", "SMS_SIGN": "c", "SMS_TEMPLATES": "d"}
        )
    with pytest.raises(SettingsError, match="SMS_DRIVER='aliyun' needs SMS_KEY_ID"):
        read(needed | {"SMS_DRIVER": "aliyun"})
    assert "secret" not in repr(read(needed | {"SMS_KEY_SECRET": "secret"}))
