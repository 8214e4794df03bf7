"""Routes: the round of an activity, the stops of a shift, and who has been there."""

from __future__ import annotations

from typing import Any

from schemas.routes import NewRoute, NewVisit, RouteShown, ShiftRouteShown
from service.activities.models import Activity, Shift
from service.activities.queries import in_scope, shift_in_scope
from service.findings.actions import Writer
from service.language import _
from service.places import queries as places
from service.roster.queries import serves_in
from service.routes import actions, queries
from service.routes.models import Route
from service.web.api.door import Call, found
from service.web.api.problems import NotFound, invalid
from service.web.api.resource import Resource

routes = Resource("routes", description="巡查路线：按顺序走哪些地方、看什么、谁去过。")


@routes.operation("GET", "/activities/<id:activity_id>/route", gives=RouteShown())
def show_route(call: Call, *, activity_id: int) -> Any:
    """The round, when each stop was seen last, and which stops come when."""
    return _shown(call, found(queries.of_activity(call.session, _mine(call, activity_id).id)))


@routes.operation("PUT", "/activities/<id:activity_id>/route", takes=NewRoute(), gives=RouteShown(), refuses=(422,))
def lay_route(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Lay it, or lay it anew; the visits of the stops that stay are kept."""
    activity = _mine(call, activity_id)
    for stop in body["stops"]:
        if places.in_scope(call.session, stop.place_id, scope_ids=call.scope_ids) is None:
            raise invalid(stops=[_("没有这个地方")])
    route = actions.lay_route(call.session, activity, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(call, route)


@routes.operation("GET", "/shifts/<id:shift_id>/route", gives=ShiftRouteShown())
def show_round(call: Call, *, shift_id: int) -> Any:
    """The stops of a shift: for who serves there, and its coordinators."""
    shift, _who, route = _round(call, shift_id)
    return _stops(call, shift, route)


@routes.operation(
    "POST", "/shifts/<id:shift_id>/visits", takes=NewVisit(), gives=ShiftRouteShown(), status=201, refuses=(409,)
)
def visit_stop(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """I have been there. What is not in order becomes a finding."""
    shift, who, route = _round(call, shift_id)
    actions.visit(call.session, shift, by=who, now=call.now, **body)
    return _stops(call, shift, route)


def _mine(call: Call, activity_id: int) -> Activity:
    activity: Activity = found(in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    return activity


def _round(call: Call, shift_id: int) -> tuple[Shift, Writer, Route]:
    """The shift with its route, and who asks: a coordinator of its area, or somebody who serves in it."""
    shift = shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids)
    who = Writer(account_id=call.actor.account_id)
    if shift is None:
        her = call.actor.volunteer_id
        if her is None or not serves_in(call.session, shift_id, volunteer_id=her):
            raise NotFound
        shift, who = call.session.get_one(Shift, shift_id), Writer(call.actor.account_id, her)
    return shift, who, found(queries.of_activity(call.session, shift.activity_id))


def _shown(call: Call, route: Route) -> dict[str, Any]:
    rounds = queries.coming(call.session, route, now=call.now)
    return {
        "activity_id": route.activity_id,
        "at_once": route.at_once,
        "within_days": route.within_days,
        "stops": [_stop(stop) for stop in queries.stops(call.session, route, now=call.now)],
        "rounds": [
            {"shift_id": shift.id, "starts_at": shift.starts_at, "stop_ids": [stop.row.id for stop in walked]}
            for shift, walked in rounds
        ],
    }


def _stops(call: Call, shift: Shift, route: Route) -> dict[str, Any]:
    been = queries.visits(call.session, shift.id)
    items = []
    for stop in queries.of_shift(call.session, route, shift, now=call.now):
        visit = been.get(stop.row.id)
        seen = {
            "visited_at": visit.visited_at if visit else None,
            "wrong": visit.wrong if visit else [],
            "finding_id": visit.finding_id if visit else None,
        }
        items.append({**_stop(stop), **seen})
    return {"items": items}


def _stop(stop: queries.Stop) -> dict[str, Any]:
    return {
        "id": stop.row.id,
        "place_id": stop.row.place_id,
        "label": stop.label,
        "checks": stop.row.checks,
        "seen_at": stop.seen_at,
        "is_overdue": stop.is_overdue,
    }
