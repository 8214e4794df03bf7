"""Feishu (飞书): a bot in a group. 100 messages a minute and 5 a second.

Signed, if its group asks for that: base64(HMAC-SHA256("<seconds>\\n<secret>", "")) in the body.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from service.notifications.channels import Message, webhook

REPEATS_SAFELY = False
HOST = "https://open.feishu.cn"
#: Too often.
PASSING = {11232: timedelta(minutes=1)}


def send(message: Message) -> None:
    """Say it in the group. Raises ChannelError, NotYet."""
    bot = webhook.bot_of(message)
    payload: dict[str, Any] = {"msg_type": "text", "content": {"text": message.text.text}}
    if secret := webhook.secret(bot):
        at = f"{time.time():.0f}"
        payload |= {"timestamp": at, "sign": signature(secret, at=at)}
    address = f"{HOST}/open-apis/bot/v2/hook/{quote(webhook.token(bot), safe='')}"
    webhook.say(bot, address, payload, code="code", why="msg", passing=PASSING)


def signature(secret: str, *, at: str) -> str:
    """The proof that this message is ours; `at` in seconds."""
    return b64encode(hmac.digest(f"{at}\n{secret}".encode(), b"", hashlib.sha256)).decode()
