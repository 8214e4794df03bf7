"""The roles of shifts that messages speak of: what, when, where and whom to ask. Read once for all who are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.rules import is_essential
from service.db import one_of
from service.places.models import Area
from service.terms import AreaKind, Mode, ShiftState

#: What a Duty says of its shift and role, by the names it has there; the same for everybody in that role.
Occasion: TypeAlias = Mapping[str, Any]


def occasions(session: Session, shift_role_ids: Collection[int]) -> dict[int, Occasion]:
    """The occasion of each of these roles, by its id."""
    if not shift_role_ids:
        return {}
    statement = (
        select(
            ShiftRole.id,
            ShiftRole.min_needed,
            ShiftRole.max_needed,
            ShiftRole.taken,
            Shift.id.label("shift_id"),
            Shift.area_id,
            Shift.place_id,
            Shift.state,
            Shift.starts_at,
            Shift.ends_at,
            Shift.cancel_reason,
            Activity.id.label("activity_id"),
            Activity.title,
            Activity.contact_name,
            Activity.contact_phone,
            Activity.what_to_bring,
            Activity.mode,
            _takes_over().label("takes_over"),
            ActivityRole.name.label("role"),
            ActivityRole.requires,
        )
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(one_of(ShiftRole.id, shift_role_ids))
    )
    rows = session.execute(statement).all()
    areas = _areas(session, {one for row in rows for one in (row.area_id, row.place_id)})
    return {row.id: _occasion(row, areas) for row in rows}


def _takes_over() -> ColumnElement[bool]:
    """Whether somebody of a shift before this one was to leave a note for who comes now."""
    before = aliased(Shift)
    is_after = before.activity_id == Shift.activity_id, before.starts_at < Shift.starts_at
    return and_(Activity.hands_over, select(before.id).where(*is_after, before.state == ShiftState.OPEN).exists())


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name people are written to, and the landline to ask at; empty where none is known."""

    community: str
    landline: str


def senders(session: Session, area_ids: Collection[int]) -> dict[int, Sender]:
    """Who writes to the people of each of these areas, by its id."""
    areas = _areas(session, area_ids)
    return {one: _sender([areas[above] for above in areas[one].lineage]) for one in area_ids}


def _sender(above: Sequence[Area]) -> Sender:
    """The community in this line of areas, or the lowest of them; the nearest landline."""
    return Sender(
        next((a.name for a in reversed(above) if a.kind == AreaKind.COMMUNITY), above[-1].name),
        next((a.landline for a in reversed(above) if a.landline), ""),
    )


def _occasion(row: Row[*tuple[Any, ...]], areas: Mapping[int, Area]) -> Occasion:
    sender = _sender([areas[area_id] for area_id in areas[row.area_id].lineage])
    return {
        "shift_id": row.shift_id,
        "activity_id": row.activity_id,
        "shift_state": row.state,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "title": row.title,
        "role": row.role,
        "place": _place(areas[row.place_id]),
        "community": sender.community,
        "landline": sender.landline or row.contact_phone,
        "contact_name": row.contact_name,
        "what_to_bring": row.what_to_bring.rstrip("。"),
        "cancel_reason": (row.cancel_reason or "").rstrip("。"),
        "min_needed": row.min_needed,
        "max_needed": row.max_needed,
        "taken": row.taken,
        "is_essential": is_essential(row),
        "is_call_out": row.mode == Mode.CALL_OUT,
        "takes_over": row.takes_over,
    }


def _areas(session: Session, ids: Collection[int]) -> dict[int, Area]:
    """These areas and everything above them."""
    mentioned = select(func.unnest(Area.lineage)).where(one_of(Area.id, ids))
    return {area.id: area for area in session.scalars(select(Area).where(Area.id.in_(mentioned)))}


def _place(area: Area) -> str:
    return f"{area.name}（{area.address}）" if area.address else area.name
