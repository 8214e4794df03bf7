"""What is due is said at once: settled in one transaction, sent outside any, marked in another.

Settling leases the messages to this sweep, so nothing is read twice. Killed in between, the lease runs out and
notifications/sending.py sends them under the same keys.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.notifications import sending
from service.notifications.leasing import Leased
from service.reminders import actions


def send_due(*, seconds: float = sending.BUDGET) -> int:
    """Batch after batch until nothing is due or the time is up; how many reminders were decided about.

    Before each batch goes whatever else is due: a login code does not wait behind ten thousand reminders.
    """
    ends, total = time.monotonic() + seconds, 0
    while (left := ends - time.monotonic()) > 0:
        sending.send_batch(seconds=left)
        if not (settled := send_batch(seconds=ends - time.monotonic())):
            break
        total += settled
    return total


def send_batch(*, limit: int = actions.BATCH, seconds: float = sending.BUDGET) -> int:
    """Settle one batch of reminders and send what comes of it; how many reminders, 0 when none is left."""
    settled = actions.Settled()

    def settle(session: Session, now: datetime) -> Sequence[Leased]:
        nonlocal settled
        settled = actions.settle_due(session, now=now, limit=limit)
        return settled.messages

    sending.send_taken(settle, seconds=seconds)
    return settled.reminders
