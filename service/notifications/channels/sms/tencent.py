"""Tencent Cloud (腾讯云短信): SendSms of 2021-01-11, signed by TC3-HMAC-SHA256 (signature method v3).

Its templates number their variables: values are given in the order in which our names stand in the text.
Its timestamp is real time: a vendor knows nothing of a virtual clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from service.notifications.channels import ChannelError
from service.notifications.channels.request import post_bytes
from service.notifications.channels.sms.template import Filled
from service.settings import settings

ADDRESS = "https://sms.tencentcloudapi.com/"
SERVICE, ACTION, VERSION, REGION = "sms", "SendSms", "2021-01-11", "ap-guangzhou"
CONTENT_TYPE = "application/json; charset=utf-8"
#: A house with a company's papers has no limit for one variable; the whole is limited.
LONGEST: int | None = 200

#: Begin so: the message's own fault, or its number's.
FOR_GOOD = (
    "InvalidParameter",
    "MissingParameter",
    "FailedOperation.PhoneNumberInBlacklist",
    "FailedOperation.PhoneNumberNotInWhiteList",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    "FailedOperation.TemplateUnapprovedOrNotExist",
    "FailedOperation.SignatureIncorrectOrUnapproved",
    "FailedOperation.MissingSignature",
    "FailedOperation.ContainSensitiveWord",
    "LimitExceeded.PhoneNumberDailyLimit",
    "LimitExceeded.PhoneNumberSameContentDailyLimit",
    "UnsupportedOperation",
)
#: How long the vendor wants to be left alone.
WAITS = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": timedelta(seconds=30),
    "LimitExceeded.DeliveryFrequencyLimit": timedelta(minutes=1),
    "LimitExceeded.PhoneNumberOneHourLimit": timedelta(hours=1),
    "FailedOperation.InsufficientBalanceInSmsPackage": timedelta(minutes=30),
    "UnauthorizedOperation.SerivceSuspendDueToArrears": timedelta(minutes=30),
}


def send(number: str, filled: Filled, *, key: str) -> str | None:
    """Hand one message over; its SerialNo. Raises ChannelError."""
    body = json.dumps(
        {
            "PhoneNumberSet": [number],
            "SmsSdkAppId": settings().sms_app_id,
            "SignName": settings().sms_sign,
            "TemplateId": filled.code,
            "TemplateParamSet": list(filled.values.values()),
            "SessionContext": key,
        }
    ).encode()
    now, host = datetime.fromtimestamp(time.time(), UTC), urlsplit(ADDRESS).netloc
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": ACTION,
        "X-TC-Version": VERSION,
        "X-TC-Region": REGION,
        "X-TC-Timestamp": f"{now.timestamp():.0f}",
        "Authorization": authorization(body, host=host, service=SERVICE, now=now),
    }
    answer = post_bytes(ADDRESS, body, headers=headers)
    code, why, serial = _came_of_it(answer)
    if code != "Ok":
        raise ChannelError(f"{code} {why}"[:300], permanent=code.startswith(FOR_GOOD), wait=WAITS.get(code))
    return serial or None


def authorization(body: bytes, *, host: str, service: str, now: datetime) -> str:
    """The proof that the request is ours: content type and host are signed, and the body."""
    signed = "content-type;host"
    canonical = "\n".join(
        ["POST", "/", "", f"content-type:{CONTENT_TYPE}\nhost:{host}\n", signed, hashlib.sha256(body).hexdigest()]
    )
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{now.timestamp():.0f}\n{scope}\n{hashed}"
    key = f"TC3{settings().sms_key_secret}".encode()
    for step in (day, service, "tc3_request"):
        key = hmac.digest(key, step.encode(), hashlib.sha256)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={settings().sms_key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"


def _came_of_it(answer: dict[str, Any]) -> tuple[str, str, str]:
    """(code, why, SerialNo) for the one number that was sent to; the whole request may have been refused instead."""
    response = answer.get("Response")
    if not isinstance(response, dict):
        raise ChannelError("an answer without Response", permanent=False)
    if error := response.get("Error"):
        return str(error.get("Code")), str(error.get("Message")), ""
    [status] = response.get("SendStatusSet") or [{}]
    return str(status.get("Code")), str(status.get("Message")), str(status.get("SerialNo") or "")
