"""Named reads of demands and of the lines around that could cover them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from service.demands.models import Demand, LineCover
from service.demands.rules import Fit, Line, fits
from service.places.models import Area
from service.places.queries import communities_of, within
from service.teams.models import Programme, Team
from service.terms import Audience, DemandState, TeamState


def listed(
    session: Session, *, scope_ids: Sequence[int], state: DemandState | None = None, limit: int = 100
) -> Sequence[Row[Demand, Area, Programme | None, Team | None]]:
    """(demand, where, the line it was given to, that line's team) of these areas: open ones first, then the latest."""
    found = (
        select(Demand, Area, Programme, Team)
        .join(Area, Area.id == Demand.area_id)
        .outerjoin(Programme, Programme.id == Demand.programme_id)
        .outerjoin(Team, Team.id == Programme.team_id)
        .where(within(Demand.area_id, scope_ids))
        .order_by(Demand.state != DemandState.OPEN, Demand.id.desc())
        .limit(limit)
    )
    return session.execute(found if state is None else found.where(Demand.state == state)).all()


def in_scope(session: Session, demand_id: int, *, scope_ids: Sequence[int]) -> Demand | None:
    """The demand, locked, if it is of one of the scopes."""
    return session.scalar(
        select(Demand).where(Demand.id == demand_id, within(Demand.area_id, scope_ids)).with_for_update()
    )


def lines_around(session: Session, area_id: int) -> list[Line]:
    """All lines of approved teams of its community, or of an area above: those that serve there."""
    community = communities_of(session, [area_id])[area_id][1]
    rows = session.execute(
        select(Programme, Team.name, LineCover)
        .join(Team, Team.id == Programme.team_id)
        .outerjoin(LineCover, LineCover.programme_id == Programme.id)
        .where(Team.state == TeamState.ACTIVE)
        .where(or_(Team.area_id.in_(community.lineage), within(Team.area_id, [community.id])))
        .order_by(Team.name, Programme.id)
    )
    return [_line(programme, team, cover) for programme, team, cover in rows]


def lines_of(session: Session, *, scope_ids: Sequence[int]) -> list[Line]:
    """The lines of these areas' own approved teams: those a desk may say what they cover."""
    rows = session.execute(
        select(Programme, Team.name, LineCover)
        .join(Team, Team.id == Programme.team_id)
        .outerjoin(LineCover, LineCover.programme_id == Programme.id)
        .where(Team.state == TeamState.ACTIVE, within(Team.area_id, scope_ids))
        .order_by(Team.name, Programme.id)
    )
    return [_line(programme, team, cover) for programme, team, cover in rows]


def programme_in_scope(session: Session, programme_id: int, *, scope_ids: Sequence[int]) -> Programme | None:
    """The line, if its team belongs to one of the scopes."""
    return session.scalar(
        select(Programme)
        .join(Team, Team.id == Programme.team_id)
        .where(Programme.id == programme_id, within(Team.area_id, scope_ids))
    )


def fits_of(session: Session, demand: Demand) -> list[Fit]:
    """The lines around that cover it, the best first, each with why."""
    return fits(lines_around(session, demand.area_id), audience=Audience(demand.audience), asked=demand.words)


def _line(programme: Programme, team: str, cover: LineCover | None) -> Line:
    return Line(
        programme_id=programme.id,
        name=programme.name,
        team=team,
        audiences=frozenset(Audience(one) for one in cover.audiences) if cover else frozenset(),
        words=tuple(cover.words) if cover else (),
    )
