"""Hours: how long people served, drills beside it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from schemas.hours import HoursAsked, HoursShown, OwnHoursShown
from service.calendars.rules import local
from service.hours import actions, queries
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.resource import Resource

hours = Resource("hours", description="服务时长：谁服务了多久，演练、培训的时间另记。")


@hours.operation("GET", "/hours", asks=HoursAsked(), gives=HoursShown())
def list_hours(call: Call, *, asked: dict[str, Any]) -> Any:
    """Who served in areas I coordinate. Each look is in the audit."""
    call.needs(Role.COORDINATOR)
    days = _days(call, asked)
    lines = queries.ledger(call.session, scope_ids=call.scope_ids, now=call.now, **days)
    actions.look(call.session, people=len(lines), account_id=call.actor.account_id, now=call.now, **days)
    items = [{**asdict(one.tally), "volunteer_id": one.person.id, "name": one.person.name} for one in lines]
    return {**days, "items": items}


@hours.operation("GET", "/me/hours", asks=HoursAsked(), gives=OwnHoursShown())
def show_own_hours(call: Call, *, asked: dict[str, Any]) -> Any:
    """My own, wherever I served."""
    volunteer_id: int = found(call.actor.volunteer_id)
    return asdict(queries.of_person(call.session, volunteer_id, now=call.now, **_days(call, asked)))


def _days(call: Call, asked: dict[str, Any]) -> dict[str, date]:
    """Those asked for; from new year until today where nothing is said."""
    until_on = asked["until_on"] or local(call.now).date()
    return {"from_on": asked["from_on"] or date(until_on.year, 1, 1), "until_on": until_on}
