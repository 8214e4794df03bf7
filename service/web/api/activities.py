"""Activities: draft, change, publish, call off."""

from __future__ import annotations

from typing import Any

from schemas.activities import ActivitiesAsked, ActivityChange, ActivityShown, Cancellation, NewActivity
from schemas.shown import page_of
from service.activities import actions, listing, queries
from service.activities.models import Activity
from service.language import _
from service.places import queries as places
from service.teams import queries as teams
from service.terms import Role
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.problems import invalid
from service.web.api.resource import Resource

activities = Resource("activities", url_prefix="/activities", description="活动：起草、修改、发布、取消。")


@activities.operation("GET", "", asks=ActivitiesAsked(), gives=page_of(ActivityShown))
def list_activities(call: Call, *, asked: dict[str, Any]) -> Any:
    """Activities that are open to anybody, and drafts in areas I coordinate."""
    rows = listing.activities(
        call.session,
        scope_ids=call.scope_ids,
        public_around=asked.get("area_id") or call.around,
        below=asked.get("area_id"),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.id,), each=lambda row: row)


@activities.operation("GET", "/<id:activity_id>", gives=ActivityShown())
def show_activity(call: Call, *, activity_id: int) -> Any:
    """One activity."""
    activity = queries.published(call.session, activity_id) or _mine(call, activity_id)
    return versioned(activity, activity.version)


@activities.operation("POST", "", takes=NewActivity(), gives=ActivityShown(), status=201)
def draft_activity(call: Call, *, body: dict[str, Any]) -> Any:
    """Write an activity down. Nobody but coordinators sees it until it is published."""
    call.needs(Role.COORDINATOR)
    _check_places(call, body)
    roles, plans = body.pop("roles"), body.pop("dates")
    activity = actions.draft(
        call.session,
        roles=roles,
        plans=plans,
        created_by=call.actor.account_id,
        now=call.now,
        place_id=body.pop("place_id", None) or body["area_id"],
        **body,
    )
    shown, headers = versioned(activity, activity.version)
    return shown, {**headers, "Location": f"/api/v1/activities/{activity.id}"}


@activities.operation("PATCH", "/<id:activity_id>", takes=ActivityChange(), gives=ActivityShown(), is_editable=True)
def change_activity(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Other words, contact or deadlines. Dates and roles stay."""
    activity = _mine(call, activity_id)
    call.must_match(activity.version)
    actions.revise(call.session, activity, changes=body, account_id=call.actor.account_id, now=call.now)
    return versioned(activity, activity.version)


@activities.operation("PUT", "/<id:activity_id>/publication", gives=ActivityShown(), refuses=(422,))
def publish_activity(call: Call, *, activity_id: int) -> Any:
    """Open it to volunteers and lay out its shifts. Twice is harmless."""
    activity = _mine(call, activity_id)
    actions.publish(call.session, activity, now=call.now, account_id=call.actor.account_id)
    return versioned(activity, activity.version)


@activities.operation("PUT", "/<id:activity_id>/cancellation", takes=Cancellation(), gives=ActivityShown())
def cancel_activity(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Call it off with every shift of it that has not begun. Twice is harmless."""
    activity = _mine(call, activity_id)
    actions.cancel_activity(
        call.session, activity, reason=body["reason"], now=call.now, account_id=call.actor.account_id
    )
    return versioned(activity, activity.version)


def _mine(call: Call, activity_id: int) -> Activity:
    activity: Activity = found(queries.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    return activity


def _check_places(call: Call, body: dict[str, Any]) -> None:
    """What the activity names must be in areas I coordinate: anything else does not exist for me."""
    errors = {}
    for name in ("area_id", "place_id"):
        if body.get(name) and not places.in_scope(call.session, body[name], scope_ids=call.scope_ids):
            errors[name] = [_("没有这个地方")]
    team_id, programme_id = body.get("team_id"), body.get("programme_id")
    if team_id and not teams.in_scope(call.session, team_id, scope_ids=call.scope_ids):
        errors["team_id"] = [_("没有这个志愿队")]
    if programme_id and not (team_id and teams.has_programme(call.session, team_id, programme_id=programme_id)):
        errors["programme_id"] = [_("这个志愿队没有这个服务项目")]
    if errors:
        raise invalid(**errors)
