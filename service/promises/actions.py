"""What can be done about promises: make one, hand it on, say how far it is."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from service import audit
from service.calendars.rules import local
from service.promises.models import OWED, Promise
from service.terms import PromiseState


class ReasonMissing(Exception):
    """What is dropped needs a reason: those it was promised to will ask."""


def promise(
    session: Session,
    *,
    area_id: int,
    title: str,
    owner_id: int,
    due_on: date,
    account_id: int | None,
    now: datetime,
) -> Promise:
    """Something is promised to an area, owned by a person, until a day."""
    made = Promise(
        area_id=area_id, title=title, owner_id=owner_id, due_on=due_on, account_id=account_id, promised_at=now
    )
    session.add(made)
    session.flush()
    audit.note_about(session, "promised", made, account_id=account_id, now=now)
    return made


def move_on(
    session: Session, made: Promise, *, to: PromiseState, account_id: int | None, now: datetime, reason: str = ""
) -> None:
    """It is being done, done, or dropped for a reason. The same state again changes nothing.

    Raises ForbiddenMove, or ReasonMissing when it is dropped without one.
    """
    if made.state == to:
        return
    if to == PromiseState.DROPPED and not reason.strip():
        raise ReasonMissing("say why it is dropped")
    made.move(to)
    made.reason = reason.strip()
    made.settled_on = None if to in OWED else local(now).date()
    session.flush()
    audit.note_about(session, "moved_promise", made, account_id=account_id, now=now, to=to.value)


def hand_on(
    session: Session, made: Promise, *, owner_id: int, due_on: date, account_id: int | None, now: datetime
) -> None:
    """Somebody else owns it, or it is due on another day; the former day stays in the audit."""
    before = {"owner_id": made.owner_id, "due_on": made.due_on.isoformat()}
    made.owner_id, made.due_on = owner_id, due_on
    session.flush()
    audit.note_about(session, "handed_on_promise", made, account_id=account_id, now=now, **before)
