"""Inbox (我的消息): it stands on her page of messages, where everything else that was sent to her stands too.

The text is kept on the notification's row whatever the channel, so there is nothing left to do here.
"""

from __future__ import annotations

from service.notifications.channels import ChannelError, Message
from service.terms import NotificationKind

REPEATS_SAFELY = True


def send(message: Message) -> None:
    """Leave it for her to find. Raises ChannelError for digits, which are never kept."""
    if message.kind == NotificationKind.LOGIN_CODE:
        raise ChannelError("digits that let somebody in are never kept", permanent=True)
