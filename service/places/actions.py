"""What can be done to the area tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from service import audit
from service.places.models import Area
from service.terms import AreaKind


def add_area(
    session: Session,
    *,
    parent: Area | None,
    kind: AreaKind,
    name: str,
    landline: str | None = None,
    landline_hours: str | None = None,
    address: str | None = None,
) -> Area:
    """Add an area below `parent` (None: a new root)."""
    area_id = session.scalar(text("SELECT nextval(pg_get_serial_sequence('area', 'id'))"))
    if area_id is None:
        raise RuntimeError("the sequence of area ids gave no number")
    area = Area(
        id=area_id,
        parent_id=parent.id if parent else None,
        kind=kind,
        name=name,
        lineage=[*(parent.lineage if parent else ()), area_id],
        landline=landline,
        landline_hours=landline_hours,
        address=address,
    )
    session.add(area)
    session.flush()
    return area


def revise(
    session: Session, area: Area, *, changes: Mapping[str, str | bool | None], account_id: int | None, now: datetime
) -> Area:
    """Change the area's name, telephone or address, or whether a second look is wanted there."""
    for name, value in changes.items():
        setattr(area, name, value)
    audit.note(
        session,
        verb="revised_area",
        subject=("area", area.id),
        account_id=account_id,
        area_id=area.id,
        now=now,
        fields=sorted(changes),
    )
    session.flush()
    return area
