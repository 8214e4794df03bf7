"""Campaigns: begun, looked at, ended."""

from __future__ import annotations

from typing import Any

from schemas.campaigns import CampaignShown, CampaignsShown, NewCampaign
from service.campaigns import actions, queries
from service.campaigns.actions import NoCommunity
from service.campaigns.models import Campaign
from service.language import _
from service.places import queries as places
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

campaigns = Resource("campaigns", url_prefix="/campaigns", description="创建活动（摘星夺旗）：各社区各指标，不排名。")


@campaigns.operation("GET", "", gives=CampaignsShown())
def list_campaigns(call: Call) -> Any:
    """Those of areas I coordinate, and those that ask something of them."""
    call.needs(Role.COORDINATOR)
    return {"items": [_entry(one) for one in queries.listed(call.session, scope_ids=call.scope_ids)]}


@campaigns.operation("POST", "", takes=NewCampaign(), gives=CampaignShown(), status=201)
def begin_campaign(call: Call, *, body: dict[str, Any]) -> Any:
    """Ask the same of each community of an area I coordinate."""
    call.needs(Role.COORDINATOR)
    area = places.in_scope(call.session, body.pop("area_id"), scope_ids=call.scope_ids)
    if area is None:
        raise invalid(area_id=[_("没有这个地方")])
    try:
        made = actions.begin(call.session, area, account_id=call.actor.account_id, now=call.now, **body)
    except NoCommunity:
        raise invalid(area_id=[_("这里没有社区")]) from None
    return _shown(call, made)


@campaigns.operation("GET", "/<id:campaign_id>", gives=CampaignShown())
def show_campaign(call: Call, *, campaign_id: int) -> Any:
    """How far each of my communities has come in each indicator."""
    return _shown(call, found(queries.seen(call.session, campaign_id, scope_ids=call.scope_ids)))


@campaigns.operation("DELETE", "/<id:campaign_id>", status=204)
def close_campaign(call: Call, *, campaign_id: int) -> Any:
    """It is over; its table stays. Twice is harmless."""
    campaign = found(queries.in_scope(call.session, campaign_id, scope_ids=call.scope_ids))
    actions.close(call.session, campaign, account_id=call.actor.account_id, now=call.now)


def _entry(campaign: Campaign) -> dict[str, Any]:
    own = {name: getattr(campaign, name) for name in ("id", "area_id", "title", "from_on", "until_on")}
    return {**own, "is_closed": campaign.closed_at is not None}


def _shown(call: Call, campaign: Campaign) -> dict[str, Any]:
    table = queries.table(call.session, campaign, scope_ids=call.scope_ids, now=call.now)
    lines = [
        {
            "area_id": line.community.id,
            "name": line.community.name,
            "stars": line.stars,
            "cells": [
                {
                    "quota_id": cell.quota.id,
                    "held": cell.progress.held,
                    "planned": cell.progress.planned,
                    "state": cell.state,
                }
                for cell in line.cells
            ],
        }
        for line in table.lines
    ]
    asked = [{"title": one.title, "needed": one.needed} for one in table.indicators]
    return {**_entry(campaign), "indicators": asked, "lines": lines}
