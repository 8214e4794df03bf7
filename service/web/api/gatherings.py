"""Gatherings: who holds a role in an area, and calling them together at once."""

from __future__ import annotations

from typing import Any

from schemas.gatherings import GatheringShown, HeadsShown, NewGathering
from service.calendars.rules import local
from service.gatherings import actions, queries
from service.gatherings.actions import NotAHead
from service.language import _
from service.places import queries as places
from service.places.models import Area
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

gatherings = Resource("gatherings", url_prefix="/areas", description="把一个院子、一片的楼栋长、单元长一次叫齐。")


@gatherings.operation("GET", "/<id:area_id>/heads", gives=HeadsShown())
def list_heads(call: Call, *, area_id: int) -> Any:
    """Who holds a role in an area I coordinate, or in what is below it, today."""
    rows = queries.heads(call.session, _area(call, area_id), day=local(call.now).date())
    return {
        "items": [
            {
                "volunteer_id": row.person.id,
                "name": row.person.name,
                "held": [{"what": one.what, "area": one.area, "team": one.team} for one in row.held],
            }
            for row in rows
        ]
    }


@gatherings.operation("POST", "/<id:area_id>/gatherings", takes=NewGathering(), gives=GatheringShown(), status=201)
def call_together(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Call them to a meeting by invitation; each is asked, and nobody else hears of it."""
    contact = body.pop("contact_name"), body.pop("contact_phone")
    try:
        called = actions.call_together(
            call.session,
            _area(call, area_id),
            role=_("到会"),
            contact=contact,
            account_id=call.actor.account_id,
            now=call.now,
            **body,
        )
    except NotAHead:
        raise invalid(volunteer_ids=[_("只能请在那里担着事的人，至少请一位")]) from None
    skipped = [volunteer_id for volunteer_id, _reasons in called.skipped]
    return {"activity_id": called.activity.id, "asked": called.asked, "skipped": skipped}


def _area(call: Call, area_id: int) -> Area:
    area: Area = found(places.in_scope(call.session, area_id, scope_ids=call.scope_ids))
    return area
