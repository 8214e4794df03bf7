"""Rehearsals: ask for one, look at what came of it."""

from __future__ import annotations

from typing import Any

from schemas.rehearsal import NewRehearsal, RehearsalsAsked, RehearsalShown, RehearsalWhole
from schemas.shown import page_of
from service.activities import queries as activities
from service.activities.models import Activity
from service.matching import queries as matching
from service.matching.models import MatchRun
from service.places import queries as places
from service.places.models import Area
from service.rehearsal import actions, queries
from service.rehearsal.models import Rehearsal
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, found
from service.web.api.resource import Resource

rehearsals = Resource(
    "rehearsals", description="演练：照现在的样子走几天，看会发什么、问谁、还缺什么。什么都不真的发。"
)


@rehearsals.operation("POST", "/rehearsals", takes=NewRehearsal(), gives=RehearsalShown(), status=202, refuses=(409,))
def request_rehearsal(call: Call, *, body: dict[str, Any]) -> Any:
    """Ask for the coming days to be played. Nothing is sent and nothing changed."""
    call.needs(Role.COORDINATOR)
    subject = _subject(call, body)
    made = actions.request(
        call.session,
        **subject,
        assumption=body["assumption"],
        days=body["days"],
        account_id=call.actor.account_id,
        now=call.now,
    )
    return made, {"Location": f"/api/v1/rehearsals/{made.id}"}


@rehearsals.operation("GET", "/rehearsals", asks=RehearsalsAsked(), gives=page_of(RehearsalShown))
def list_rehearsals(call: Call, *, asked: dict[str, Any]) -> Any:
    """Rehearsals in areas I coordinate, newest first."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(
        call.session,
        scope_ids=call.scope_ids,
        before_id=cursors.after_id(asked.get("after")) or None,
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.id,), each=lambda row: row)


@rehearsals.operation("GET", "/rehearsals/<id:rehearsal_id>", gives=RehearsalWhole())
def show_rehearsal(call: Call, *, rehearsal_id: int) -> Any:
    """One rehearsal with everything that would happen; looking at it is audited."""
    call.needs(Role.COORDINATOR)
    rehearsal: Rehearsal = found(queries.in_scope(call.session, rehearsal_id, scope_ids=call.scope_ids))
    actions.note_look(call.session, rehearsal, account_id=call.actor.account_id, now=call.now)
    return rehearsal


def _subject(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    """What is to be played, if I coordinate it."""
    if "match_run_id" in wanted:
        run: MatchRun = found(matching.in_scope(call.session, wanted["match_run_id"], scope_ids=call.scope_ids))
        return {"run": run, "area_id": run.area_id}
    if "activity_id" in wanted:
        activity: Activity = found(activities.in_scope(call.session, wanted["activity_id"], scope_ids=call.scope_ids))
        return {"activity": activity, "area_id": activity.area_id}
    area: Area = found(places.in_scope(call.session, wanted["area_id"], scope_ids=call.scope_ids))
    return {"area_id": area.id}
