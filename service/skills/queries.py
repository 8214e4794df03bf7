"""Who can what: qualifications and skills looked through together, within the areas of whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.places.models import Area
from service.places.queries import within
from service.skills.models import Skill
from service.terms import QualificationKind, SkillState
from service.volunteers.models import Qualification, Volunteer


@dataclass(frozen=True, slots=True)
class Held:
    """One thing a person can: a qualification (`kind`), or a skill (`name`). `verified_by` is an account."""

    id: int
    person: Volunteer
    area: Area
    kind: QualificationKind | None
    name: str
    evidence: str
    state: SkillState
    valid_until: date | None
    verified_at: datetime | None
    verified_by: int | None


def state_on(day: date, *, verified_at: datetime | None, valid_until: date | None) -> SkillState:
    """How far it can be relied on: what has run out, verified or not, is expired."""
    if valid_until is not None and valid_until < day:
        return SkillState.EXPIRED
    return SkillState.CLAIMED if verified_at is None else SkillState.VERIFIED


def search(
    session: Session,
    *,
    scope_ids: Sequence[int],
    day: date,
    text: str = "",
    kinds: Collection[QualificationKind] | None = None,
    state: SkillState | None = None,
    limit: int = 200,
) -> list[Held]:
    """What current people in scope can, by pinyin: skills whose name has `text`, and qualifications of these `kinds`.

    `kinds` None: all of them where there is no text, else none.
    """
    found: list[Held] = []
    if kinds is None:
        kinds = () if text else tuple(QualificationKind)
    if kinds:
        wanted = Qualification.kind.in_(kinds)
        found += [_qualified(row, day) for row in _rows(session, Qualification, wanted, scope_ids, day, state, limit)]
    if text or len(kinds) == len(QualificationKind):
        named = Skill.name.contains(text, autoescape=True)
        found += [_skilled(row, day) for row in _rows(session, Skill, named, scope_ids, day, state, limit)]
    return sorted(found, key=lambda one: (one.person.pinyin, one.person.id, one.name, one.id))[:limit]


def _rows(  # noqa: PLR0917 (used twice, just above)
    session: Session,
    table: Any,
    wanted: ColumnElement[bool],
    scope_ids: Sequence[int],
    day: date,
    state: SkillState | None,
    limit: int,
) -> Iterable[Any]:
    statement = (
        select(table, Volunteer, Area)
        .join(Volunteer, Volunteer.id == table.volunteer_id)
        .join(Area, Area.id == Volunteer.area_id)
        .where(wanted, within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None))
        .order_by(Volunteer.pinyin, Volunteer.id, table.id)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(_is(state, table.verified_at, table.valid_until, day))
    return session.execute(statement).all()


def _is(
    state: SkillState, verified_at: InstrumentedAttribute[Any], valid_until: InstrumentedAttribute[Any], day: date
) -> ColumnElement[bool]:
    """The same as `state_on`, in the database."""
    if state == SkillState.EXPIRED:
        return valid_until < day
    lasts = or_(valid_until.is_(None), valid_until >= day)
    return lasts & (verified_at.is_(None) if state == SkillState.CLAIMED else verified_at.is_not(None))


def _qualified(row: Any, day: date) -> Held:
    return _held(row, day, kind=QualificationKind(row[0].kind), name="")


def _skilled(row: Any, day: date) -> Held:
    return _held(row, day, kind=None, name=row[0].name)


def _held(row: Any, day: date, *, kind: QualificationKind | None, name: str) -> Held:
    one, person, area = row
    return Held(
        id=one.id,
        person=person,
        area=area,
        kind=kind,
        name=name,
        evidence=one.evidence,
        state=state_on(day, verified_at=one.verified_at, valid_until=one.valid_until),
        valid_until=one.valid_until,
        verified_at=one.verified_at,
        verified_by=one.verified_by,
    )


def of_person(session: Session, volunteer_id: int) -> Sequence[Skill]:
    """What she says she can, in the order in which she said it."""
    return session.scalars(select(Skill).where(Skill.volunteer_id == volunteer_id).order_by(Skill.id)).all()


def in_scope(session: Session, skill_id: int, *, scope_ids: Sequence[int]) -> Skill | None:
    """The skill, if its person lives in one of the scopes."""
    return session.scalar(
        select(Skill)
        .join(Volunteer, Volunteer.id == Skill.volunteer_id)
        .where(Skill.id == skill_id, within(Volunteer.area_id, scope_ids))
    )


def qualification_in_scope(
    session: Session, qualification_id: int, *, scope_ids: Sequence[int]
) -> Qualification | None:
    """The qualification, if its person lives in one of the scopes."""
    return session.scalar(
        select(Qualification)
        .join(Volunteer, Volunteer.id == Qualification.volunteer_id)
        .where(Qualification.id == qualification_id, within(Volunteer.area_id, scope_ids))
    )
