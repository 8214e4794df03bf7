"""Watches: my own, to be told when a place falls free."""

from __future__ import annotations

from typing import Any

from schemas.watches import NewWatch, WatchesShown, WatchShown
from service.activities.models import Activity
from service.activities.queries import published
from service.language import _
from service.watches import actions, queries
from service.watches.models import Watch
from service.web.api.door import Call, found
from service.web.api.problems import Problem, invalid
from service.web.api.resource import Resource

watches = Resource("watches", url_prefix="/watches", description="有空位时告诉我。")


@watches.operation("GET", "", gives=WatchesShown())
def list_watches(call: Call) -> Any:
    """What I want to be told of."""
    rows = queries.of_volunteer(call.session, _me(call))
    return {"items": [_shown(row.Watch, row.Activity) for row in rows]}


@watches.operation("POST", "", takes=NewWatch(), gives=WatchShown(), status=201)
def watch(call: Call, *, body: dict[str, Any]) -> Any:
    """Tell me when a place falls free there, on any day or on one day of the week. Asking twice is one watch."""
    me, activity = _me(call), published(call.session, body["activity_id"])
    if activity is None:
        raise invalid(activity_id=[_("没有找到这个活动")])
    made = actions.watch(
        call.session, volunteer_id=me, activity_id=activity.id, weekday=body.get("weekday"), now=call.now
    )
    return _shown(made, activity)


@watches.operation("DELETE", "/<id:watch_id>", gives=WatchShown())
def unwatch(call: Call, *, watch_id: int) -> Any:
    """Tell me no more. Twice is harmless."""
    one = found(queries.own(call.session, watch_id, volunteer_id=_me(call)))
    actions.unwatch(call.session, one, now=call.now)
    return _shown(one, call.session.get_one(Activity, one.activity_id))


def _me(call: Call) -> int:
    """Only somebody who is a volunteer can take a place."""
    if call.actor.volunteer_id is None:
        raise Problem(403, kind="not-allowed")
    return call.actor.volunteer_id


def _shown(one: Watch, activity: Activity) -> dict[str, Any]:
    return {"id": one.id, "activity_id": activity.id, "title": activity.title, "weekday": one.weekday}
