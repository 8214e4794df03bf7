"""The area tree."""

from __future__ import annotations

from typing import Any

from schemas.places import AreaChange, AreasAsked, AreaShown, NewArea
from schemas.shown import page_of
from service.places import actions, queries
from service.places.models import Area
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.resource import Resource

areas = Resource("areas", url_prefix="/areas", description="地方：市、街道、社区、院落、楼、场所。")


@areas.operation("GET", "", asks=AreasAsked(), gives=page_of(AreaShown))
def list_areas(call: Call, *, asked: dict[str, Any]) -> Any:
    """Areas, parents before children."""
    rows = queries.listed(
        call.session,
        below=asked.get("below"),
        kind=asked.get("kind"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda area: (area.id,), each=lambda area: area)


@areas.operation("GET", "/<id:area_id>", gives=AreaShown())
def show_area(call: Call, *, area_id: int) -> Any:
    """One area."""
    area = found(call.session.get(Area, area_id))
    return versioned(area, area.version)


@areas.operation("POST", "", takes=NewArea(), gives=AreaShown(), status=201, refuses=(409,))
def add_area(call: Call, *, body: dict[str, Any]) -> Any:
    """An area below one that I administer."""
    parent = administered(call, body["parent_id"])
    area = actions.add_area(
        call.session,
        parent=parent,
        kind=body["kind"],
        name=body["name"],
        landline=body.get("landline"),
        landline_hours=body.get("landline_hours"),
        address=body.get("address"),
    )
    return versioned(area, area.version)


@areas.operation("PATCH", "/<id:area_id>", takes=AreaChange(), gives=AreaShown(), is_editable=True, refuses=(409,))
def change_area(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Another name, telephone or address."""
    area = administered(call, area_id)
    call.must_match(area.version)
    actions.revise(call.session, area, changes=body, account_id=call.actor.account_id, now=call.now)
    return versioned(area, area.version)


def administered(call: Call, area_id: int) -> Area:
    """An area within those one administers. Raises Problem for who administers none, NotFound outside."""
    call.needs(Role.ADMIN)
    area: Area = found(queries.in_scope(call.session, area_id, scope_ids=call.actor.scope_ids(Role.ADMIN)))
    return area
