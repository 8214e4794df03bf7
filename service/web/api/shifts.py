"""Shifts: what is open, and what a coordinator changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from schemas.activities import Cancellation
from schemas.shifts import ShiftChange, ShiftsAsked, ShiftShown
from schemas.shown import page_of
from service.activities import actions, listing, queries
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.signups import queries as signups
from service.volunteers.models import Volunteer
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.resource import Resource

shifts = Resource("shifts", url_prefix="/shifts", description="班次：哪些能报、改时间、取消。")


@shifts.operation("GET", "", asks=ShiftsAsked(), gives=page_of(ShiftShown))
def list_shifts(call: Call, *, asked: dict[str, Any]) -> Any:
    """Shifts by start; with `takeable` only what I can take now."""
    if asked["takeable"]:
        return _takeable(call, asked)
    rows = listing.shifts(
        call.session,
        scope_ids=(asked["area_id"],) if "area_id" in asked else call.scope_ids or (call.around,),
        activity_id=asked.get("activity_id"),
        from_at=asked.get("from_at") or call.now,
        until_at=asked.get("until_at"),
        state=asked.get("state"),
        after=cursors.after_instant(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda shift: (shift.starts_at, shift.id), each=_shown)


@shifts.operation("GET", "/<id:shift_id>", gives=ShiftShown())
def show_shift(call: Call, *, shift_id: int) -> Any:
    """One shift with its places."""
    shift = found(queries.open_shift(call.session, shift_id))
    return versioned(_shown(shift), shift.version)


@shifts.operation("PATCH", "/<id:shift_id>", takes=ShiftChange(), gives=ShiftShown(), is_editable=True)
def move_shift(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """Another time. Its people are told, and freed if they cannot be there."""
    shift = _mine(call, shift_id)
    call.must_match(shift.version)
    actions.move_shift(call.session, shift, **body, now=call.now, account_id=call.actor.account_id)
    call.session.flush()
    return versioned(_shown(shift), shift.version)


@shifts.operation("PUT", "/<id:shift_id>/cancellation", takes=Cancellation(), gives=ShiftShown())
def cancel_shift(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """Call the shift off. Twice is harmless."""
    _mine(call, shift_id)
    shift = actions.cancel_shift(
        call.session, shift_id, reason=body["reason"], now=call.now, account_id=call.actor.account_id
    )
    call.session.flush()
    return versioned(_shown(shift), shift.version)


def _takeable(call: Call, asked: dict[str, Any]) -> Any:
    rows = signups.takeable(
        call.session,
        call.session.get_one(Volunteer, call.volunteer_id),
        now=call.now,
        after=cursors.after_instant(asked.get("after")),
        limit=asked["limit"] + 1,
        area_id=asked.get("area_id"),
    )
    page, headers = cursors.shown(
        rows, limit=asked["limit"], key=lambda row: (row.Shift.starts_at, row.ShiftRole.id), each=lambda row: row
    )
    page["items"] = [_grouped(list(roles)) for _id, roles in groupby(page["items"], key=lambda row: row.Shift.id)]
    return page, headers


def _grouped(rows: Sequence[signups.OpeningRow]) -> dict[str, Any]:
    """One shift with those of its roles that were found."""
    first = rows[0]
    return _with_roles(first.Shift, first.Activity, [(row.ShiftRole, row.ActivityRole) for row in rows])


def _mine(call: Call, shift_id: int) -> Shift:
    shift: Shift = found(queries.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids))
    return shift


def _shown(shift: Shift) -> dict[str, Any]:
    return _with_roles(shift, shift.activity, [(role, role.definition) for role in shift.roles])


def _with_roles(shift: Shift, activity: Activity, roles: Iterable[tuple[ShiftRole, ActivityRole]]) -> dict[str, Any]:
    return {
        "id": shift.id,
        "activity_id": activity.id,
        "title": activity.title,
        "mode": activity.mode,
        "has_waitlist": activity.has_waitlist,
        "area_id": shift.area_id,
        "place_id": shift.place_id,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "closes_at": shift.starts_at - timedelta(minutes=activity.closes_before),
        "state": shift.state,
        "cancel_reason": shift.cancel_reason,
        "version": shift.version,
        "roles": [_role(role, definition) for role, definition in roles],
    }


def _role(role: ShiftRole, definition: ActivityRole) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": definition.name,
        "min_needed": role.min_needed,
        "max_needed": role.max_needed,
        "taken": role.taken,
        "requires": definition.requires,
        "min_age": definition.min_age,
        "max_age": definition.max_age,
    }
