"""WeCom (企业微信): a bot in a group. 20 messages a minute, 2048 bytes each."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from service.notifications.channels import ChannelError, Message, webhook

REPEATS_SAFELY = False
HOST = "https://qyapi.weixin.qq.com"
MOST_BYTES = 2048
#: Busy; too often.
PASSING = {-1: None, 45009: timedelta(minutes=1), 45033: timedelta(seconds=10)}


def send(message: Message) -> None:
    """Say it in the group. Raises ChannelError, NotYet."""
    text = message.text.text
    if len(text.encode()) > MOST_BYTES:
        raise ChannelError(f"longer than {MOST_BYTES} bytes", permanent=True)
    bot = webhook.bot_of(message)
    webhook.say(
        bot,
        f"{HOST}/cgi-bin/webhook/send?key={quote(webhook.token(bot))}",
        {"msgtype": "text", "text": {"content": text}},
        code="errcode",
        why="errmsg",
        passing=PASSING,
    )
