"""Somebody wants to be forgotten (PIPL art. 47): asked for, taken back, and after some days done.

What she did stays without her name: records of service are kept for ten years (GB/T 40143), and count as somebody's.
"""

from __future__ import annotations

import secrets as entropy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from service import audit, outbox, secrets
from service.accounts.actions import end_sessions
from service.accounts.models import Account, ApiToken, LoginCode
from service.availability.models import Absence, Avoidance, Limits, TimeOfWeek
from service.company.models import Bond
from service.events import VolunteerErased
from service.notifications.calls import WAITING
from service.notifications.models import Call, Habit, Notification, Slip
from service.people import actions as people
from service.people.actions import HasRoles
from service.people.merging import blank
from service.people.models import Departure, Erasure, Merge
from service.places.queries import within
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.skills.models import Skill
from service.terms import CallOutcome, ConsentPurpose
from service.volunteers import actions as volunteers
from service.volunteers.models import EmergencyContact, Qualification, Volunteer
from service.volunteers.queries import lock_all

#: So long she may think again.
WAIT = timedelta(days=7)
#: What stands where her name was.
ERASED_NAME = "已注销"

#: Rows that say only what she wanted or could: gone with her.
HERS_ALONE: tuple[Any, ...] = (Skill, Habit, TimeOfWeek, Absence, Limits, Avoidance, EmergencyContact)
#: Words about her in rows that stay: the row counts, the words go.
WORDS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (Notification, {"text": None}),
    (Call, {"script": ""}),
    (Slip, {"title": "", "words": "", "link": ""}),
    (SignUp, {"note": "", "asked_by": None}),
    (Assignment, {"decline_reason": "", "suggested_name": ""}),
    (Qualification, {"evidence": ""}),
    (Departure, {"reason": ""}),
)


def pending(session: Session, volunteer_id: int) -> Erasure | None:
    """What she has asked for and may still take back."""
    return session.scalar(
        select(Erasure).where(
            Erasure.volunteer_id == volunteer_id, Erasure.cancelled_at.is_(None), Erasure.done_at.is_(None)
        )
    )


def asked_for(session: Session, *, scope_ids: Sequence[int]) -> Sequence[tuple[Erasure, str]]:
    """Who of these areas will be forgotten, and when, the soonest first; each with her name."""
    rows = session.execute(
        select(Erasure, Volunteer.name)
        .join(Volunteer, Volunteer.id == Erasure.volunteer_id)
        .where(within(Volunteer.area_id, scope_ids), Erasure.cancelled_at.is_(None), Erasure.done_at.is_(None))
        .order_by(Erasure.due_at, Erasure.id)
    )
    return [(erasure, name) for erasure, name in rows]


def ask(session: Session, person: Volunteer, *, account_id: int, now: datetime) -> Erasure:
    """She wants to be forgotten. Asking twice is once. Raises HasRoles while her account has roles."""
    lock_all(session, [person.id])
    if known := pending(session, person.id):
        return known
    account = session.scalar(select(Account).where(Account.volunteer_id == person.id))
    if account is not None and account.grants:
        raise HasRoles(f"account {account.id} has roles")
    made = Erasure(
        area_id=person.area_id, volunteer_id=person.id, account_id=account_id, asked_at=now, due_at=now + WAIT
    )
    session.add(made)
    session.flush()
    _note(session, "asked_erasure", made, account_id=account_id, now=now)
    return made


def take_back(session: Session, volunteer_id: int, *, account_id: int, now: datetime) -> None:
    """She has thought again. Harmless where nothing is asked for."""
    lock_all(session, [volunteer_id])
    if (asked := pending(session, volunteer_id)) is not None:
        asked.cancelled_at = now
        session.flush()
        _note(session, "cancelled_erasure", asked, account_id=account_id, now=now)


