"""Named reads of brands."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.brands.models import Brand
from service.places.models import Area


def own(session: Session, area_id: int) -> Brand | None:
    """The area's own brand."""
    return session.get(Brand, area_id)


def shown(session: Session, area: Area) -> Brand | None:
    """What stands on the pages of an area: its own, or that of the nearest above it that has one."""
    found = {one.area_id: one for one in session.scalars(select(Brand).where(Brand.area_id.in_(area.lineage)))}
    return next((found[area_id] for area_id in reversed(area.lineage) if area_id in found), None)
