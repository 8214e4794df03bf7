"""Choose how long things are kept, and forget what is over its time. Each kind that loses something leaves a line in
the audit: how many, and after how many days. Nothing of what was forgotten stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.accounts.models import LoginCode
from service.activities.models import Shift
from service.audit import AuditEntry
from service.calendars.rules import local
from service.notifications.models import Call, Notification, Slip
from service.people import actions as people
from service.people import erasing
from service.people.models import Departure
from service.pupils import actions as pupils
from service.retention import queries
from service.retention.models import KeepingTime
from service.retention.rules import BOUNDS, cutoff
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import Kept
from service.volunteers.models import Volunteer
from service.volunteers.queries import lock_all

#: Rows of words in one go, and people: a person is many rows.
MANY, FEW = 2_000, 20
#: Why somebody was noted as having left.
NOT_SEEN = "很久没有来过"


class OutOfBounds(Exception):
    """So many days may not be chosen: too few for another rule, or too many for the purpose."""


def keep(session: Session, kind: Kept, *, days: int, account_id: int | None, now: datetime) -> None:
    """From now on this kind is kept so many days. Raises OutOfBounds."""
    if not BOUNDS[kind].allow(days):
        raise OutOfBounds(f"{kind} may be kept {BOUNDS[kind].least} to {BOUNDS[kind].most} days")
    before = queries.days_kept(session)[kind]
    if days == before:
        return
    said = {"days": days, "account_id": account_id, "chosen_at": now}
    row = insert(KeepingTime).values(kind=kind, **said)
    session.execute(row.on_conflict_do_update(index_elements=["kind"], set_=said))
    _note(session, "chose_keeping_time", account_id=account_id, now=now, kind=kind, days=days, before=before)


def forget_over(session: Session, kind: Kept, *, now: datetime) -> int:
    """Forget what of this kind is over its time, some of it at most; how much. For a sweep, which comes again."""
    days = queries.days_kept(session)[kind]
    count = _FORGET[kind](session, cutoff(now, days), now)
    if count:
        session.flush()
        _note(session, "forgot_over", account_id=None, now=now, kind=kind, days=days, rows=count)
    return count


def _login_codes(session: Session, before: datetime, _now: datetime) -> int:
    old = select(LoginCode.id).where(LoginCode.requested_at < before)
    return _delete(session, LoginCode, old)


def _messages(session: Session, before: datetime, _now: datetime) -> int:
    """The rows stay: that somebody was told, when, and how."""
    told = select(Notification.id).where(Notification.text.is_not(None), Notification.settled_at < before)
    called = select(Call.id).where(Call.script != "", Call.called_at < before)
    printed = select(Slip.id).where(or_(Slip.words != "", Slip.link != ""), Slip.printed_at < before)
    return (
        _empty(session, Notification, told, {"text": None})
        + _empty(session, Call, called, {"script": ""})
        + _empty(session, Slip, printed, {"title": "", "words": "", "link": ""})
    )


def _remarks(session: Session, before: datetime, _now: datetime) -> int:
    """What people added in their own words to what is long over: a note, a reason, a name."""
    over = select(Shift.id).where(Shift.ends_at < before)
    noted = select(SignUp.id).where(or_(SignUp.note != "", SignUp.asked_by.is_not(None)), SignUp.shift_id.in_(over))
    said = select(Assignment.id).where(
        or_(Assignment.decline_reason != "", Assignment.suggested_name != ""), Assignment.shift_id.in_(over)
    )
    left = select(Departure.id).where(Departure.reason != "", Departure.left_at < before)
    return (
        _empty(session, SignUp, noted, {"note": "", "asked_by": None})
        + _empty(session, Assignment, said, {"decline_reason": "", "suggested_name": ""})
        + _empty(session, Departure, left, {"reason": ""})
    )


def _pupils(session: Session, before: datetime, now: datetime) -> int:
    over = queries.pupils_of_the_past(session, before=before, limit=MANY)
    for pupil in over:
        pupils.forget(session, pupil, account_id=None, now=now)
    return len(over)


def _idle(session: Session, before: datetime, now: datetime) -> int:
    """She is noted as having left, and can come back; what leads to her goes when that is long ago."""
    today, count = local(now).date(), 0
    for volunteer_id in queries.idle(session, before=before, today=today, limit=FEW):
        lock_all(session, [volunteer_id])
        if queries.still_idle(session, volunteer_id, before=before, today=today):
            person = session.get_one(Volunteer, volunteer_id)
            people.leave(session, person, reason=NOT_SEEN, account_id=None, now=now)
            count += 1
    return count


def _contacts(session: Session, before: datetime, now: datetime) -> int:
    return _each(session, queries.with_contacts(session, before=before, limit=FEW), erasing.forget_contacts, now)


def _names(session: Session, before: datetime, now: datetime) -> int:
    return _each(session, queries.with_names(session, before=before, limit=FEW), erasing.forget_name, now)


def _audit(session: Session, before: datetime, _now: datetime) -> int:
    return _delete(session, AuditEntry, select(AuditEntry.id).where(AuditEntry.at < before))


_FORGET: Mapping[Kept, Callable[[Session, datetime, datetime], int]] = {
    Kept.LOGIN_CODES: _login_codes,
    Kept.MESSAGES: _messages,
    Kept.REMARKS: _remarks,
    Kept.PUPILS: _pupils,
    Kept.IDLE: _idle,
    Kept.CONTACTS: _contacts,
    Kept.NAMES: _names,
    Kept.AUDIT: _audit,
}


def _each(session: Session, ids: Any, forget: Callable[..., None], now: datetime) -> int:
    """Forget something of each who has still left, once she is locked."""
    lock_all(session, ids)
    gone = session.scalars(
        select(Volunteer)
        .where(Volunteer.id.in_(ids), Volunteer.left_at.is_not(None))
        .execution_options(populate_existing=True)
    ).all()
    for person in gone:
        forget(session, person, now=now)
    return len(gone)


def _empty(session: Session, table: Any, over: Select[int], values: Mapping[str, Any]) -> int:
    return _count(
        session.execute(update(table).where(table.id.in_(over.order_by(table.id).limit(MANY))).values(values))
    )


def _delete(session: Session, table: Any, over: Select[int]) -> int:
    return _count(session.execute(delete(table).where(table.id.in_(over.order_by(table.id).limit(MANY)))))


def _count(result: Any) -> int:
    return int(result.rowcount)


def _note(session: Session, verb: str, *, account_id: int | None, now: datetime, kind: Kept, **details: Any) -> None:
    audit.note(session, verb=verb, subject=("kept", None), account_id=account_id, now=now, kind=kind, **details)
