"""Copies: a team's month or week drafted for another, and taken back."""

from __future__ import annotations

from typing import Any

from schemas.copies import CopyAsked, CopyPreviewShown, CopyShown, NewCopy
from service.copies import actions, queries
from service.copies.queries import Copied
from service.copies.rules import Period, around
from service.duties.queries import belongings
from service.duties.rules import named
from service.teams import queries as teams
from service.teams.models import Team
from service.web.api.door import Call, found
from service.web.api.resource import Resource

copies = Resource("copies", description="照搬：把队伍一个月（周）的活动起草到另一个月（周）。")


@copies.operation("GET", "/teams/<id:team_id>/copy-preview", asks=CopyAsked(), gives=CopyPreviewShown())
def preview_copy(call: Call, *, team_id: int, asked: dict[str, Any]) -> Any:
    """What would be drafted, date by date, and what stands in the way. Changes nothing."""
    source, target = _periods(asked)
    team = _team(call, team_id)
    rows = queries.preview(call.session, team, source=source, target=target, now=call.now)
    source_days = {"from_on": source.from_on, "until_on": source.until_on}
    target_days = {"to_on": target.from_on, "to_until_on": target.until_on}
    return {**source_days, **target_days, "items": [_shown(call, row) for row in rows]}


@copies.operation("POST", "/teams/<id:team_id>/copies", takes=NewCopy(), gives=CopyShown(), status=201, refuses=(409,))
def copy_period(call: Call, *, team_id: int, body: dict[str, Any]) -> Any:
    """Draft it. What is there already is not drafted again."""
    source, target = _periods(body)
    chosen = body["dates"]
    made = actions.copy_period(
        call.session,
        _team(call, team_id),
        source=source,
        target=target,
        chosen=None if chosen is None else {(one["series_id"], one["on"]) for one in chosen},
        account_id=call.actor.account_id,
        now=call.now,
    )
    return {"id": made.copy.id, "team_id": team_id, "activity_ids": made.activity_ids, "dates": made.dates}


@copies.operation("DELETE", "/copies/<id:copy_id>", status=204)
def undo_copy(call: Call, *, copy_id: int) -> Any:
    """Take its drafts back, but for those somebody has gone on with. Twice is harmless."""
    made = found(queries.in_scope(call.session, copy_id, scope_ids=call.scope_ids))
    actions.undo(call.session, made, account_id=call.actor.account_id, now=call.now)


def _periods(given: dict[str, Any]) -> tuple[Period, Period]:
    return around(given["from_on"], given["span"]), around(given["to_on"], given["span"])


def _team(call: Call, team_id: int) -> Team:
    team: Team = found(teams.in_scope(call.session, team_id, scope_ids=call.scope_ids))
    return team


def _shown(call: Call, row: Copied) -> dict[str, Any]:
    dates = [
        {"series_id": one.series_id, "on": one.day, "outlook": one.outlook, "clash": one.clash} for one in row.dates
    ]
    brings = named(belongings(call.session, row.activity))
    return {"activity_id": row.activity.id, "title": row.activity.title, "dates": dates, "brings": brings}
