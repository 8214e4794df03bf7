"""Groups with a bot of ours: which there are, what they hear."""

from __future__ import annotations

from typing import Any

from schemas.groups import HEARS, GroupShown, GroupsShown, NewGroup
from service.language import _
from service.notifications import groups as rooms
from service.notifications.groups import NotABot
from service.places import queries as places
from service.teams import queries as teams
from service.terms import Role
from service.web.api.door import Call, found
from service.web.api.problems import invalid
from service.web.api.resource import Resource

groups = Resource("groups", url_prefix="/groups", description="群机器人：企业微信、钉钉、飞书群里说什么。")


@groups.operation("GET", "", gives=GroupsShown())
def list_groups(call: Call) -> Any:
    """Open groups of areas I coordinate."""
    call.needs(Role.COORDINATOR)
    return {"items": rooms.listed(call.session, scope_ids=call.scope_ids)}


@groups.operation("POST", "", takes=NewGroup(), gives=GroupShown(), status=201)
def open_group(call: Call, *, body: dict[str, Any]) -> Any:
    """Let a group hear of an area. The address of its bot is sealed, and shown to nobody again."""
    call.needs(Role.COORDINATOR)
    area_id, team_id = body["area_id"], body.get("team_id")
    if places.in_scope(call.session, area_id, scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    if team_id is not None and teams.in_scope(call.session, team_id, scope_ids=(area_id,)) is None:
        raise invalid(team_id=[_("这个社区没有这支队伍")])
    if not body["hears"] or not set(body["hears"]) <= set(HEARS):
        raise invalid(hears=[_("请从列出的选一项")])
    try:
        door = rooms.read_address(body["address"])
    except NotABot:
        raise invalid(address=[_("这不是企业微信、钉钉或者飞书群机器人的地址，请从群设置里整个复制")]) from None
    return rooms.open_group(
        call.session,
        area_id=area_id,
        team_id=team_id,
        name=body["name"],
        door=door,
        secret=body.get("secret", ""),
        hears=body["hears"],
        account_id=call.actor.account_id,
        now=call.now,
    )


@groups.operation("DELETE", "/<id:group_id>", gives=GroupShown())
def close_group(call: Call, *, group_id: int) -> Any:
    """It hears nothing any more. Twice is harmless."""
    call.needs(Role.COORDINATOR)
    group = found(rooms.in_scope(call.session, group_id, scope_ids=call.scope_ids))
    rooms.close_group(call.session, group, account_id=call.actor.account_id, now=call.now)
    return group
