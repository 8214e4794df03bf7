"""Console: the message on the worker's standard output. For a developer who wants to see what goes out."""

from __future__ import annotations

import sys

from service import wording
from service.notifications.channels import Message

REPEATS_SAFELY = False


def send(message: Message) -> None:
    """Print the message, with enough of the number to know whose it is."""
    number = wording.masked_phone(message.to.phone) if message.to.phone else message.to.email
    sys.stdout.write(f"[{message.key}] {message.to.name} {number}\n{message.text.text}\n\n")
    sys.stdout.flush()
