"""Named reads of the area tree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.places.models import Area
from service.places.rules import Step
from service.terms import AreaKind

#: What has coordinators of its own.
GOVERNED = (AreaKind.CITY, AreaKind.STREET, AreaKind.COMMUNITY)


def within(column: InstrumentedAttribute[Any], scope_ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that the area in `column` lies in one of the scopes or below it.

    Every query on behalf of a coordinator carries this, so that other communities' rows do not exist for her.
    """
    return column.in_(select(Area.id).where(Area.lineage.overlap(list(scope_ids))))


def within_or_own(
    area: InstrumentedAttribute[Any],
    scope_ids: Sequence[int],
    *,
    owner: InstrumentedAttribute[Any],
    volunteer_id: int | None,
) -> ColumnElement[bool]:
    """The condition that a row lies in one of the scopes, or is this volunteer's own."""
    conditions = [within(area, scope_ids)] if scope_ids else []
    if volunteer_id is not None:
        conditions.append(owner == volunteer_id)
    return or_(false(), *conditions)


def listed(
    session: Session, *, below: int | None = None, kind: AreaKind | None = None, after_id: int = 0, limit: int = 30
) -> Sequence[Area]:
    """Areas by id, all or those at and below one."""
    statement = select(Area).where(Area.id > after_id).order_by(Area.id).limit(limit)
    if below is not None:
        statement = statement.where(Area.lineage.contains([below]))
    if kind is not None:
        statement = statement.where(Area.kind == kind)
    return session.scalars(statement).all()


def in_scope(session: Session, area_id: int, *, scope_ids: Sequence[int]) -> Area | None:
    """The area, if it is one of the scopes or below one."""
    return session.scalar(select(Area).where(Area.id == area_id, within(Area.id, scope_ids)))


def neighbourhood_id(session: Session, area_id: int) -> int:
    """The area whose shifts are near `area_id`: the one above it, or itself at the root."""
    return session.scalars(select(func.coalesce(Area.parent_id, Area.id)).where(Area.id == area_id)).one()


def subtree(session: Session, area_id: int) -> Sequence[Area]:
    """The area and everything below it, parents before children."""
    return session.scalars(select(Area).where(Area.lineage.contains([area_id])).order_by(Area.lineage)).all()


def just_below(session: Session, area_id: int) -> Sequence[Area]:
    """The areas one step below, by name."""
    return session.scalars(select(Area).where(Area.parent_id == area_id).order_by(Area.kind, Area.name)).all()


def root(session: Session) -> Area | None:
    """The top of the tree; the first one, should there be several."""
    return session.scalars(select(Area).where(Area.parent_id.is_(None)).order_by(Area.id).limit(1)).first()


def is_root(session: Session, area_ids: Collection[int]) -> bool:
    """Whether the whole house lies in these areas."""
    top = root(session)
    return top is not None and top.id in area_ids


def communities(session: Session) -> Sequence[Area]:
    """Every community, as the tree orders them."""
    return session.scalars(select(Area).where(Area.kind == AreaKind.COMMUNITY).order_by(Area.lineage)).all()


def path(session: Session, area: Area) -> Sequence[Area]:
    """From the root to the area itself."""
    found = {a.id: a for a in session.scalars(select(Area).where(Area.id.in_(area.lineage)))}
    return [found[area_id] for area_id in area.lineage]


def steps_to(session: Session, area_ids: Collection[int]) -> dict[int, tuple[Step, ...]]:
    """Areas by id, each as the steps from the root down to it."""
    areas = session.execute(select(Area.id, Area.lineage).where(Area.id.in_(area_ids))).all()
    above = {area_id for _, lineage in areas for area_id in lineage}
    kinds = session.execute(select(Area.id, Area.kind).where(Area.id.in_(above))).all()
    known = {area_id: Step(area_id, AreaKind(kind)) for area_id, kind in kinds}
    return {area_id: tuple(known[above_id] for above_id in lineage) for area_id, lineage in areas}


def community_of(session: Session, area: Area) -> Area:
    """The nearest community at or above `area`; `area` itself when there is none (a street, a city)."""
    above = [a for a in path(session, area) if a.kind == AreaKind.COMMUNITY]
    return above[-1] if above else area


def communities_of(session: Session, area_ids: Collection[int]) -> dict[int, tuple[Area, Area]]:
    """Areas by id, each with the nearest community at or above it, or itself where there is none."""
    areas = session.scalars(select(Area).where(Area.id.in_(area_ids))).all()
    above = {area_id for area in areas for area_id in area.lineage}
    known = session.scalars(select(Area).where(Area.id.in_(above), Area.kind == AreaKind.COMMUNITY))
    by_id = {community.id: community for community in known}
    return {
        area.id: (area, next((by_id[area_id] for area_id in reversed(area.lineage) if area_id in by_id), area))
        for area in areas
    }


class Helpline(NamedTuple):
    """Whom to call: the area's name, its landline, and when somebody answers, as the area says it."""

    name: str
    phone: str
    hours: str


def helpline(session: Session, area: Area) -> Helpline | None:
    """That of the nearest area at or above that has a telephone."""
    reachable = [a for a in path(session, area) if a.landline]
    if not reachable:
        return None
    nearest = reachable[-1]
    return Helpline(nearest.name, nearest.landline or "", nearest.landline_hours or "")
