"""What can be done about a watch: open it, close it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service.volunteers.queries import lock_id
from service.watches import queries
from service.watches.models import Watch


def watch(session: Session, *, volunteer_id: int, activity_id: int, now: datetime, weekday: int | None = None) -> Watch:
    """Tell her when a place falls free there, on any day or on one day of the week. Asking twice is one watch."""
    lock_id(session, volunteer_id)
    standing = queries.standing(session, volunteer_id=volunteer_id, activity_id=activity_id, weekday=weekday)
    if standing is not None:
        return standing
    made = Watch(volunteer_id=volunteer_id, activity_id=activity_id, weekday=weekday, opened_at=now)
    session.add(made)
    session.flush()
    return made


def unwatch(session: Session, one: Watch, *, now: datetime) -> None:
    """Tell her no more. Twice is harmless."""
    if one.closed_at is None:
        one.closed_at = now
        session.flush()
