"""Pure rules about logging in."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Long enough for somebody who reads slowly (WCAG 2.2.1); the five tries are what keeps guessing out.
CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
RESEND_AFTER = timedelta(seconds=60)
CODES_AN_HOUR = 5
#: A form sent twice by one finger arrives within this time.
TWICE_WITHIN = timedelta(seconds=60)


def may_send(sent_at: list[datetime], now: datetime) -> datetime | None:
    """None when another code may be sent now; else the instant from which one may.

    One a minute and five an hour per number, as SMS vendors demand (Aliyun: 1/min, 5/h). What was sent well after
    `now` does not count: a virtual clock was turned back, and must not lock people out for days.
    """
    recent = sorted(instant for instant in sent_at if now - timedelta(hours=1) < instant <= now + RESEND_AFTER)
    if recent and now < recent[-1] + RESEND_AFTER:
        return recent[-1] + RESEND_AFTER
    if len(recent) >= CODES_AN_HOUR:
        return recent[-CODES_AN_HOUR] + timedelta(hours=1)
    return None
