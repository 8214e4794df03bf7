"""What can be done about people: register, agree, qualify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit, outbox, secrets
from service.db import refusing
from service.events import ConsentWithdrawn, LeadTimesChosen, QualificationVerified, VolunteerRegistered
from service.terms import Channel, ConsentHow, ConsentPurpose, QualificationKind
from service.volunteers.models import CalendarFeed, Consent, Qualification, Volunteer
from service.volunteers.queries import PHONE, feed_of, lock_id, tail_digest
from service.volunteers.rules import spelled


class PhoneTaken(Exception):
    """Somebody is registered with this number already."""


def register(
    session: Session,
    *,
    area_id: int,
    name: str,
    phone: str | None,
    how: ConsentHow,
    now: datetime,
    birth_on: date | None = None,
    email: str | None = None,
    channel: Channel | None = None,
    tags: Iterable[str] = (),
    recorded_by: int | None = None,
    purposes: Iterable[ConsentPurpose] = (ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS),
) -> Volunteer:
    """Register a person who agreed, in the way `how` says, to the given purposes.

    `phone` is E.164, or None for somebody without one. Raises PhoneTaken.
    """
    pinyin, initials = spelled(name)
    volunteer = Volunteer(
        area_id=area_id,
        name=name,
        pinyin=pinyin,
        initials=initials,
        birth_on=birth_on,
        **numbered(phone),
        email=email,
        channel=channel,
        tags=list(tags),
        registered_at=now,
    )
    with refusing(session, "uq_volunteer_phone_digest", PhoneTaken("this number is registered already")):
        session.add(volunteer)
    for purpose in purposes:
        give_consent(session, volunteer_id=volunteer.id, purpose=purpose, how=how, now=now, recorded_by=recorded_by)
    outbox.record(session, VolunteerRegistered(volunteer.id))
    return volunteer


def numbered(phone: str | None) -> dict[str, bytes | None]:
    """The columns that keep a number (E.164), or that there is none."""
    if phone is None:
        return {"phone_sealed": None, "phone_digest": None, "phone_tail": None}
    return {
        "phone_sealed": secrets.seal(phone),
        "phone_digest": secrets.digest(phone, purpose=PHONE),
        "phone_tail": tail_digest(phone),
    }


def revise(
    session: Session, volunteer: Volunteer, *, changes: Mapping[str, Any], account_id: int, now: datetime
) -> Volunteer:
    """Change what is known of a person (columns, and `phone` in E.164); her name is spelled anew."""
    if changes.get("lead_times", volunteer.lead_times) != volunteer.lead_times:
        outbox.record(session, LeadTimesChosen(volunteer.id))
    for name, value in changes.items():
        for column, kept in numbered(value).items() if name == "phone" else ((name, value),):
            setattr(volunteer, column, kept)
    if "name" in changes:
        volunteer.pinyin, volunteer.initials = spelled(volunteer.name)
    audit.note_about(session, "revised_volunteer", volunteer, account_id=account_id, now=now, fields=sorted(changes))
    session.flush()
    return volunteer


def come_back(session: Session, volunteer: Volunteer, *, account_id: int, now: datetime) -> None:
    """Somebody who had left serves again. Harmless for who never left."""
    if volunteer.left_at is None:
        return
    volunteer.left_at = None
    audit.note_about(session, "came_back", volunteer, account_id=account_id, now=now)


def give_consent(
    session: Session,
    *,
    volunteer_id: int,
    purpose: ConsentPurpose,
    how: ConsentHow,
    now: datetime,
    recorded_by: int | None = None,
) -> Consent:
    """Record an agreement; agreeing twice, even at once, keeps the first."""
    lock_id(session, volunteer_id)
    standing = _standing_consent(session, volunteer_id, purpose)
    if standing:
        return standing
    consent = Consent(volunteer_id=volunteer_id, purpose=purpose, how=how, given_at=now, recorded_by=recorded_by)
    session.add(consent)
    session.flush()
    return consent


def withdraw_consent(session: Session, *, volunteer_id: int, purpose: ConsentPurpose, now: datetime) -> None:
    """Take an agreement back, as easily as it was given (PIPL art. 15)."""
    standing = _standing_consent(session, volunteer_id, purpose)
    if standing:
        standing.withdrawn_at = now
        outbox.record(session, ConsentWithdrawn(standing.id))


def add_qualification(
    session: Session,
    *,
    volunteer_id: int,
    kind: QualificationKind,
    evidence: str,
    valid_from: date,
    valid_until: date | None,
) -> Qualification:
    """Note what a person says she holds. It counts once somebody verified it."""
    qualification = Qualification(
        volunteer_id=volunteer_id, kind=kind, evidence=evidence, valid_from=valid_from, valid_until=valid_until
    )
    session.add(qualification)
    session.flush()
    return qualification


def verify_qualification(session: Session, qualification: Qualification, *, account_id: int, now: datetime) -> None:
    """Somebody has seen the paper."""
    qualification.verified_at = now
    qualification.verified_by = account_id
    outbox.record(session, QualificationVerified(qualification.id))


def doubt_qualification(session: Session, qualification: Qualification, *, account_id: int, now: datetime) -> None:
    """It counts no more until somebody has seen the paper again. Who serves by it stays, marked on the roster."""
    if qualification.verified_at is None:
        return
    qualification.verified_at = qualification.verified_by = None
    session.flush()
    audit.note(
        session,
        verb="doubted_qualification",
        subject=("volunteer", qualification.volunteer_id),
        account_id=account_id,
        area_id=session.get_one(Volunteer, qualification.volunteer_id).area_id,
        now=now,
        kind=qualification.kind,
    )


def take_back_qualification(session: Session, qualification: Qualification) -> None:
    """She does not hold it after all. Only what nobody has seen can be taken back."""
    if qualification.verified_at is None:
        session.delete(qualification)
        session.flush()


def look_at_phone(session: Session, volunteer: Volunteer, *, account_id: int, now: datetime, why: str) -> str | None:
    """The person's number in full, for somebody who must call her; the look is audited."""
    audit.note_about(session, "looked_at_phone", volunteer, account_id=account_id, now=now, why=why)
    return secrets.unseal(volunteer.phone_sealed) if volunteer.phone_sealed else None


def open_feed(session: Session, *, volunteer_id: int, now: datetime) -> CalendarFeed:
    """Let her calendar follow her shifts. One that is open stays; after it was closed its address is another."""
    lock_id(session, volunteer_id)
    feed = feed_of(session, volunteer_id)
    if feed is None:
        feed = CalendarFeed(volunteer_id=volunteer_id, epoch=1, opened_at=now)
        session.add(feed)
    elif feed.closed_at is not None:
        feed.epoch, feed.opened_at, feed.closed_at = feed.epoch + 1, now, None
    session.flush()
    return feed


def close_feed(session: Session, *, volunteer_id: int, now: datetime) -> None:
    """Whoever holds the address reads nothing any more. Twice is harmless."""
    lock_id(session, volunteer_id)
    feed = feed_of(session, volunteer_id)
    if feed is not None and feed.closed_at is None:
        feed.closed_at = now
        session.flush()


def _standing_consent(session: Session, volunteer_id: int, purpose: ConsentPurpose) -> Consent | None:
    return session.scalar(
        select(Consent).where(
            Consent.volunteer_id == volunteer_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )
    )
