"""What can be done about disclosures: ask for one, say that it was published, drop it."""

from __future__ import annotations

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from service import audit
from service.calendars.rules import local
from service.disclosures.models import Disclosure


def ask_for(
    session: Session,
    *,
    area_id: int,
    title: str,
    owner_id: int,
    due_on: date,
    account_id: int | None,
    now: datetime,
    every_months: int | None = None,
) -> Disclosure:
    """Something has to be published until a day, by somebody; every so many months again, if that is said."""
    made = Disclosure(
        area_id=area_id,
        title=title,
        owner_id=owner_id,
        due_on=due_on,
        every_months=every_months,
        where="",
        account_id=account_id,
    )
    session.add(made)
    session.flush()
    audit.note_about(session, "asked_disclosure", made, account_id=account_id, now=now)
    return made


def publish(
    session: Session, made: Disclosure, *, where: str, account_id: int | None, now: datetime
) -> Disclosure | None:
    """It hangs on the board, or wherever. The next one, if there is to be one; twice is harmless and makes no other."""
    if made.done_on is not None:
        return None
    made.done_on, made.done_at, made.done_by, made.where = local(now).date(), now, account_id, where
    session.flush()
    audit.note_about(session, "published_disclosure", made, account_id=account_id, now=now)
    if made.every_months is None:
        return None
    return ask_for(
        session,
        area_id=made.area_id,
        title=made.title,
        owner_id=made.owner_id,
        due_on=made.due_on + relativedelta(months=made.every_months),
        every_months=made.every_months,
        account_id=account_id,
        now=now,
    )


def drop(session: Session, made: Disclosure, *, account_id: int | None, now: datetime) -> None:
    """It need not be published: it was written down by mistake, or somebody else does it."""
    audit.note_about(session, "dropped_disclosure", made, account_id=account_id, now=now, title=made.title)
    session.delete(made)
    session.flush()
