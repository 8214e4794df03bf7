"""The areas a coordinator's file may speak of, by the names people use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.places.models import Area
from service.places.queries import within
from service.terms import AreaKind


def areas_by_name(session: Session, scope_ids: Sequence[int]) -> dict[str, list[Area]]:
    """Every area in reach by its name; several of one name stay together, so that nobody guesses."""
    found: dict[str, list[Area]] = {}
    for area in session.scalars(select(Area).where(within(Area.id, scope_ids)).order_by(Area.lineage)):
        found.setdefault(area.name, []).append(area)
    return found


def only_area(areas: Mapping[str, Sequence[Area]]) -> Area | None:
    """The community, where there is but one in reach: then nobody needs to write it in each row."""
    communities = [area for same in areas.values() for area in same if area.kind == AreaKind.COMMUNITY]
    return communities[0] if len(communities) == 1 else None
