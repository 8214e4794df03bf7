"""Named reads of courtyards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from service.courtyards.models import Charge, Courtyard
from service.places.models import Area
from service.places.queries import communities_of, within
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import AreaKind, TeamState
from service.volunteers.models import Volunteer

ChargeRow: TypeAlias = Row[Charge, Volunteer]
#: What a courtyard can be without.
Lack: TypeAlias = Literal["council", "person", "management"]


@dataclass(frozen=True, slots=True)
class CourtyardRow:
    """One courtyard on a day: its council (the approved team of just this area), who answers for it, who stands in."""

    area: Area
    community: str
    facts: Courtyard | None
    council: Team | None
    members: int
    holder: Volunteer | None
    substitute: Volunteer | None

    @property
    def lacks(self) -> set[Lack]:
        """What it is without. Whether it is managed is only said where somebody has said that it is not."""
        found: set[Lack] = set()
        if self.council is None:
            found.add("council")
        if self.holder is None:
            found.add("person")
        if self.facts is not None and self.facts.is_managed is False:
            found.add("management")
        return found


def report(session: Session, *, scope_ids: Sequence[int], day: date) -> list[CourtyardRow]:
    """Every courtyard of these areas as the tree orders them."""
    areas = session.scalars(
        select(Area).where(Area.kind == AreaKind.COURTYARD, within(Area.id, scope_ids)).order_by(Area.lineage)
    ).all()
    ids = [area.id for area in areas]
    communities = communities_of(session, ids)
    facts = {one.area_id: one for one in session.scalars(select(Courtyard).where(Courtyard.area_id.in_(ids)))}
    councils = _councils(session, ids)
    members = _members(session, [team.id for team in councils.values()], day=day)
    charges = _charges(session, ids, day=day)
    return [
        CourtyardRow(
            area=area,
            community=communities[area.id][1].name,
            facts=facts.get(area.id),
            council=councils.get(area.id),
            members=members.get(councils[area.id].id, 0) if area.id in councils else 0,
            holder=charges[area.id].get(False),
            substitute=charges[area.id].get(True),
        )
        for area in areas
    ]


def _councils(session: Session, area_ids: Collection[int]) -> dict[int, Team]:
    """The first approved team of each area."""
    teams = session.scalars(
        select(Team).where(Team.area_id.in_(area_ids), Team.state == TeamState.ACTIVE).order_by(Team.id.desc())
    )
    return {team.area_id: team for team in teams}


def _members(session: Session, team_ids: Collection[int], *, day: date) -> dict[int, int]:
    rows = session.execute(
        select(Membership.team_id, func.count())
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Membership.team_id.in_(team_ids), Volunteer.left_at.is_(None), is_member_on(day))
        .group_by(Membership.team_id)
    )
    return dict(rows.all())


def _charges(session: Session, area_ids: Collection[int], *, day: date) -> dict[int, dict[bool, Volunteer]]:
    found: dict[int, dict[bool, Volunteer]] = defaultdict(dict)
    for charge, person in session.execute(
        select(Charge, Volunteer)
        .join(Volunteer, Volunteer.id == Charge.volunteer_id)
        .where(Charge.area_id.in_(area_ids), Charge.from_on <= day, Volunteer.left_at.is_(None))
        .where(or_(Charge.until_on.is_(None), Charge.until_on > day))
    ):
        found[charge.area_id][charge.is_substitute] = person
    return found


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who answers for an area on a day: of the area itself, or of the nearest above it of which somebody does."""

    area: Area
    holder: Volunteer | None
    substitute: Volunteer | None


def answers_for(session: Session, area: Area, *, day: date) -> Answerable | None:
    """Whom to turn to about an area now; None when nobody answers for it, nor for anything above it."""
    charges = _charges(session, area.lineage, day=day)
    nearest = next((area_id for area_id in reversed(area.lineage) if charges[area_id]), None)
    if nearest is None:
        return None
    found = charges[nearest]
    return Answerable(session.get_one(Area, nearest), found.get(False), found.get(True))


def charges_of(session: Session, area_id: int) -> Sequence[ChargeRow]:
    """Who answered for the area and who will, the latest term in front."""
    return session.execute(
        select(Charge, Volunteer)
        .join(Volunteer, Volunteer.id == Charge.volunteer_id)
        .where(Charge.area_id == area_id)
        .order_by(Charge.from_on.desc(), Charge.is_substitute, Charge.id)
    ).all()


def charge_in_scope(session: Session, charge_id: int, *, scope_ids: Sequence[int]) -> Charge | None:
    """The charge, if its area is one of the scopes or below one."""
    return session.scalar(select(Charge).where(Charge.id == charge_id, within(Charge.area_id, scope_ids)))


def facts_of(session: Session, area_id: int) -> Courtyard | None:
    """What is known of the courtyard."""
    return session.get(Courtyard, area_id)


def can_answer(session: Session, area: Area) -> Sequence[Volunteer]:
    """Who could answer for it: the people of its community, by pinyin."""
    community = communities_of(session, [area.id])[area.id][1]
    return session.scalars(
        select(Volunteer)
        .where(within(Volunteer.area_id, [community.id]), Volunteer.left_at.is_(None))
        .order_by(Volunteer.pinyin, Volunteer.id)
        .limit(500)
    ).all()
