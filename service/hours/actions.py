"""What can be done about hours: look at them, which is written down."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from service import audit


def look(session: Session, *, from_on: date, until_on: date, people: int, account_id: int, now: datetime) -> None:
    """Somebody reads how long people served: which days, and how many names she saw."""
    audit.note(
        session,
        verb="looked_at_hours",
        subject=("volunteer", None),
        account_id=account_id,
        now=now,
        from_on=from_on.isoformat(),
        until_on=until_on.isoformat(),
        people=people,
    )
