"""Quotas: set, counted, closed; how far each has come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.quotas import CountingInput, NewQuota, QuotaShown, QuotasShown
from service.activities.queries import in_scope as activity_in_scope
from service.language import _
from service.places import queries as places
from service.quotas import actions, queries
from service.quotas.models import Quota
from service.quotas.queries import Standing
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

quotas = Resource("quotas", url_prefix="/quotas", description="任务量：一段时间里要办几场，办了几场。")


@quotas.operation("GET", "", gives=QuotasShown())
def list_quotas(call: Call) -> Any:
    """What is to be held in areas I coordinate, and how far it has come."""
    call.needs(Role.COORDINATOR)
    return {"items": [_shown(one) for one in queries.listed(call.session, scope_ids=call.scope_ids, now=call.now)]}


@quotas.operation("POST", "", takes=NewQuota(), gives=QuotaShown(), status=201)
def set_quota(call: Call, *, body: dict[str, Any]) -> Any:
    """So many from one day to another, in an area I coordinate."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    _check(call, body["activity_ids"])
    made = actions.set_quota(call.session, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(queries.standing(call.session, made, now=call.now))


@quotas.operation("GET", "/<id:quota_id>", gives=QuotaShown())
def show_quota(call: Call, *, quota_id: int) -> Any:
    """One quota."""
    return _shown(queries.standing(call.session, _mine(call, quota_id), now=call.now))


@quotas.operation("PUT", "/<id:quota_id>/counting", takes=CountingInput(), gives=QuotaShown())
def count(call: Call, *, quota_id: int, body: dict[str, Any]) -> Any:
    """From now on these activities count, and no others."""
    quota = _mine(call, quota_id)
    _check(call, body["activity_ids"])
    actions.count(call.session, quota, activity_ids=body["activity_ids"])
    return _shown(queries.standing(call.session, quota, now=call.now))


@quotas.operation("DELETE", "/<id:quota_id>", status=204)
def close_quota(call: Call, *, quota_id: int) -> Any:
    """Nobody is alarmed of it any more. Twice is harmless."""
    actions.close(call.session, _mine(call, quota_id), account_id=call.actor.account_id, now=call.now)


def _mine(call: Call, quota_id: int) -> Quota:
    quota: Quota = found(queries.in_scope(call.session, quota_id, scope_ids=call.scope_ids))
    return quota


def _check(call: Call, activity_ids: Iterable[int]) -> None:
    for activity_id in activity_ids:
        if activity_in_scope(call.session, activity_id, scope_ids=call.scope_ids) is None:
            raise invalid(activity_ids=[_("没有找到这个活动")])


def _shown(one: Standing) -> dict[str, Any]:
    shown = {name: getattr(one.quota, name) for name in ("id", "area_id", "title", "from_on", "until_on", "anchor_on")}
    progress = {name: getattr(one.progress, name) for name in ("needed", "held", "planned", "missing")}
    told = {name: getattr(one, name) for name in ("state", "is_alarming", "people", "minutes")}
    return {**shown, **progress, **told, "activity_ids": [activity.id for activity in one.activities]}
