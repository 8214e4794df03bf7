"""Who is on duty in an area on a day."""

from __future__ import annotations

from typing import Any

from schemas.duty import DutyAsked, DutyShown
from service.calendars.rules import local
from service.places.models import Area
from service.roster.on_duty import on_duty
from service.web.api.door import Call, found
from service.web.api.resource import Resource

duty = Resource("duty", url_prefix="/areas", description="今天谁值班。")


@duty.operation("GET", "/<id:area_id>/duty", asks=DutyAsked(), gives=DutyShown())
def show_duty(call: Call, *, area_id: int, asked: dict[str, Any]) -> Any:
    """Each role of each shift of the day: how many are there, and the names of those who agreed to be shown."""
    area: Area = found(call.session.get(Area, area_id))
    return {"items": on_duty(call.session, area_id=area.id, day=asked.get("on") or local(call.now).date())}
