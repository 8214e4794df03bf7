"""Who holds a role in an area and what is in it: heads of buildings and units, substitutes, leads of its teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.courtyards.models import Charge
from service.places.models import Area
from service.places.queries import subtree
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import Headship, MemberRole, TeamState
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Held:
    """One role somebody holds: what it is, of which area, in which team if it is in one."""

    what: Headship
    area: str
    team: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A person and all roles she holds there, as the tree orders their areas."""

    person: Volunteer
    held: tuple[Held, ...]

    @property
    def is_substitute_only(self) -> bool:
        """Whether she only stands in for others."""
        return all(one.what == Headship.SUBSTITUTE for one in self.held)


def heads(session: Session, area: Area, *, day: date) -> list[Head]:
    """Everybody who holds a role in the area or below it on a day, each person once."""
    places = {one.id: one for one in subtree(session, area.id)}
    order = {area_id: position for position, area_id in enumerate(places)}
    rows = [*_charges(session, list(places), day=day), *_members(session, list(places), day=day)]
    found: dict[Volunteer, list[Held]] = defaultdict(list)
    for area_id, person, what, team in sorted(rows, key=lambda row: (order[row[0]], row[2], row[1].pinyin, row[1].id)):
        found[person].append(Held(what, places[area_id].name, team))
    return [Head(person, tuple(held)) for person, held in found.items()]


#: (area, who, what, in which team).
_Row = tuple[int, Volunteer, Headship, str]


def _charges(session: Session, area_ids: Sequence[int], *, day: date) -> list[_Row]:
    rows = session.execute(
        select(Charge, Volunteer)
        .join(Volunteer, Volunteer.id == Charge.volunteer_id)
        .where(Charge.area_id.in_(area_ids), Charge.from_on <= day, Volunteer.left_at.is_(None))
        .where(or_(Charge.until_on.is_(None), Charge.until_on > day))
    )
    return [
        (charge.area_id, person, Headship.SUBSTITUTE if charge.is_substitute else Headship.HOLDER, "")
        for charge, person in rows
    ]


def _members(session: Session, area_ids: Sequence[int], *, day: date) -> list[_Row]:
    """Who leads a team of these areas, or belongs to a team for one of them in particular."""
    leads = (Membership.role == MemberRole.LEAD) & Team.area_id.in_(area_ids)
    rows = session.execute(
        select(Membership, Team, Volunteer)
        .join(Team, Team.id == Membership.team_id)
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Team.state == TeamState.ACTIVE, Volunteer.left_at.is_(None), is_member_on(day))
        .where(or_(leads, Membership.area_id.in_(area_ids)))
    )
    return [
        (
            membership.area_id if membership.area_id and membership.area_id in area_ids else team.area_id,
            person,
            Headship.LEAD if membership.role == MemberRole.LEAD else Headship.MEMBER,
            team.name,
        )
        for membership, team, person in rows
    ]
