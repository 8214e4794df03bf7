"""Scores: the standard of inspections, what a stop got, and the history of each place."""

from __future__ import annotations

from typing import Any

from schemas.scores import HistoriesShown, NewScore, NewSheet, ScoreSheetShown, ScoreShown
from service.activities.models import Shift
from service.activities.queries import shift_in_scope
from service.findings.actions import Writer
from service.roster.queries import serves_in
from service.scores import actions, queries
from service.scores.rules import Sheet
from service.web.api.door import Call, activity_here, found
from service.web.api.problems import NotFound
from service.web.api.resource import Resource

scores = Resource("scores", description="评分：按标准一项一项打分，每一处的历史。")


@scores.operation("GET", "/activities/<id:activity_id>/score-sheet", gives=ScoreSheetShown())
def show_sheet(call: Call, *, activity_id: int) -> Any:
    """The standard its visits are scored by."""
    activity = activity_here(call, activity_id)
    return _sheet(activity.id, found(queries.sheet_of(call.session, activity.id)))


@scores.operation(
    "PUT", "/activities/<id:activity_id>/score-sheet", takes=NewSheet(), gives=ScoreSheetShown(), refuses=(422,)
)
def set_sheet(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """From now on they are scored by it; scores there are keep theirs."""
    activity, sheet = activity_here(call, activity_id), Sheet(tuple(body["items"]), body["line"])
    actions.set_sheet(call.session, activity, sheet=sheet, account_id=call.actor.account_id, now=call.now)
    return _sheet(activity.id, sheet)


@scores.operation("GET", "/activities/<id:activity_id>/scores", gives=HistoriesShown())
def list_scores(call: Call, *, activity_id: int) -> Any:
    """Each stop of the route with its latest scores."""
    activity = activity_here(call, activity_id)
    rows = queries.histories(call.session, activity.id, now=call.now)
    return {"items": [{"stop_id": one.stop.row.id, "label": one.stop.label, "scores": one.scores} for one in rows]}


@scores.operation(
    "POST", "/shifts/<id:shift_id>/scores", takes=NewScore(), gives=ScoreShown(), status=201, refuses=(409, 422)
)
def score_stop(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """I have been there: so many points for each item. Below the line a finding is opened. Twice is harmless."""
    shift, who = _round(call, shift_id)
    return actions.score(call.session, shift, by=who, now=call.now, **body)


def _round(call: Call, shift_id: int) -> tuple[Shift, Writer]:
    """The shift, and who scores: a coordinator of its area, or somebody who serves in it."""
    shift = shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids)
    if shift is not None:
        return shift, Writer(call.actor.account_id)
    her = call.actor.volunteer_id
    if her is None or not serves_in(call.session, shift_id, volunteer_id=her):
        raise NotFound
    return call.session.get_one(Shift, shift_id), Writer(call.actor.account_id, her)


def _sheet(activity_id: int, sheet: Sheet) -> dict[str, Any]:
    return {"activity_id": activity_id, "items": sheet.items, "of": sheet.of, "line": sheet.line}
