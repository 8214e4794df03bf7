"""DingTalk (钉钉): a bot in a group. 20 messages a minute; one more, and it is silenced for ten minutes.

Signed, if its group asks for that: base64(HMAC-SHA256(secret, "<milliseconds>\\n<secret>")) in the address.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode

from service.notifications.channels import Message, webhook

REPEATS_SAFELY = False
HOST = "https://oapi.dingtalk.com"
#: Busy; too often, under its former and its present number.
PASSING = {-1: None, 130101: timedelta(minutes=10), 410100: timedelta(minutes=10)}


def send(message: Message) -> None:
    """Say it in the group. Raises ChannelError, NotYet."""
    bot = webhook.bot_of(message)
    query = {"access_token": webhook.token(bot)}
    if secret := webhook.secret(bot):
        at = f"{time.time() * 1000:.0f}"
        query |= {"timestamp": at, "sign": signature(secret, at=at)}
    webhook.say(
        bot,
        f"{HOST}/robot/send?{urlencode(query)}",
        {"msgtype": "text", "text": {"content": message.text.text}},
        code="errcode",
        why="errmsg",
        passing=PASSING,
    )


def signature(secret: str, *, at: str) -> str:
    """The proof that this message is ours; `at` in milliseconds."""
    return b64encode(hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256)).decode()
