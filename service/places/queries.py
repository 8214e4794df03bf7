"""Named reads of the area tree."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.places.models import Area
from service.terms import AreaKind


def within(column: InstrumentedAttribute[int], scope_ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that the area in `column` lies in one of the scopes or below it.

    Every query on behalf of a coordinator carries this, so that other communities' rows do not exist for her.
    """
    return column.in_(select(Area.id).where(Area.lineage.overlap(list(scope_ids))))


def subtree(session: Session, area_id: int) -> Sequence[Area]:
    """The area and everything below it, parents before children."""
    return session.scalars(select(Area).where(Area.lineage.contains([area_id])).order_by(Area.lineage)).all()


def path(session: Session, area: Area) -> Sequence[Area]:
    """From the root to the area itself."""
    found = {a.id: a for a in session.scalars(select(Area).where(Area.id.in_(area.lineage)))}
    return [found[area_id] for area_id in area.lineage]


def community_of(session: Session, area: Area) -> Area:
    """The nearest community at or above `area`; `area` itself when there is none (a street, a city)."""
    above = [a for a in path(session, area) if a.kind == AreaKind.COMMUNITY]
    return above[-1] if above else area


def helpline(session: Session, area: Area) -> tuple[str, str] | None:
    """(name, landline) of the nearest area at or above that has a telephone."""
    reachable = [a for a in path(session, area) if a.landline]
    return (reachable[-1].name, reachable[-1].landline or "") if reachable else None
