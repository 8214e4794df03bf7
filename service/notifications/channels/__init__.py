"""Ways to reach a person: one folder each, all with the same `send`.

`send` either delivers the message or raises ChannelError, and says by `is_permanent` whether trying again can help.
A channel whose REPEATS_SAFELY is true shows a message once however often it is sent under the same key; over the others
each message is marked as sent before the next one goes, so that a crash can repeat one at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from service.notifications.recipients import Recipient
from service.notifications.writing import Text
from service.settings import settings
from service.terms import Channel, NotificationKind


class ChannelError(Exception):
    """Not delivered. Permanent: it never will be over this channel, as things stand.

    `wait` is how long the vendor wants to be left alone, where it says so.
    """

    def __init__(self, message: str, *, permanent: bool, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.is_permanent = permanent
        self.wait = wait


class NotYet(Exception):
    """Not tried: others go before it, and its turn comes in `wait`. No failure, and no attempt."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"its turn comes in {wait}")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as a channel sees it. `key` is the same at every attempt, and so is `day`, when it was due."""

    key: str
    day: date
    notification_id: int
    area_id: int | None
    kind: NotificationKind
    to: Recipient
    text: Text


class Sender(Protocol):
    """What each channel's module offers."""

    REPEATS_SAFELY: bool

    def send(self, message: Message) -> str | None:
        """Deliver the message under its key. Raises ChannelError, NotYet.

        Returns the vendor's name for it, if it tells later what became of it (receipts.py).
        """


def of_house() -> tuple[Channel, ...]:
    """The channels this installation has, its usual one first, but for the call list, which there always is."""
    texts = (Channel.SMS,) if settings().sms_driver else ()
    mail = (Channel.EMAIL,) if settings().smtp_url else ()
    return tuple(dict.fromkeys((Channel(settings().default_channel), *texts, *mail)))


#: What stands in for every channel in this thread, if anything: see `instead`.
_instead: ContextVar[Callable[[Channel], Sender] | None] = ContextVar("instead", default=None)


@contextmanager
def instead(stand_in: Callable[[Channel], Sender]) -> Iterator[None]:
    """Until the block ends, this thread's messages go to what `stand_in` gives for a channel: for what is played."""
    token = _instead.set(stand_in)
    try:
        yield
    finally:
        _instead.reset(token)


def sender(channel: Channel) -> Sender:
    """The module of a channel, or what stands in for it."""
    if stand_in := _instead.get():
        return stand_in(channel)
    from service.notifications.channels import (
        call_list,
        console,
        dingtalk,
        email,
        feishu,
        file,
        inbox,
        slip,
        sms,
        wecom,
    )

    modules: dict[Channel, Sender] = {
        Channel.CONSOLE: console,
        Channel.FILE: file,
        Channel.SMS: sms,
        Channel.EMAIL: email,
        Channel.CALL_LIST: call_list,
        Channel.SLIP: slip,
        Channel.INBOX: inbox,
        Channel.WECOM: wecom,
        Channel.DINGTALK: dingtalk,
        Channel.FEISHU: feishu,
    }
    return modules[channel]