def erase_due(session: Session, *, now: datetime, limit: int = 20) -> int:
    """Do what was asked for long enough ago; how many were forgotten. For a sweep."""
    due = select(Erasure).where(Erasure.due_at <= now, Erasure.cancelled_at.is_(None), Erasure.done_at.is_(None))
    rows = session.scalars(due.order_by(Erasure.id).limit(limit)).all()
    return sum([_erase(session, one, now=now) for one in rows])


def _erase(session: Session, asked: Erasure, *, now: datetime) -> bool:
    """1. What is before her is given back, so that others are sought. 2. Her name, numbers and words go. 3. So does the
    account: nobody logs in with her number any more, unless to begin anew."""
    person = session.get_one(Volunteer, asked.volunteer_id)
    people.leave(session, person, reason="", account_id=asked.account_id, now=now)
    session.refresh(asked, with_for_update=True)
    if asked.done_at is not None or asked.cancelled_at is not None:
        return False
    forget_contacts(session, person, now=now)
    forget_name(session, person, now=now)
    asked.done_at = now
    session.flush()
    outbox.record(session, VolunteerErased(asked.id))
    _note(session, "erased_person", asked, account_id=None, now=now)
    return True


def forget_contacts(session: Session, person: Volunteer, *, now: datetime) -> None:
    """Nothing leads to her any more: numbers, addresses, her account, her words. Her name and what she did stay."""
    for purpose in ConsentPurpose:
        volunteers.withdraw_consent(session, volunteer_id=person.id, purpose=purpose, now=now)
    number = person.phone_digest
    _forget_words(session, person.id, now=now)
    nothing: dict[str, Any] = {**volunteers.numbered(None), "birth_on": None, "email": None, "channel": None}
    for name, value in nothing.items():
        setattr(person, name, value)
    _close_account(session, person.id, number, now=now)
    session.flush()


def forget_name(session: Session, person: Volunteer, *, now: datetime) -> None:
    """What she did is somebody's from now on."""
    person.name, person.pinyin, person.initials, person.tags = ERASED_NAME, "", "", []
    for merge in session.scalars(select(Merge).where(Merge.kept_id == person.id, Merge.forgotten_at.is_(None))).all():
        if merge.undone_at is None:
            blank(session, merge, now=now)
    session.flush()


def _forget_words(session: Session, volunteer_id: int, *, now: datetime) -> None:
    for table in HERS_ALONE:
        session.execute(delete(table).where(table.volunteer_id == volunteer_id))
    session.execute(delete(Bond).where(or_(Bond.person_id == volunteer_id, Bond.other_id == volunteer_id)))
    for table, empty in WORDS:
        session.execute(update(table).where(table.volunteer_id == volunteer_id).values(empty))
    session.execute(
        update(Call)
        .where(Call.volunteer_id == volunteer_id, Call.outcome.in_(WAITING))
        .values(outcome=CallOutcome.NOT_NEEDED, called_at=now)
    )
    volunteers.close_feed(session, volunteer_id=volunteer_id, now=now)


def _close_account(session: Session, volunteer_id: int, number: bytes | None, *, now: datetime) -> None:
    """The account stays, for what was written down under it; nothing in it leads to her."""
    account = session.scalar(select(Account).where(Account.volunteer_id == volunteer_id))
    digests = {one for one in (number, account.phone_digest if account else None) if one is not None}
    session.execute(delete(LoginCode).where(LoginCode.phone_digest.in_(digests)))
    if account is None:
        return
    nothing = entropy.token_hex(16)
    account.name, account.volunteer_id = ERASED_NAME, None
    account.phone_sealed, account.phone_digest = secrets.seal(nothing), secrets.digest(nothing, purpose="erased")
    account.disabled_at = account.disabled_at or now
    end_sessions(session, account)
    session.execute(
        update(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )


def _note(session: Session, verb: str, asked: Erasure, *, account_id: int | None, now: datetime) -> None:
    audit.note(
        session,
        verb=verb,
        subject=("volunteer", asked.volunteer_id),
        account_id=account_id,
        area_id=asked.area_id,
        now=now,
    )
