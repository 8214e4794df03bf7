"""Named reads of people."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from service import secrets
from service.db import fetch, one_of
from service.places.queries import within
from service.terms import ConsentPurpose
from service.volunteers.models import CalendarFeed, Consent, Volunteer
from service.volunteers.rules import letters
from service.wording import masked_name

PHONE = "phone"
TAIL = 4


def tail_digest(digits: str) -> bytes:
    """What a number is found by when only its last four digits are known."""
    return secrets.digest(digits[-TAIL:], purpose="phone_tail")


def lock(session: Session, volunteer_id: int) -> Volunteer | None:
    """The person, locked until the transaction ends.

    Every action that gives a person a place takes this lock first, then the role's row: so all rules
    about one person (hours, rest, qualifications) hold under it, and locks are always taken in one order.
    """
    return session.scalar(
        select(Volunteer)
        .where(Volunteer.id == volunteer_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def lock_id(session: Session, volunteer_id: int) -> bool:
    """Take the same lock without reading the person; whether there is such a person."""
    return fetch(session, _LOCK_ID, {"volunteer_id": volunteer_id}) is not None


def lock_id_now(session: Session, volunteer_id: int) -> bool:
    """The same without waiting; False also where somebody else holds it."""
    return fetch(session, f"{_LOCK_ID} SKIP LOCKED", {"volunteer_id": volunteer_id}) is not None


_LOCK_ID = "SELECT id FROM volunteer WHERE id = %(volunteer_id)s FOR NO KEY UPDATE"


def lock_all(session: Session, volunteer_ids: Collection[int] | Select[int]) -> None:
    """Take the same lock on many people, lowest id first, so that two who do so cannot block each other for good."""
    people = select(Volunteer.id).order_by(Volunteer.id).with_for_update(key_share=True)
    if isinstance(volunteer_ids, Select):
        session.execute(people.where(Volunteer.id.in_(volunteer_ids)))
    else:
        session.execute(people.where(one_of(Volunteer.id, volunteer_ids)))


def names_for_others(session: Session, volunteer_ids: Collection[int]) -> dict[int, str]:
    """What other volunteers read: the whole name of who agreed to that, the surname of the others."""
    rows = session.execute(select(Volunteer.id, Volunteer.name, _IS_SHOWN).where(Volunteer.id.in_(volunteer_ids)))
    return {volunteer_id: name if is_shown else masked_name(name) for volunteer_id, name, is_shown in rows}


def shown_names(session: Session, volunteer_ids: Collection[int]) -> dict[int, str]:
    """What whoever holds a link reads, login or not: the whole names of those who agreed to that, nobody else."""
    rows = session.execute(select(Volunteer.id, Volunteer.name).where(Volunteer.id.in_(volunteer_ids), _IS_SHOWN))
    return dict(rows.all())


_IS_SHOWN = exists().where(
    Consent.volunteer_id == Volunteer.id,
    Consent.purpose == ConsentPurpose.SHOW_NAME,
    Consent.withdrawn_at.is_(None),
)


def feed_of(session: Session, volunteer_id: int) -> CalendarFeed | None:
    """The person's calendar feed, open or closed."""
    return session.scalar(
        select(CalendarFeed).where(CalendarFeed.volunteer_id == volunteer_id).execution_options(populate_existing=True)
    )


def by_phone(session: Session, phone: str) -> Volunteer | None:
    """The person with this number (E.164), if any."""
    return session.scalar(select(Volunteer).where(Volunteer.phone_digest == secrets.digest(phone, purpose=PHONE)))


def search(session: Session, text: str, *, scope_ids: Sequence[int], limit: int = 20) -> Sequence[Volunteer]:
    """People in scope by part of the name, by pinyin or by initials ("wxy"); current ones, by pinyin."""
    return session.scalars(
        select(Volunteer)
        .where(within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None), is_called(text))
        .order_by(Volunteer.pinyin, Volunteer.id)
        .limit(limit)
    ).all()


def namesakes(session: Session, name: str, *, scope_ids: Sequence[int]) -> Sequence[Volunteer]:
    """Current people in scope with exactly this name: perhaps the one who is about to be registered again."""
    return session.scalars(
        select(Volunteer)
        .where(within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None), Volunteer.name == name)
        .order_by(Volunteer.id)
        .limit(10)
    ).all()


def in_scope(session: Session, volunteer_id: int, *, scope_ids: Sequence[int]) -> Volunteer | None:
    """The person, if she belongs to one of the scopes."""
    return session.scalar(select(Volunteer).where(Volunteer.id == volunteer_id, within(Volunteer.area_id, scope_ids)))


def listed(
    session: Session, *, scope_ids: Sequence[int], text: str = "", after_id: int = 0, limit: int = 30
) -> Sequence[Volunteer]:
    """Current people in scope by id; with `text`, those that `search` would find."""
    statement = select(Volunteer).where(within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None))
    if text:
        statement = statement.where(is_called(text))
    return session.scalars(statement.where(Volunteer.id > after_id).order_by(Volunteer.id).limit(limit)).all()


def is_called(text: str) -> ColumnElement[bool]:
    """Whether part of the name, or the beginning of its pinyin or initials, is `text`."""
    named = Volunteer.name.contains(text, autoescape=True)
    spelling = letters(text)
    if not spelling:
        return named
    return named | Volunteer.pinyin.startswith(spelling) | Volunteer.initials.startswith(spelling)
