"""Demands: noted, matched to the line that covers them, decided by a desk."""

from __future__ import annotations

from typing import Any

from schemas.demands import CoverInput, CoverShown, DemandShown, DemandsShown, GivenInput, NewDemand
from service.demands import actions, queries
from service.demands.actions import NoLineHere
from service.demands.models import Demand
from service.language import _
from service.places import queries as places
from service.terms import DemandState, Role
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

demands = Resource("demands", description="需求找项目：要的是什么，哪个服务项目管。")


@demands.operation("GET", "/demands", gives=DemandsShown())
def list_demands(call: Call) -> Any:
    """What was asked for in areas I coordinate: open ones first, each with the lines that cover it."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(call.session, scope_ids=call.scope_ids)
    return {"items": [_shown(call, demand) for demand, *_rest in rows]}


@demands.operation("POST", "/demands", takes=NewDemand(), gives=DemandShown(), status=201)
def note_demand(call: Call, *, body: dict[str, Any]) -> Any:
    """Something is asked for in an area I coordinate."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    return _shown(call, actions.note(call.session, account_id=call.actor.account_id, now=call.now, **body))


@demands.operation("GET", "/demands/<id:demand_id>", gives=DemandShown())
def show_demand(call: Call, *, demand_id: int) -> Any:
    """One, with the lines that cover it and why."""
    return _shown(call, _mine(call, demand_id))


@demands.operation("PUT", "/demands/<id:demand_id>/line", takes=GivenInput(), gives=DemandShown(), refuses=(409,))
def give_demand(call: Call, *, demand_id: int, body: dict[str, Any]) -> Any:
    """Give it to a line that serves there."""
    demand = _mine(call, demand_id)
    try:
        actions.give(call.session, demand, account_id=call.actor.account_id, now=call.now, **body)
    except NoLineHere:
        raise invalid(programme_id=[_("这里没有这个服务项目")]) from None
    return _shown(call, demand)


@demands.operation("DELETE", "/demands/<id:demand_id>", status=204, refuses=(409,))
def let_demand_rest(call: Call, *, demand_id: int) -> Any:
    """No line is for it."""
    actions.let_rest(call.session, _mine(call, demand_id), account_id=call.actor.account_id, now=call.now)


@demands.operation("PUT", "/programmes/<id:programme_id>/cover", takes=CoverInput(), gives=CoverShown())
def declare_line(call: Call, *, programme_id: int, body: dict[str, Any]) -> Any:
    """Say whom a line of a team of mine is for, and by which words it is asked for."""
    programme = found(queries.programme_in_scope(call.session, programme_id, scope_ids=call.scope_ids))
    return actions.declare(call.session, programme, account_id=call.actor.account_id, now=call.now, **body)


def _mine(call: Call, demand_id: int) -> Demand:
    demand: Demand = found(queries.in_scope(call.session, demand_id, scope_ids=call.scope_ids))
    return demand


def _shown(call: Call, demand: Demand) -> dict[str, Any]:
    names = ("id", "area_id", "audience", "words", "state", "programme_id", "asked_at")
    covering = queries.fits_of(call.session, demand) if demand.state == DemandState.OPEN else []
    fits = [
        {
            "programme_id": fit.line.programme_id,
            "name": fit.line.name,
            "team": fit.line.team,
            "heard": list(fit.heard),
            "is_for_them": fit.is_for_them,
        }
        for fit in covering
    ]
    return {**{name: getattr(demand, name) for name in names}, "fits": fits}
