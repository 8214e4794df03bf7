"""/me/risks/<activity> and /co/activities/<id>/risk: a risk notice, and who has confirmed it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.activities.models import Activity
from service.activities.queries import published
from service.language import _
from service.places.models import Area
from service.risks import actions, queries
from service.roster.confirming import readers
from service.terms import RiskDoor
from service.web import notices, page, visitor, where
from service.web.desk import Desk, activity_here, at_desk, found, typed_version

pages = Blueprint("risks", __name__)


@pages.get("/me/risks/<int:activity_id>")
@visitor.for_volunteers
def mine(db: Session, activity_id: int) -> ResponseReturnValue:
    """The notice as it is now, to be read and confirmed: also once more, after it was changed."""
    activity = _activity(db, activity_id)
    risk = queries.unconfirmed(db, volunteer_id=visitor.me(db).volunteer_id or 0, activity_id=activity.id)
    where.show_landline(db, db.get_one(Area, activity.place_id), of=activity)
    return page.render("risks/mine.html", title=_("安全提醒"), activity=activity, is_open=risk is not None)


@pages.post("/me/risks/<int:activity_id>")
@visitor.for_volunteers
def confirm(db: Session, activity_id: int) -> ResponseReturnValue:
    """She has read it. A text that was changed meanwhile is shown first."""
    activity = _activity(db, activity_id)
    is_taken = actions.confirm(
        db,
        volunteer_id=visitor.me(db).volunteer_id or 0,
        activity_id=activity.id,
        version=typed_version(),
        door=RiskDoor.PAGE,
        now=clock.now(db),
    )
    if not is_taken:
        notices.notify(_("安全提醒刚刚改过，请再看一遍。"))
        return page.see_other(url_for("risks.mine", activity_id=activity.id))
    notices.notify(_("记下了，谢谢您。请注意安全。"))
    return page.see_other(url_for("me.index"))


@pages.get("/co/activities/<int:activity_id>/risk")
@at_desk
def show(desk: Desk, activity_id: int) -> Response:
    """Who is to come, and who has not confirmed."""
    activity = activity_here(desk, activity_id)
    return page.render(
        "risks/show.html",
        title=_("安全提醒"),
        activity=activity,
        readers=readers(desk.db, activity, now=desk.now) if activity.must_confirm_risk else [],
    )


@pages.post("/co/activities/<int:activity_id>/risk/<int:volunteer_id>")
@at_desk
def read_out(desk: Desk, activity_id: int, volunteer_id: int) -> ResponseReturnValue:
    """The coordinator has read it out to one of those who are to come, and she knows now."""
    activity = activity_here(desk, activity_id)
    coming = {one.person.id: one.person for one in readers(desk.db, activity, now=desk.now)}
    person = found(coming.get(volunteer_id))
    is_taken = actions.confirm(
        desk.db,
        volunteer_id=person.id,
        activity_id=activity.id,
        version=typed_version(),
        door=RiskDoor.DESK,
        now=desk.now,
        recorded_by=desk.account_id,
    )
    told = _("记下了：{name}知道了。", name=person.name) if is_taken else _("安全提醒刚刚改过，请照新的再念一遍。")
    notices.notify(told)
    return page.see_other(url_for("risks.show", activity_id=activity.id))


def _activity(db: Session, activity_id: int) -> Activity:
    activity = published(db, activity_id)
    if activity is None or not activity.must_confirm_risk:
        abort(404)
    return activity
