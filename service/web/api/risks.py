"""Risk notices: confirm one, and see who has not."""

from __future__ import annotations

from typing import Any

from schemas.risks import NewRiskConfirmation, RiskConfirmationShown, RiskReadersShown
from service.activities import queries as activities
from service.activities.models import Activity
from service.risks import actions
from service.risks.models import RiskConfirmation
from service.roster.confirming import Reader, readers
from service.signups.queries import concerned
from service.terms import RiskDoor, Role
from service.web.api.door import Call, found
from service.web.api.problems import NotFound, Problem
from service.web.api.resource import Resource

risks = Resource("risks", url_prefix="/activities", description="安全提醒：先确认看过，才能来。")


@risks.operation("GET", "/<id:activity_id>/risk-confirmations", gives=RiskReadersShown())
def list_readers(call: Call, *, activity_id: int) -> Any:
    """Who is to come, and whether she has confirmed, in an area I coordinate."""
    call.needs(Role.COORDINATOR)
    activity: Activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    return {"items": [_shown(one) for one in readers(call.session, activity, now=call.now)]}


@risks.operation(
    "POST",
    "/<id:activity_id>/risk-confirmations",
    takes=NewRiskConfirmation(),
    gives=RiskConfirmationShown(),
    status=201,
    refuses=(409,),
)
def confirm(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """I have read the risk notice; or, with `volunteer_id`, I read it out to her and she knows now. Twice keeps the
    first. A version that is no longer the notice is refused (409): read it anew."""
    volunteer_id = body.get("volunteer_id")
    if volunteer_id in (None, call.actor.volunteer_id):
        whose: dict[str, Any] = {"volunteer_id": call.volunteer_id, "door": RiskDoor.API}
        activity = found(activities.published(call.session, activity_id))
    else:
        call.needs(Role.COORDINATOR)
        activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
        person = found(concerned(call.session, volunteer_id, scope_ids=call.scope_ids))
        whose = {"volunteer_id": person.id, "door": RiskDoor.DESK, "recorded_by": call.actor.account_id}
    if not activity.must_confirm_risk:
        raise NotFound
    is_taken = actions.confirm(call.session, activity_id=activity.id, version=body["version"], now=call.now, **whose)
    if not is_taken:
        raise Problem(409, kind="changed-meanwhile")
    return call.session.get_one(RiskConfirmation, (activity.id, body["version"], whose["volunteer_id"]))


def _shown(one: Reader) -> dict[str, Any]:
    hers = one.confirmation
    return {
        "volunteer_id": one.person.id,
        "name": one.person.name,
        "next_at": one.next_at,
        "is_confirmed": one.is_confirmed,
        "version": hers.version if hers else None,
        "door": hers.door if hers else None,
        "confirmed_at": hers.confirmed_at if hers else None,
    }
