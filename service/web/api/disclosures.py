"""Disclosures: what must be published, by whom, until when."""

from __future__ import annotations

from typing import Any

from schemas.disclosures import DisclosureShown, DisclosuresShown, NewDisclosure, PublishedInput
from service.calendars.rules import local
from service.disclosures import actions, queries
from service.disclosures.models import Disclosure
from service.language import _
from service.places import queries as places
from service.terms import Role
from service.volunteers import queries as volunteers
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

disclosures = Resource("disclosures", url_prefix="/disclosures", description="公开栏：要公示什么，谁负责，哪天以前。")


@disclosures.operation("GET", "", gives=DisclosuresShown())
def list_disclosures(call: Call) -> Any:
    """In areas I coordinate: what is due first in front, and what was published last."""
    call.needs(Role.COORDINATOR)
    items = [_shown(call, *row) for row in queries.due(call.session, scope_ids=call.scope_ids)]
    published = [_shown(call, *row) for row in queries.lately(call.session, scope_ids=call.scope_ids)]
    return {"items": items, "published": published, "overdue": sum(one["is_overdue"] for one in items)}


@disclosures.operation("POST", "", takes=NewDisclosure(), gives=DisclosureShown(), status=201)
def ask_for(call: Call, *, body: dict[str, Any]) -> Any:
    """Something has to be published in an area of mine; a person of mine is responsible."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    if volunteers.in_scope(call.session, body["owner_id"], scope_ids=call.scope_ids) is None:
        raise invalid(owner_id=[_("没有这个人")])
    made = actions.ask_for(call.session, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(call, *queries.one(call.session, made.id))


@disclosures.operation("PUT", "/<id:disclosure_id>/publication", takes=PublishedInput(), gives=DisclosureShown())
def publish_disclosure(call: Call, *, disclosure_id: int, body: dict[str, Any]) -> Any:
    """It was published. What is due again is written down; twice is harmless."""
    made = _mine(call, disclosure_id)
    actions.publish(call.session, made, where=body["where"], account_id=call.actor.account_id, now=call.now)
    return _shown(call, *queries.one(call.session, made.id))


@disclosures.operation("DELETE", "/<id:disclosure_id>", status=204)
def drop_disclosure(call: Call, *, disclosure_id: int) -> Any:
    """It need not be published."""
    actions.drop(call.session, _mine(call, disclosure_id), account_id=call.actor.account_id, now=call.now)


def _mine(call: Call, disclosure_id: int) -> Disclosure:
    call.needs(Role.COORDINATOR)
    made: Disclosure = found(queries.in_scope(call.session, disclosure_id, scope_ids=call.scope_ids))
    return made


def _shown(call: Call, made: Disclosure, _area: Any, owner: Any) -> dict[str, Any]:
    names = ("id", "area_id", "title", "owner_id", "due_on", "every_months", "where", "done_on", "was_late")
    own = {name: getattr(made, name) for name in names}
    return {**own, "owner": owner.name, "is_overdue": made.is_overdue(local(call.now).date())}
