"""有空位时告诉我: a volunteer wants to hear when a place falls free in an activity, and when she does not any more."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.watches import WatchInput
from service import clock
from service.activities.queries import published
from service.language import _
from service.watches import actions, queries
from service.web import notices, page, visitor
from service.web.forms import Form

pages = Blueprint("watches", __name__)


@pages.post("/a/<int:activity_id>/watch")
@visitor.for_volunteers
def watch(db: Session, activity_id: int) -> ResponseReturnValue:
    """From now on she is told."""
    activity = published(db, activity_id)
    form = Form.posted(WatchInput())
    if activity is None or form.has_errors:
        abort(404)
    her = visitor.me(db).volunteer_id or 0
    weekday = form.loaded.get("weekday")
    actions.watch(db, volunteer_id=her, activity_id=activity.id, weekday=weekday, now=clock.now(db))
    notices.notify(_("记下了，有空位就告诉您。不想要了，在“我的班次”里取消。"))
    return page.see_other(url_for("activities.show", activity_id=activity.id))


@pages.post("/me/watches/<int:watch_id>/close")
@visitor.for_volunteers
def close(db: Session, watch_id: int) -> ResponseReturnValue:
    """She does not want to hear of it any more."""
    one = queries.own(db, watch_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if one is None:
        abort(404)
    actions.unwatch(db, one, now=clock.now(db))
    notices.notify(_("好的，有空位不再告诉您。"))
    return page.see_other(url_for("me.index"))
