"""Guidance: who instructs an organisation, and who succeeds her."""

from __future__ import annotations

from typing import Any

from schemas.guidance import AppointedShown, GuidesShown, NewGuide
from service.activities.queries import in_scope as activity_in_scope
from service.calendars.rules import local
from service.guidance import actions, queries
from service.guidance.models import Guide
from service.language import _
from service.partners.models import Partner
from service.partners.queries import in_scope as partner_in_scope
from service.volunteers import queries as volunteers
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

guidance = Resource("guidance", url_prefix="/partners", description="指导员和单位结对：任期、接任，问题带到下一次。")


@guidance.operation("GET", "/<id:partner_id>/guides", gives=GuidesShown())
def list_guides(call: Call, *, partner_id: int) -> Any:
    """Who instructed an organisation of mine, who does, who will."""
    rows = queries.of_partner(call.session, _mine(call, partner_id).id)
    today = local(call.now).date()
    now = next((guide for guide, *_rest in rows if guide.from_on <= today), None)
    waiting = queries.open_findings(call.session, now.activity_id) if now else 0
    return {"items": [_shown(guide, person) for guide, person, _activity in rows], "open_findings": waiting}


@guidance.operation(
    "POST", "/<id:partner_id>/guides", takes=NewGuide(), gives=AppointedShown(), status=201, refuses=(409,)
)
def appoint_guide(call: Call, *, partner_id: int, body: dict[str, Any]) -> Any:
    """She instructs it from a day on; whoever did is succeeded, and gives up her places in the visits from then on."""
    partner = _mine(call, partner_id)
    person = volunteers.in_scope(call.session, body["volunteer_id"], scope_ids=call.scope_ids)
    if person is None:
        raise invalid(volunteer_id=[_("没有这个人")])
    activity = activity_in_scope(call.session, body["activity_id"], scope_ids=call.scope_ids)
    if activity is None:
        raise invalid(activity_id=[_("没有找到这个活动")])
    done = actions.appoint(
        call.session,
        partner,
        activity=activity,
        volunteer_id=person.id,
        from_on=body["from_on"],
        account_id=call.actor.account_id,
        now=call.now,
    )
    return {**_shown(done.guide, person), "released": done.released, "asked": done.asked}


@guidance.operation("DELETE", "/<id:partner_id>/guides/<id:guide_id>", status=204)
def end_guide(call: Call, *, partner_id: int, guide_id: int) -> Any:
    """She instructs it no more from today on, and nobody succeeds her; a term to come is taken back."""
    partner = _mine(call, partner_id)
    guide = found(queries.one_of_partner(call.session, guide_id, partner_id=partner.id))
    today = local(call.now).date()
    actions.end(call.session, partner, guide=guide, on=today, account_id=call.actor.account_id, now=call.now)


def _mine(call: Call, partner_id: int) -> Partner:
    partner: Partner = found(partner_in_scope(call.session, partner_id, scope_ids=call.scope_ids))
    return partner


def _shown(guide: Guide, person: Volunteer) -> dict[str, Any]:
    names = ("id", "volunteer_id", "activity_id", "from_on", "until_on")
    return {**{name: getattr(guide, name) for name in names}, "name": person.name}
