"""Messages on paper for whoever reads no screen: which are to be printed, and that they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schemas.slips import PrintedShown, SlipsAsked, SlipShown, SlipsPrinted, SlipsShown
from service.notifications import slips as papers
from service.notifications.models import Slip
from service.terms import Role
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found
from service.web.api.resource import Resource

#: How long a printed slip is listed.
SHOWN_AFTER = timedelta(days=2)

slips = Resource("slips", url_prefix="/slips", description="纸条：印给不看手机的人。")


@slips.operation("GET", "", asks=SlipsAsked(), gives=SlipsShown())
def list_slips(call: Call, *, asked: dict[str, Any]) -> Any:
    """Slips of areas I coordinate: to be printed, the one needed first in front; or printed lately."""
    call.needs(Role.COORDINATOR)
    rows = (
        papers.printed(call.session, scope_ids=call.scope_ids, since=call.now - SHOWN_AFTER)
        if asked["printed"]
        else papers.waiting(call.session, scope_ids=call.scope_ids, now=call.now)
    )
    return {"items": [_shown(row.Slip, row.Volunteer) for row in rows]}


@slips.operation("POST", "/printings", takes=SlipsPrinted(), gives=PrintedShown())
def mark_printed(call: Call, *, body: dict[str, Any]) -> Any:
    """They are on paper. Slips of other areas, and those already marked, are passed over."""
    call.needs(Role.COORDINATOR)
    marked = papers.mark_printed(
        call.session,
        slip_ids=set(body["slip_ids"]),
        scope_ids=call.scope_ids,
        account_id=call.actor.account_id,
        now=call.now,
    )
    return {"printed": marked}


@slips.operation("DELETE", "/<id:slip_id>/printing", gives=SlipShown())
def print_again(call: Call, *, slip_id: int) -> Any:
    """It was lost, or marked by mistake: among those to print again. Twice is harmless."""
    call.needs(Role.COORDINATOR)
    slip = found(papers.in_scope(call.session, slip_id, scope_ids=call.scope_ids))
    papers.print_again(call.session, slip, account_id=call.actor.account_id, now=call.now)
    return _shown(slip, call.session.get_one(Volunteer, slip.volunteer_id))


def _shown(slip: Slip, person: Volunteer) -> dict[str, Any]:
    names = ("id", "area_id", "volunteer_id", "title", "words", "needed_by", "printed_at")
    return {name: getattr(slip, name) for name in names} | {"name": person.name}
