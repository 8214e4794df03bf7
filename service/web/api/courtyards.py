"""Courtyards: what they are, their councils, who answers for them now."""

from __future__ import annotations

from typing import Any

from schemas.courtyards import (
    ChargeInput,
    ChargesShown,
    CourtyardsAsked,
    CourtyardsShown,
    FactsShown,
    NewFacts,
    OnAsked,
)
from service.calendars.rules import local
from service.courtyards import actions, queries
from service.courtyards.queries import CourtyardRow
from service.language import _
from service.places import queries as places
from service.places.models import Area
from service.terms import AreaKind, Role
from service.volunteers import queries as volunteers
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

courtyards = Resource("courtyards", description="院落：有没有理事会、谁负责、有没有物业。")


@courtyards.operation("GET", "/courtyards", asks=CourtyardsAsked(), gives=CourtyardsShown())
def list_courtyards(call: Call, *, asked: dict[str, Any]) -> Any:
    """Every courtyard of areas I coordinate; with `lacks`, those without something."""
    call.needs(Role.COORDINATOR)
    day = asked.get("on") or local(call.now).date()
    rows = queries.report(call.session, scope_ids=call.scope_ids, day=day)
    lacks = asked.get("lacks")
    return {"items": [_shown(row) for row in rows if lacks is None or lacks in row.lacks]}


@courtyards.operation("PUT", "/courtyards/<id:area_id>", takes=NewFacts(), gives=FactsShown())
def describe_courtyard(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Write down what it is."""
    area = _area(call, area_id)
    if area.kind != AreaKind.COURTYARD:
        raise invalid(area_id=[_("没有这个地方")])
    return actions.describe(call.session, area, changes=body, account_id=call.actor.account_id, now=call.now)


@courtyards.operation("GET", "/areas/<id:area_id>/charges", asks=OnAsked(), gives=ChargesShown())
def list_charges(call: Call, *, area_id: int, asked: dict[str, Any]) -> Any:
    """Who answers for a courtyard, a building, a unit: the terms, and who does now."""
    return _charges(call, _area(call, area_id), asked)


@courtyards.operation(
    "POST", "/areas/<id:area_id>/charges", takes=ChargeInput(), gives=ChargesShown(), status=201, refuses=(409,)
)
def entrust_area(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Entrust it to a person of mine; who had it without an end has it until that day."""
    area = _area(call, area_id)
    if volunteers.in_scope(call.session, body["volunteer_id"], scope_ids=call.scope_ids) is None:
        raise invalid(volunteer_id=[_("没有这个人")])
    term = {**body, "from_on": body["from_on"] or local(call.now).date()}
    if term["until_on"] is not None and term["until_on"] <= term["from_on"]:
        raise invalid(until_on=[_("结束日期要在开始日期之后")])
    actions.entrust(call.session, area, account_id=call.actor.account_id, now=call.now, **term)
    return _charges(call, area, {})


@courtyards.operation("DELETE", "/charges/<id:charge_id>", status=204)
def end_charge(call: Call, *, charge_id: int) -> Any:
    """She answers for it no more, from today on. Twice is harmless."""
    charge = found(queries.charge_in_scope(call.session, charge_id, scope_ids=call.scope_ids))
    today = local(call.now).date()
    actions.end(call.session, charge, on=today, account_id=call.actor.account_id, now=call.now)


def _area(call: Call, area_id: int) -> Area:
    area: Area = found(places.in_scope(call.session, area_id, scope_ids=call.scope_ids))
    return area


def _charges(call: Call, area: Area, asked: dict[str, Any]) -> dict[str, Any]:
    now_on = queries.answers_for(call.session, area, day=asked.get("on") or local(call.now).date())
    return {
        "items": [
            {
                "id": charge.id,
                "area_id": charge.area_id,
                "volunteer_id": person.id,
                "name": person.name,
                "is_substitute": charge.is_substitute,
                "from_on": charge.from_on,
                "until_on": charge.until_on,
            }
            for charge, person in queries.charges_of(call.session, area.id)
        ],
        "answers_area_id": now_on.area.id if now_on else None,
        "holder": _person(now_on.holder) if now_on else None,
        "substitute": _person(now_on.substitute) if now_on else None,
    }


def _shown(row: CourtyardRow) -> dict[str, Any]:
    facts = {name: getattr(row.facts, name, EMPTY[name]) for name in EMPTY}
    return {
        **facts,
        "area_id": row.area.id,
        "name": row.area.name,
        "community": row.community,
        "council_id": row.council.id if row.council else None,
        "members": row.members,
        "holder": _person(row.holder),
        "substitute": _person(row.substitute),
        "lacks": sorted(row.lacks),
    }


EMPTY: dict[str, Any] = {"is_managed": None, "manager": "", "owner": "", "built_in": None, "households": None}


def _person(person: Volunteer | None) -> dict[str, Any] | None:
    return {"volunteer_id": person.id, "name": person.name} if person is not None else None
