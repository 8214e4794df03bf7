"""Findings: what was seen on duty, whose agenda it is on, what came of it."""

from __future__ import annotations

from typing import Any

from schemas.findings import (
    CarryingInput,
    CarryingShown,
    FindingInput,
    FindingsAsked,
    FindingShown,
    Settlement,
    ShiftFindingsShown,
)
from schemas.shown import page_of
from service.activities import queries as activities
from service.activities.models import Activity, Shift
from service.findings import actions, queries
from service.findings.actions import Writer
from service.findings.queries import FindingRow
from service.language import _
from service.places import queries as places
from service.roster.queries import serves_in
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.problems import NotFound, invalid
from service.web.api.resource import Resource

findings = Resource("findings", description="发现和议题：值班看到的，带到下一班或者议事会。")


@findings.operation("GET", "/findings", asks=FindingsAsked(), gives=page_of(FindingShown))
def list_findings(call: Call, *, asked: dict[str, Any]) -> Any:
    """Findings of areas I coordinate: the ledger."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(
        call.session,
        scope_ids=call.scope_ids,
        is_open=asked.get("is_open"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.Finding.id,), each=_shown)


@findings.operation("GET", "/shifts/<id:shift_id>/findings", gives=ShiftFindingsShown())
def shift_findings(call: Call, *, shift_id: int) -> Any:
    """What comes to a shift and what was found in it: for who serves there, and its coordinators."""
    shift, _who = _shift(call, shift_id)
    return _of_shift(call, shift)


@findings.operation(
    "POST",
    "/shifts/<id:shift_id>/findings",
    takes=FindingInput(),
    gives=ShiftFindingsShown(),
    status=201,
    refuses=(409,),
)
def note_finding(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """Write down what I found. It is on the agenda where the activity's findings are carried."""
    shift, who = _shift(call, shift_id)
    place_id = body.get("place_id")
    if place_id is not None and places.in_scope(call.session, place_id, scope_ids=(shift.area_id,)) is None:
        raise invalid(place_id=[_("没有这个地方")])
    actions.note(call.session, shift, by=who, words=body["words"], place_id=place_id, now=call.now)
    return _of_shift(call, shift)


@findings.operation(
    "POST",
    "/findings/<id:finding_id>/settlements",
    takes=Settlement(),
    gives=FindingShown(),
    status=201,
    refuses=(409,),
)
def settle_finding(call: Call, *, finding_id: int, body: dict[str, Any]) -> Any:
    """Say what came of it. The first answer stands."""
    shift, who = _shift(call, body["shift_id"]) if "shift_id" in body else (None, None)
    if who is None or who.volunteer_id is None:
        found(queries.in_scope(call.session, finding_id, scope_ids=call.scope_ids))
    elif finding_id not in {row.Finding.id for row in queries.agenda(call.session, found(shift))}:
        raise NotFound
    by = who or Writer(account_id=call.actor.account_id)
    actions.settle(call.session, finding_id, by=by, outcome=body["outcome"], shift=shift, now=call.now)
    return _shown(queries.one(call.session, finding_id))


@findings.operation(
    "PUT", "/activities/<id:activity_id>/carrying", takes=CarryingInput(), gives=CarryingShown(), refuses=(422,)
)
def carry_findings(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """From now on what the activity finds is on the agenda of another, or of its own next shift."""
    activity = _activity(call, activity_id)
    to = activities.in_scope(call.session, body["to_id"], scope_ids=call.scope_ids)
    if to is None:
        raise invalid(to_id=[_("没有找到这个活动")])
    days = body["within_days"]
    actions.carry(call.session, activity, to=to, within_days=days, account_id=call.actor.account_id, now=call.now)
    return {"activity_id": activity.id, "to_id": to.id, "within_days": days}


@findings.operation("DELETE", "/activities/<id:activity_id>/carrying", status=204)
def stop_carrying(call: Call, *, activity_id: int) -> Any:
    """The activity keeps no findings any more; those there are stay. Twice is harmless."""
    actions.stop_carrying(call.session, _activity(call, activity_id), account_id=call.actor.account_id, now=call.now)


def _activity(call: Call, activity_id: int) -> Activity:
    activity: Activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    return activity


def _shift(call: Call, shift_id: int) -> tuple[Shift, Writer]:
    """The shift and who asks: a coordinator of its area, or somebody who serves in it. Else it does not exist."""
    shift = activities.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids)
    if shift is not None:
        return shift, Writer(account_id=call.actor.account_id)
    her = call.actor.volunteer_id
    if her is None or not serves_in(call.session, shift_id, volunteer_id=her):
        raise NotFound
    return call.session.get_one(Shift, shift_id), Writer(call.actor.account_id, her)


def _of_shift(call: Call, shift: Shift) -> dict[str, Any]:
    return {
        "agenda": [_shown(row) for row in queries.agenda(call.session, shift)],
        "found": [_shown(row) for row in queries.found_in(call.session, shift.id)],
    }


def _shown(row: FindingRow) -> dict[str, Any]:
    finding, _shift_of_it, activity, place = row
    shown = {name: getattr(finding, name) for name in COLUMNS}
    return {**shown, "activity_id": activity.id, "title": activity.title, "place": place.name if place else ""}


COLUMNS = ("id", "shift_id", "place_id", "words", "found_at", "due_on", "outcome", "settled_at", "settled_in_id")
