"""Console driver: the text message on the worker's standard output, as the vendor would send it."""

from __future__ import annotations

import sys

from service import wording
from service.notifications.channels.sms.template import Filled
from service.settings import settings

#: Values may be as long as they are.
LONGEST: int | None = None


def send(number: str, filled: Filled, *, key: str) -> None:
    """Print it, with enough of the number to know whose it is."""
    sms = f"[{key}] {wording.masked_phone(number)} ({filled.parts})\n【{settings().sms_sign}】{filled.text}\n\n"
    sys.stdout.write(sms)
    sys.stdout.flush()
