"""People looked through, and all that is known of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.people.models import Departure, Merge
from service.places.models import Area
from service.places.queries import within
from service.roster.models import AWAITED, SURE, Assignment
from service.skills.models import Skill
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import QualificationKind, ShiftState
from service.volunteers.models import Qualification, Volunteer
from service.volunteers.queries import TAIL, is_called, tail_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a coordinator looks for. `text`: a name, pinyin, initials, or the last four digits of a telephone."""

    text: str = ""
    tag: str = ""
    skill: str = ""
    kind: QualificationKind | None = None
    team_id: int | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One person in the list. `last_at`: when she served last; `next_at`: when her next shift begins."""

    person: Volunteer
    area: str
    skills: list[str] = field(default_factory=list)
    kinds: list[QualificationKind] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    last_at: datetime | None = None
    next_at: datetime | None = None


def conditions(asked: Asked, *, scope_ids: Sequence[int], day: date) -> list[ColumnElement[bool]]:
    """What is true of those who are looked for, in these areas, on that day."""
    found = [within(Volunteer.area_id, scope_ids)]
    found += [Volunteer.left_at.is_not(None), ~_IS_MERGED] if asked.has_left else [Volunteer.left_at.is_(None)]
    if asked.text:
        is_tail = len(asked.text) == TAIL and asked.text.isascii() and asked.text.isdigit()
        found.append(Volunteer.phone_tail == tail_digest(asked.text) if is_tail else is_called(asked.text))
    if asked.tag:
        found.append(Volunteer.tags.contains([asked.tag]))
    if asked.skill:
        named = Skill.name.contains(asked.skill, autoescape=True)
        found.append(exists().where(Skill.volunteer_id == Volunteer.id, named))
    if asked.kind is not None:
        is_valid = or_(Qualification.valid_until.is_(None), Qualification.valid_until >= day)
        found.append(
            exists().where(Qualification.volunteer_id == Volunteer.id, Qualification.kind == asked.kind, is_valid)
        )
    if asked.team_id is not None:
        hers = Membership.volunteer_id == Volunteer.id
        found.append(exists().where(hers, Membership.team_id == asked.team_id, is_member_on(day)))
    return found


_IS_MERGED = exists().where(Merge.gone_id == Volunteer.id, Merge.undone_at.is_(None))


def listed(
    session: Session,
    asked: Asked,
    *,
    scope_ids: Sequence[int],
    now: datetime,
    day: date,
    after: Volunteer | None = None,
    limit: int = 30,
) -> list[Card]:
    """Those who are looked for by pinyin, from behind `after` on, with what a list says of each."""
    statement = select(Volunteer).where(*conditions(asked, scope_ids=scope_ids, day=day))
    if after is not None:
        statement = statement.where(tuple_(Volunteer.pinyin, Volunteer.id) > (after.pinyin, after.id))
    people = session.scalars(statement.order_by(Volunteer.pinyin, Volunteer.id).limit(limit)).all()
    return cards(session, people, now=now, day=day)


def cards(session: Session, people: Sequence[Volunteer], *, now: datetime, day: date) -> list[Card]:
    """What a list says of each of these people, in the same order."""
    areas = dict(session.execute(select(Area.id, Area.name).where(Area.id.in_({one.area_id for one in people}))).all())
    found = {person.id: Card(person, areas[person.area_id]) for person in people}
    skills = select(Skill.volunteer_id, Skill.name).where(Skill.volunteer_id.in_(found)).order_by(Skill.id)
    for volunteer_id, name in session.execute(skills):
        found[volunteer_id].skills.append(name)
    kinds = select(Qualification.volunteer_id, Qualification.kind).where(Qualification.volunteer_id.in_(found))
    for volunteer_id, kind in session.execute(kinds.distinct().order_by(Qualification.kind)):
        found[volunteer_id].kinds.append(QualificationKind(kind))
    for membership, team in memberships(session, found, day=day):
        found[membership.volunteer_id].teams.append(team.name)
    last, soon = _served(session, found, now=now), _expected(session, found, now=now)
    return [
        Card(one.person, one.area, one.skills, one.kinds, one.teams, last.get(number), soon.get(number))
        for number, one in found.items()
    ]


def _served(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """When each of them served last: the start of the latest shift that is over, and that she had said yes to."""
    rows = session.execute(
        select(Assignment.volunteer_id, func.max(Shift.starts_at))
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Assignment.volunteer_id.in_(volunteer_ids), Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False)
        )
        .where(Shift.ends_at <= now, Shift.state == ShiftState.OPEN)
        .group_by(Assignment.volunteer_id)
    )
    return dict(rows.all())


def _expected(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """When the next shift begins in which each of them has a place."""
    rows = session.execute(
        select(Assignment.volunteer_id, func.min(Shift.starts_at))
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id.in_(volunteer_ids), Assignment.state.in_(AWAITED))
        .where(Shift.starts_at > now, Shift.state == ShiftState.OPEN)
        .group_by(Assignment.volunteer_id)
    )
    return dict(rows.all())


def tags(session: Session, *, scope_ids: Sequence[int]) -> Sequence[str]:
    """Every tag in use among current people of these areas."""
    tag = func.unnest(Volunteer.tags).label("tag")
    used = select(tag).where(within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None)).distinct().subquery()
    return session.scalars(select(used.c.tag).order_by(used.c.tag).limit(100)).all()


def memberships(session: Session, volunteer_ids: Collection[int], *, day: date) -> Sequence[Row[Membership, Team]]:
    """The teams these people are in on that day."""
    return session.execute(
        select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.volunteer_id.in_(volunteer_ids), is_member_on(day))
        .order_by(Team.name, Membership.id)
    ).all()


def departure(session: Session, volunteer_id: int) -> Departure | None:
    """The last time she left."""
    return session.scalar(
        select(Departure).where(Departure.volunteer_id == volunteer_id).order_by(Departure.id.desc()).limit(1)
    )
