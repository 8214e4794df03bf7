"""Pure rules about offers and answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from service.calendars.rules import instant, local

#: No answer is demanded in the night: deadlines that fall into it move to the morning.
NIGHT_FROM, MORNING = time(21, 0), time(9, 0)
#: The last moment to answer, so that somebody else can still be asked.
CUTOFF = timedelta(hours=1)
#: From then on people are up, if they serve that morning.
AWAKE = time(7, 0)
SHORTEST = timedelta(minutes=15)
#: Who has not answered is asked again at half of the time, and called when three quarters are over; not where there is
#: less than this altogether.
ASKED_AGAIN_AT, CALLED_AT, LEAST_TO_ASK_AGAIN = 0.5, 0.75, timedelta(hours=2)


def answer_by(*, now: datetime, starts_at: datetime, within: timedelta) -> datetime:
    """Until when an offer made now stays open.

    `within` as the activity says, but never more than half of the time left, so that the wait
    shortens towards the start; not in the night if the morning still leaves CUTOFF: at 9:00, or, for
    who is asked in the night about a shift of that morning, from AWAKE on. At least SHORTEST, and
    never after the start.
    """
    deadline = min(now + within, now + (starts_at - now) / 2)
    if _is_night(deadline):
        wall = local(deadline)
        morning = wall.date() if wall.time() < MORNING else wall.date() + timedelta(days=1)
        latest = min(instant(morning, MORNING), starts_at - CUTOFF)
        if latest >= instant(morning, AWAKE if _is_night(now) else MORNING):
            deadline = max(deadline, latest)
    return min(max(deadline, now + SHORTEST), starts_at)


def _is_night(moment: datetime) -> bool:
    at = local(moment).time()
    return at >= NIGHT_FROM or at < MORNING


def undo_until(*, now: datetime, starts_at: datetime) -> datetime | None:
    """Until when a withdrawal can be undone with the place kept; None close to the start,
    when the place is needed at once."""
    return now + timedelta(minutes=10) if starts_at - now > timedelta(hours=2) else None
