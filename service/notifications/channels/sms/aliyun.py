"""Aliyun (阿里云短信服务): SendSms of 2017-05-25, signed by ACS3-HMAC-SHA256 (signature method V3).

All parameters stand in the query, the body is empty. Its date is real time: a vendor knows nothing of a virtual clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import uuid4

from service.notifications.channels import ChannelError
from service.notifications.channels.request import post_bytes
from service.notifications.channels.sms.template import Filled
from service.settings import settings

ADDRESS = "https://dysmsapi.aliyuncs.com/"
ACTION, VERSION = "SendSms", "2017-05-25"
#: Characters in one variable of a notice.
LONGEST: int | None = 35
NOTHING = hashlib.sha256(b"").hexdigest()

#: The message's own fault, or its number's: it will never go out over this vendor.
FOR_GOOD = (
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.MOBILE_COUNT_OVER_LIMIT",
    "isv.SMS_TEMPLATE_ILLEGAL",
    "isv.SMS_SIGNATURE_ILLEGAL",
    "isv.SMS_SIGN_ILLEGAL",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.INVALID_PARAMETERS",
    "isv.INVALID_JSON_PARAM",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.DAY_LIMIT_CONTROL",
)
#: Too many to one number. The text of the error says within what time; over a day's number nothing more goes today.
LIMITED = "isv.BUSINESS_LIMIT_CONTROL"
WAITS = {"分钟级": timedelta(minutes=1), "小时级": timedelta(hours=1)}
A_DAY = "天级"
#: The house's trouble: no money left, the service suspended. Somebody has to see to it.
PAID_WAIT = timedelta(minutes=30)
UNPAID = ("isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.ACCOUNT_ABNORMAL", "isv.PRODUCT_UN_SUBSCRIPT")


def send(number: str, filled: Filled, *, key: str) -> str | None:
    """Hand one message over; its BizId. Raises ChannelError."""
    query = canonical_query(
        {
            "PhoneNumbers": number.removeprefix("+86"),
            "SignName": settings().sms_sign,
            "TemplateCode": filled.code,
            "TemplateParam": json.dumps(filled.values, ensure_ascii=False),
            "OutId": key,
        }
    )
    host, now = urlsplit(ADDRESS).netloc, datetime.fromtimestamp(time.time(), UTC)
    headers = {
        "host": host,
        "x-acs-action": ACTION,
        "x-acs-version": VERSION,
        "x-acs-content-sha256": NOTHING,
        "x-acs-date": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid4().hex,
    }
    signed = {**headers, "Authorization": authorization(query, headers)}
    answer = post_bytes(f"{ADDRESS}?{query}", b"", headers=signed)
    code, why = str(answer.get("Code")), str(answer.get("Message"))
    if code != "OK":
        raise _error(code, why)
    return str(answer["BizId"]) if answer.get("BizId") else None


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Parameters by name, encoded as RFC 3986 says."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters.items()))


def authorization(query: str, headers: Mapping[str, str]) -> str:
    """The proof that the request is ours. `headers` are all that are signed, by their names in lower case."""
    names = sorted(headers)
    canonical = "\n".join(
        [
            "POST",
            "/",
            query,
            "".join(f"{name}:{headers[name].strip()}\n" for name in names),
            ";".join(names),
            headers["x-acs-content-sha256"],
        ]
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(settings().sms_key_secret.encode(), f"ACS3-HMAC-SHA256\n{hashed}".encode(), hashlib.sha256)
    return (
        f"ACS3-HMAC-SHA256 Credential={settings().sms_key_id},SignedHeaders={';'.join(names)},"
        f"Signature={signature.hexdigest()}"
    )


def _error(code: str, why: str) -> ChannelError:
    """What a refusal means for this message."""
    told = f"{code} {why}"[:300]
    if code == LIMITED:
        wait = next((wait for span, wait in WAITS.items() if span in why), timedelta(minutes=1))
        return ChannelError(told, permanent=A_DAY in why, wait=wait)
    if code in UNPAID:
        return ChannelError(told, permanent=False, wait=PAID_WAIT)
    return ChannelError(told, permanent=code in FOR_GOOD)
