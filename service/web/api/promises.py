"""Promises: what was promised to a courtyard or a community, and what came of it."""

from __future__ import annotations

from typing import Any

from schemas.promises import NewPromise, OwnerInput, PromiseMove, PromisesAsked, PromiseShown, PromisesShown
from service.calendars.rules import local
from service.language import _
from service.places import queries as places
from service.promises import actions, queries
from service.promises.models import Promise
from service.terms import Role
from service.volunteers import queries as volunteers
from service.volunteers.models import Volunteer
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

promises = Resource("promises", url_prefix="/promises", description="一院一策：答应的事，谁负责，办到哪一步。")


@promises.operation("GET", "", asks=PromisesAsked(), gives=PromisesShown())
def list_promises(call: Call, *, asked: dict[str, Any]) -> Any:
    """What was promised in areas I coordinate, what is due first in front."""
    call.needs(Role.COORDINATOR)
    today = local(call.now).date()
    narrowed = {name: asked.get(name) for name in ("area_id", "year", "state")}
    overdue_on = today if asked["overdue"] else None
    rows = queries.listed(call.session, scope_ids=call.scope_ids, overdue_on=overdue_on, **narrowed)
    counts = queries.tally([one for one, _area, _owner in rows], day=today)
    items = [_shown(call, one, owner) for one, _area, owner in rows]
    return {"items": items, "total": counts.total, "done": counts.done, "overdue": counts.overdue}


@promises.operation("POST", "", takes=NewPromise(), gives=PromiseShown(), status=201)
def promise(call: Call, *, body: dict[str, Any]) -> Any:
    """Something is promised to an area of mine; a person of mine owns it."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    owner = _owner(call, body["owner_id"])
    made = actions.promise(call.session, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(call, made, owner)


@promises.operation("PUT", "/<id:promise_id>/state", takes=PromiseMove(), gives=PromiseShown(), refuses=(409,))
def move_promise(call: Call, *, promise_id: int, body: dict[str, Any]) -> Any:
    """It is being done, done, or dropped for a reason. The same again changes nothing."""
    made = _mine(call, promise_id)
    actions.move_on(
        call.session,
        made,
        to=body["state"],
        reason=body["reason"],
        account_id=call.actor.account_id,
        now=call.now,
    )
    return _shown(call, made, call.session.get_one(Volunteer, made.owner_id))


@promises.operation("PUT", "/<id:promise_id>/owner", takes=OwnerInput(), gives=PromiseShown())
def hand_on_promise(call: Call, *, promise_id: int, body: dict[str, Any]) -> Any:
    """Somebody else owns it, or it is due on another day."""
    made, owner = _mine(call, promise_id), _owner(call, body["owner_id"])
    actions.hand_on(call.session, made, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(call, made, owner)


def _mine(call: Call, promise_id: int) -> Promise:
    made: Promise = found(queries.in_scope(call.session, promise_id, scope_ids=call.scope_ids))
    return made


def _owner(call: Call, owner_id: int) -> Volunteer:
    person = volunteers.in_scope(call.session, owner_id, scope_ids=call.scope_ids)
    if person is None:
        raise invalid(owner_id=[_("没有这个人")])
    return person


def _shown(call: Call, one: Promise, owner: Volunteer) -> dict[str, Any]:
    names = ("id", "area_id", "title", "owner_id", "due_on", "state", "reason", "settled_on")
    own = {name: getattr(one, name) for name in names}
    return {**own, "owner": owner.name, "is_overdue": one.is_overdue(local(call.now).date())}
