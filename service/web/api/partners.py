"""Partners and co-hosts: who stands by an area, who holds an activity too, and what each of them sees of it."""

from __future__ import annotations

from typing import Any

from schemas.partners import (
    AskingShown,
    CoHostInput,
    CoHostShown,
    CoHostsShown,
    ContactInput,
    HostingAnswer,
    NewPartner,
    PartnerMemberInput,
    PartnerMembersShown,
    PartnersAsked,
    PartnerShown,
    PartnersShown,
    PartShown,
    PartsShown,
)
from schemas.roster import Reply
from schemas.volunteers import PhoneLookAsked, PhoneShown
from service.activities.models import Activity
from service.activities.queries import in_scope as activity_in_scope
from service.language import _
from service.partners import actions, queries
from service.partners.models import CoHost, Partner
from service.partners.queries import PartShift
from service.places import queries as places
from service.terms import Role
from service.volunteers import queries as volunteers
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

partners = Resource("partners", description="联建单位和合办：谁来出人，各看各的。")

#: What whoever is asked reads of a role.
ROLE = ("name", "min_needed", "max_needed")


@partners.operation("GET", "/partners", asks=PartnersAsked(), gives=PartnersShown())
def list_partners(call: Call, *, asked: dict[str, Any]) -> Any:
    """Organisations that stand by areas I coordinate. Never their telephone numbers."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(call.session, scope_ids=call.scope_ids, area_id=asked.get("area_id"))
    return {"items": [_shown(partner) for partner, _area in rows]}


@partners.operation("POST", "/partners", takes=NewPartner(), gives=PartnerShown(), status=201, refuses=(409,))
def register_partner(call: Call, *, body: dict[str, Any]) -> Any:
    """One more, for an area I coordinate."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    return _shown(actions.register(call.session, account_id=call.actor.account_id, now=call.now, **body))


@partners.operation("GET", "/partners/<id:partner_id>", gives=PartnerShown())
def show_partner(call: Call, *, partner_id: int) -> Any:
    """One organisation."""
    return _shown(_mine(call, partner_id))


