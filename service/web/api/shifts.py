"""Shifts: what is open, and what a coordinator changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import jsonify

from schemas.activities import Cancellation
from schemas.shifts import ShiftChange, ShiftsAsked, ShiftShown
from schemas.shown import page_of
from service.activities import actions, listing, queries
from service.activities.models import ActivityRole, Shift, ShiftRole
from service.calendars.rules import local
from service.signups.takeable import Takeable, takeable_shifts
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
        coordinated_ids=call.scope_ids,
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
    everybodys = queries.open_shift(call.session, shift_id)
    shift = everybodys or found(queries.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids))
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
    found = takeable_shifts(
        call.session,
        call.volunteer_id,
        now=call.now,
        after=cursors.after_instant(asked.get("after")),
        limit=asked["limit"] + 1,
        area_id=asked.get("area_id"),
    )
    page, headers = cursors.shown(found, limit=asked["limit"], key=lambda one: one.cursor, each=_shown_takeable)
    return jsonify(page), headers


def _mine(call: Call, shift_id: int) -> Shift:
    shift: Shift = found(queries.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids))
    return shift


def _shown(shift: Shift) -> dict[str, Any]:
    activity = shift.activity
    return {
        **{name: getattr(shift, name) for name in SHIFT_COLUMNS},
        "id": shift.id,
        "activity_id": activity.id,
        "title": activity.title,
        "mode": activity.mode,
        "has_waitlist": activity.has_waitlist,
        "closes_at": shift.starts_at - timedelta(minutes=activity.closes_before),
        "state": shift.state,
        "roles": [_role(role, role.definition) for role in shift.roles],
    }


def _role(role: ShiftRole, definition: ActivityRole) -> dict[str, Any]:
    return {
        **{
            name: getattr(role, name)
            for name in ("id", "min_needed", "max_needed", "taken", "stand_bys", "standing_by")
        },
        **{
            name: getattr(definition, name)
            for name in ("name", "requires", "tags", "min_age", "max_age", "most_together")
        },
    }


def _shown_takeable(found: Takeable) -> dict[str, Any]:
    """As ShiftShown, in JSON values already: seven hundred values through their fields would be a quarter of the cost
    of the list that is asked for most. A test holds it against the shift read alone."""
    shift = found.shift
    return {
        "id": shift.shift_id,
        "activity_id": shift.activity_id,
        "title": shift.title,
        "mode": shift.mode,
        "has_waitlist": shift.has_waitlist,
        "area_id": shift.area_id,
        "place_id": shift.place_id,
        "starts_at": local(shift.starts_at).isoformat(),
        "ends_at": local(shift.ends_at).isoformat(),
        "closes_at": local(shift.starts_at - timedelta(minutes=shift.closes_before)).isoformat(),
        "state": shift.shift_state,
        "cancel_reason": shift.cancel_reason,
        "version": shift.version,
        "roles": [_shown_role(role) for role in found.roles],
    }


def _shown_role(role: Any) -> dict[str, Any]:
    return {
        "id": role.shift_role_id,
        "name": role.name,
        "min_needed": role.min_needed,
        "max_needed": role.max_needed,
        "taken": role.taken,
        "stand_bys": role.stand_bys,
        "standing_by": role.standing_by,
        "requires": role.requires,
        "tags": role.role_tags,
        "min_age": role.min_age,
        "max_age": role.max_age,
        "most_together": role.role_most_together,
    }


SHIFT_COLUMNS = ("area_id", "place_id", "starts_at", "ends_at", "cancel_reason", "version")
