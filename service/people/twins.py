"""Entries that may be one person, and those that were found to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from service.people.models import Apart, Merge
from service.people.rules import likeness
from service.places.queries import within
from service.terms import Likeness
from service.volunteers.models import Volunteer


def merge_of(session: Session, volunteer_id: int) -> Merge | None:
    """The merge by which this entry went, if it is gone."""
    return session.scalar(select(Merge).where(Merge.gone_id == volunteer_id, Merge.undone_at.is_(None)))


def merge_in_scope(session: Session, merge_id: int, *, scope_ids: Sequence[int]) -> Merge | None:
    """The merge, if the entry that stayed lives in one of the scopes."""
    return session.scalar(
        select(Merge)
        .join(Volunteer, Volunteer.id == Merge.kept_id)
        .where(Merge.id == merge_id, within(Volunteer.area_id, scope_ids))
    )


def undoable(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Row[Merge, str]]:
    """(merge, name of the entry that went) for each merge into this entry that can still be undone."""
    return session.execute(
        select(Merge, Volunteer.name)
        .join(Volunteer, Volunteer.id == Merge.gone_id)
        .where(Merge.kept_id == volunteer_id, Merge.undone_at.is_(None), Merge.undo_until >= now)
        .order_by(Merge.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class Twins:
    """Two entries that may be one person, and why."""

    one: Volunteer
    other: Volunteer
    likeness: Likeness


def twins(session: Session, *, scope_ids: Sequence[int], of: int | None = None, limit: int = 50) -> list[Twins]:
    """Current people of these areas who look alike, by pinyin; `of`: only who looks like this person."""
    one, other = aliased(Volunteer), aliased(Volunteer)
    told = exists().where(Apart.low_id == one.id, Apart.high_id == other.id)
    statement = (
        select(one, other)
        .where(one.id < other.id, within(one.area_id, scope_ids), within(other.area_id, scope_ids))
        .where(one.left_at.is_(None), other.left_at.is_(None), ~told)
        .order_by(one.pinyin, one.id, other.id)
        .limit(limit)
    )
    if of is not None:
        statement = statement.where(or_(one.id == of, other.id == of))
    same_name = one.name == other.name
    same_day = and_(one.birth_on == other.birth_on, one.initials == other.initials)
    pairs = {
        (first.id, second.id): (first, second)
        for same in (same_name, same_day)
        for first, second in session.execute(statement.where(same))
    }
    found = [Twins(*both, likeness=why) for both in pairs.values() if (why := likeness(*both)) is not None]
    return sorted(found, key=lambda pair: (pair.one.pinyin, pair.one.id, pair.other.id))[:limit]
