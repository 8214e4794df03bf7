"""Other dates for a series: look at what changes for whom, then do exactly that."""

from __future__ import annotations

from typing import Any

from schemas.replanning import PreviewShown, RevisionDone, RevisionInput
from schemas.series import SeriesShown
from service.activities.models import Series
from service.language import _
from service.replanning import actions, queries
from service.replanning.rules import Change
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

series = Resource("series", url_prefix="/series", description="系列：改日期之前先看会动到谁，再照着看到的改。")


@series.operation("GET", "/<id:series_id>", gives=SeriesShown())
def show_series(call: Call, *, series_id: int) -> Any:
    """A rule of dates of an activity in an area I coordinate."""
    return _mine(call, series_id)


@series.operation("POST", "/<id:series_id>/previews", takes=RevisionInput(), gives=PreviewShown())
def preview_revision(call: Call, *, series_id: int, body: dict[str, Any]) -> Any:
    """What would change, date by date and for whom, if the series followed these dates from `from_on` on.

    Nothing is changed. Dates beyond the horizon follow as they come near.
    """
    plan = body["dates"]
    shown = actions.preview(call.session, _mine(call, series_id), plan=plan, from_on=plan.from_on, now=call.now)
    return {"token": shown.token, "changes": [_change(change) for change in shown.changes]}


@series.operation("POST", "/<id:series_id>/revisions", takes=RevisionDone(), gives=SeriesShown(), refuses=(409,))
def revise(call: Call, *, series_id: int, body: dict[str, Any]) -> Any:
    """Do what the preview of this token showed; 409 when it would be something else by now.

    Whoever holds or awaits a place on a date that moves or goes is told. The series that follows from then on is
    given back: the same, or a new one where earlier dates stay as they were.
    """
    plan, one = body["dates"], _mine(call, series_id)
    shown = actions.preview(call.session, one, plan=plan, from_on=plan.from_on, now=call.now)
    if shown.drops_people and not body["reason"].strip():
        raise invalid(reason=[_("有人的日子不办了，请写明原因，会告诉他们")])
    return actions.revise(
        call.session,
        one.id,
        plan=plan,
        from_on=plan.from_on,
        shown=body["token"],
        reason=body["reason"],
        now=call.now,
        account_id=call.actor.account_id,
    )


def _mine(call: Call, series_id: int) -> Series:
    one: Series = found(queries.series_in_scope(call.session, series_id, scope_ids=call.scope_ids))
    return one


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "on_date": change.on_date,
        "shift_id": change.shift_id,
        "was_from": change.was[0] if change.was else None,
        "becomes_from": change.becomes[0] if change.becomes else None,
        "people": list(change.people),
    }
