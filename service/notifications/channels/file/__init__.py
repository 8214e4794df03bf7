"""File: one text file a message, in a folder a day. The outbox of a demo, and the recording channel of the tests.

The name is the key: a message sent again lands in the same file.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from service import wording
from service.notifications.channels import ChannelError, Message
from service.settings import settings

REPEATS_SAFELY = True


def send(message: Message) -> None:
    """Write the file whole or not at all. Raises ChannelError when the folder cannot be written to."""
    path = path_of(message)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_page(message))
        Path(unfinished).replace(path)
    except OSError as error:
        raise ChannelError(f"{path}: {error.strerror}", permanent=False) from error


def path_of(message: Message) -> Path:
    """`var/messages/2026-11-27/reminder.12.2026-11-27.txt`; keys have no dots, so no two share a name."""
    return settings().message_dir / str(message.day) / f"{message.key.replace(':', '.')}.txt"


def _page(message: Message) -> str:
    to = message.to
    number = wording.masked_phone(to.phone) if to.phone else to.email
    return f"{to.name} {number}".strip() + f"\n{message.text.title}\n\n{message.text.text}\n"