@partners.operation("PUT", "/partners/<id:partner_id>", takes=ContactInput(), gives=PartnerShown())
def change_contact(call: Call, *, partner_id: int, body: dict[str, Any]) -> Any:
    """Another person to turn to. Without `phone` the number stays."""
    partner = _mine(call, partner_id)
    actions.change_contact(call.session, partner, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(partner)


@partners.operation("DELETE", "/partners/<id:partner_id>", status=204)
def end_partner(call: Call, *, partner_id: int) -> Any:
    """It stands by the area no more. Twice is harmless."""
    actions.end(call.session, _mine(call, partner_id), account_id=call.actor.account_id, now=call.now)


@partners.operation(
    "POST",
    "/partners/<id:partner_id>/phone-looks",
    takes=PhoneLookAsked(),
    gives=PhoneShown(),
    status=201,
    is_secret=True,
    limit="60/hour",
)
def look_at_partner_phone(call: Call, *, partner_id: int, body: dict[str, Any]) -> Any:
    """The number of the person to turn to. Each look is written down."""
    partner, account_id = _mine(call, partner_id), call.actor.account_id
    return {"phone": actions.look_at_phone(call.session, partner, account_id=account_id, now=call.now, why=body["why"])}


@partners.operation("GET", "/partners/<id:partner_id>/members", gives=PartnerMembersShown())
def list_partner_members(call: Call, *, partner_id: int) -> Any:
    """Its people."""
    return _members(call, _mine(call, partner_id))


@partners.operation(
    "POST", "/partners/<id:partner_id>/members", takes=PartnerMemberInput(), gives=PartnerMembersShown(), status=201
)
def admit_to_partner(call: Call, *, partner_id: int, body: dict[str, Any]) -> Any:
    """A person of mine belongs to it; as its lead, or no longer so."""
    partner = _mine(call, partner_id)
    if volunteers.in_scope(call.session, body["volunteer_id"], scope_ids=call.scope_ids) is None:
        raise invalid(volunteer_id=[_("没有这个人")])
    actions.admit(call.session, partner, account_id=call.actor.account_id, now=call.now, **body)
    return _members(call, partner)


@partners.operation("DELETE", "/partners/<id:partner_id>/members/<id:volunteer_id>", status=204)
def dismiss_from_partner(call: Call, *, partner_id: int, volunteer_id: int) -> Any:
    """She belongs to it no more."""
    partner, account_id = _mine(call, partner_id), call.actor.account_id
    if not actions.dismiss(call.session, partner, volunteer_id=volunteer_id, account_id=account_id, now=call.now):
        found(None)


@partners.operation("GET", "/activities/<id:activity_id>/co-hosts", gives=CoHostsShown())
def list_co_hosts(call: Call, *, activity_id: int) -> Any:
    """Who holds an activity of mine too."""
    return {"items": _co_hosts(call, _activity(call, activity_id))}


@partners.operation(
    "POST",
    "/activities/<id:activity_id>/co-hosts",
    takes=CoHostInput(),
    gives=CoHostShown(),
    status=201,
    refuses=(409,),
)
def share_activity(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """A team of the street or an organisation holds it too, for all its dates."""
    activity = _activity(call, activity_id)
    teams, partners_around = queries.can_co_host(call.session, activity)
    if body["team_id"] is not None and body["team_id"] not in {team.id for team in teams}:
        raise invalid(team_id=[_("没有这个志愿队")])
    if body["partner_id"] is not None and body["partner_id"] not in {one.id for one in partners_around}:
        raise invalid(partner_id=[_("没有这个单位")])
    if not set(body["role_ids"]) <= {role.id for role in activity.roles}:
        raise invalid(role_ids=[_("这个活动没有这个岗位")])
    made = actions.share(call.session, activity, account_id=call.actor.account_id, now=call.now, **body)
    return next(one for one in _co_hosts(call, activity) if one["id"] == made.id)


@partners.operation("DELETE", "/co-hosts/<id:co_host_id>", status=204)
def part_ways(call: Call, *, co_host_id: int) -> Any:
    """It holds the activity no more. Its people keep their places."""
    co_host = found(queries.co_host_in_scope(call.session, co_host_id, scope_ids=call.scope_ids))
    actions.part_ways(call.session, co_host, account_id=call.actor.account_id, now=call.now)


@partners.operation("POST", "/co-hosts/<id:co_host_id>/askings", gives=CoHostShown(), status=201, refuses=(409,))
def ask_co_host(call: Call, *, co_host_id: int) -> Any:
    """Ask it, for the first time or once more after a no."""
    co_host = found(queries.co_host_in_scope(call.session, co_host_id, scope_ids=call.scope_ids))
    actions.ask(call.session, co_host, account_id=call.actor.account_id, now=call.now)
    activity = call.session.get_one(Activity, co_host.activity_id)
    return next(one for one in _co_hosts(call, activity) if one["id"] == co_host.id)


@partners.operation("GET", "/askings/<id:co_host_id>", gives=AskingShown())
def show_asking(call: Call, *, co_host_id: int) -> Any:
    """What a team or organisation of mine is asked to hold together with another community."""
    return _asking(call, *_asked(call, co_host_id))


@partners.operation(
    "POST", "/askings/<id:co_host_id>/answers", takes=HostingAnswer(), gives=AskingShown(), status=201, refuses=(409,)
)
def answer_asking(call: Call, *, co_host_id: int, body: dict[str, Any]) -> Any:
    """Yes or no, for a team or organisation of mine, or one that I lead; or no after a yes."""
    co_host, name, activity = _asked(call, co_host_id)
    is_yes, account_id = body["reply"] == Reply.ACCEPT, call.actor.account_id
    actions.answer(call.session, co_host, is_yes=is_yes, reason=body["reason"], account_id=account_id, now=call.now)
    return _asking(call, co_host, name, activity)


@partners.operation("GET", "/parts", gives=PartsShown())
def list_parts(call: Call) -> Any:
    """Activities that teams and organisations of mine, or that I lead, hold too; and what they are asked."""
    rows = queries.parts(call.session, now=call.now, **_who(call))
    asked = queries.askings(call.session, now=call.now, **_who(call))
    return {"items": [_entry(*row) for row in rows], "askings": [_entry(*row) for row in asked]}


@partners.operation("GET", "/parts/<id:co_host_id>", gives=PartShown())
def show_part(call: Call, *, co_host_id: int) -> Any:
    """One part: its roles, and in them its own people. Each look is written down."""
    co_host, name, activity = found(queries.part_seen(call.session, co_host_id, now=call.now, **_who(call)))
    actions.look_at_part(call.session, co_host, account_id=call.actor.account_id, now=call.now)
    shifts = queries.part(call.session, co_host, now=call.now)
    return {**_entry(co_host, name, activity), "shifts": [_shift(one) for one in shifts]}


def _mine(call: Call, partner_id: int) -> Partner:
    partner: Partner = found(queries.in_scope(call.session, partner_id, scope_ids=call.scope_ids))
    return partner


def _activity(call: Call, activity_id: int) -> Activity:
    activity: Activity = found(activity_in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    return activity


def _who(call: Call) -> dict[str, Any]:
    return {"scope_ids": call.scope_ids, "volunteer_id": call.actor.volunteer_id}


def _shown(partner: Partner) -> dict[str, Any]:
    own = {name: getattr(partner, name) for name in ("id", "area_id", "kind", "name", "contact_name")}
    return {**own, "has_phone": partner.phone_sealed is not None, "is_ended": partner.ended_at is not None}


def _members(call: Call, partner: Partner) -> dict[str, Any]:
    rows = queries.members(call.session, partner.id)
    people = [{"volunteer_id": who.id, "name": who.name, "is_lead": member.is_lead} for member, who in rows]
    return {"items": people}


def _co_hosts(call: Call, activity: Activity) -> list[dict[str, Any]]:
    rows = queries.co_hosts(call.session, [activity.id])
    roles = queries.roles_of(call.session, [co_host.id for co_host, _name in rows])
    columns = ("id", "activity_id", "team_id", "partner_id", "state", "asked_at", "answered_at", "reason")
    return [
        {
            **{column: getattr(co_host, column) for column in columns},
            "name": name,
            "role_ids": [role.id for role in roles[co_host.id]],
        }
        for co_host, name in rows
    ]


def _asked(call: Call, co_host_id: int) -> tuple[CoHost, str, Activity]:
    co_host, name, activity = found(queries.asking_seen(call.session, co_host_id, now=call.now, **_who(call)))
    return co_host, name, activity


def _asking(call: Call, co_host: CoHost, name: str, activity: Activity) -> dict[str, Any]:
    roles = queries.roles_of(call.session, [co_host.id])[co_host.id]
    return {
        **_entry(co_host, name, activity),
        "area_id": activity.area_id,
        "from_on": min(series.from_on for series in activity.series),
        "roles": [{column: getattr(role, column) for column in ROLE} for role in roles],
        "reason": co_host.reason,
    }


def _entry(co_host: CoHost, name: str, activity: Activity) -> dict[str, Any]:
    return {
        "co_host_id": co_host.id,
        "name": name,
        "activity_id": activity.id,
        "title": activity.title,
        "state": co_host.state,
    }


def _shift(one: PartShift) -> dict[str, Any]:
    roles = [
        {
            "name": role.role.name,
            "min_needed": role.places.min_needed,
            "max_needed": role.places.max_needed,
            "taken": role.places.taken,
            "people": [
                {"volunteer_id": person.id, "name": person.name, "state": place.state} for person, place in role.people
            ],
        }
        for role in one.roles
    ]
    return {"shift_id": one.shift.id, "starts_at": one.shift.starts_at, "ends_at": one.shift.ends_at, "roles": roles}
