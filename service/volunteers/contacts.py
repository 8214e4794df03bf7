"""Whom to call if something happens to somebody while she serves: one other person, named by herself.

That person agreed to nothing here, so as little as can be is kept of her, sealed, and each look by somebody else is
written down (个人信息保护法 art. 6, 51).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service import audit, secrets
from service.volunteers.models import EmergencyContact, Volunteer
from service.volunteers.queries import lock_id


@dataclass(frozen=True, slots=True)
class Contact:
    """`phone` is E.164, `relation` as people say it: 女儿, 邻居."""

    name: str
    phone: str
    relation: str


class OwnNumber(Exception):
    """It is her own number: nobody is reached with it who could help her."""


def contact_of(session: Session, person: Volunteer) -> Contact | None:
    """Whom she named, for herself."""
    known = session.get(EmergencyContact, person.id, populate_existing=True)
    return _opened(known) if known is not None else None


def name_contact(
    session: Session, person: Volunteer, contact: Contact, *, account_id: int, now: datetime
) -> EmergencyContact:
    """This person from now on, instead of whoever was named before. Raises OwnNumber."""
    if person.phone_sealed is not None and secrets.unseal(person.phone_sealed) == contact.phone:
        raise OwnNumber(f"volunteer {person.id} named her own number")
    lock_id(session, person.id)
    named = session.get(EmergencyContact, person.id, populate_existing=True) or EmergencyContact(volunteer_id=person.id)
    named.name_sealed, named.phone_sealed = secrets.seal(contact.name), secrets.seal(contact.phone)
    named.relation, named.named_at = contact.relation, now
    session.add(named)
    session.flush()
    audit.note_about(session, "named_contact", person, account_id=account_id, now=now)
    return named


def drop_contact(session: Session, person: Volunteer, *, account_id: int, now: datetime) -> None:
    """Nobody any more. Twice is harmless."""
    lock_id(session, person.id)
    named = session.get(EmergencyContact, person.id, populate_existing=True)
    if named is not None:
        session.delete(named)
        session.flush()
        audit.note_about(session, "dropped_contact", person, account_id=account_id, now=now)


def look_at_contact(session: Session, person: Volunteer, *, account_id: int, now: datetime, why: str) -> Contact | None:
    """Whom to call, for her coordinator; the look is audited."""
    audit.note_about(session, "looked_at_contact", person, account_id=account_id, now=now, why=why)
    return contact_of(session, person)


def _opened(known: EmergencyContact) -> Contact:
    return Contact(secrets.unseal(known.name_sealed), secrets.unseal(known.phone_sealed), known.relation)
