"""What the bots of WeCom, DingTalk and Feishu have in common: their turn, one request, and an answer to be read.

All three answer 200 to what they refuse, and say in the body why: a message is delivered only if the body says so
(docs/decisions/0022-bots-without-a-library.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from service import secrets
from service.notifications.channels import ChannelError, Message, NotYet, pace
from service.notifications.channels.request import post
from service.notifications.recipients import Bot


def bot_of(message: Message) -> Bot:
    """The bot that is to speak, when it is its turn. Raises NotYet, ChannelError for a message to a person."""
    bot = message.to.bot
    if bot is None:
        raise ChannelError("only groups have bots", permanent=True)
    wait = pace.take(bot.group_id, bot.channel)
    if wait is not None:
        raise NotYet(wait)
    return bot


def say(
    bot: Bot, address: str, payload: Mapping[str, Any], *, code: str, why: str, passing: Mapping[int, timedelta | None]
) -> None:
    """Say it; `code` and `why` name the fields of the answer that tell what came of it.

    `passing` are the codes of trouble that passes, each with how long the bot must be silent for it, if it must.
    Raises ChannelError.
    """
    answer = post(address, payload)
    told = answer.get(code)
    if told == 0:
        return
    silence = passing.get(told) if isinstance(told, int) else None
    if silence is not None:
        pace.hold(bot.group_id, silence)
    raise ChannelError(f"{told} {answer.get(why)}"[:300], permanent=told not in passing, wait=silence)


def secret(bot: Bot) -> str:
    """What the bot's messages are signed with; empty where they need not be."""
    return secrets.unseal(bot.secret_sealed) if bot.secret_sealed else ""


def token(bot: Bot) -> str:
    """What opens the group."""
    return secrets.unseal(bot.token_sealed)
