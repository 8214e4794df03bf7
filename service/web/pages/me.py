"""My shifts: offers to answer first, then what is coming, what waits, and what was."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.language import _
from service.links import answer_token
from service.places.models import Area
from service.places.queries import helpline
from service.roster import actions as roster
from service.roster.actions import OfferClosed
from service.roster.queries import duties, duties_before, of_volunteer
from service.signups.queries import waiting
from service.terms import AssignmentState
from service.volunteers.models import Volunteer
from service.web import notices, page, visitor
from service.web.pages.offers import told

pages = Blueprint("me", __name__)


@pages.get("/me")
@visitor.for_anyone
def index(db: Session) -> ResponseReturnValue:
    """The shifts of whoever is logged in; coordinators without shifts of their own go to their desk."""
    who = visitor.current(db)
    if who is None:
        return page.see_other(url_for("login.index", next=url_for("me.index")))
    if who.volunteer_id is None:
        return page.see_other(url_for("dashboard.index" if who.is_coordinator else "login.register_form"))
    now = clock.now(db)
    _show_landline(db, who.volunteer_id)
    coming = duties(db, who.volunteer_id, from_at=now)
    return page.render(
        "me/index.html",
        title=_("我的班次"),
        name=who.name,
        offers=[row for row in coming if row.Assignment.state == AssignmentState.OFFERED],
        duties=[row for row in coming if row.Assignment.state != AssignmentState.OFFERED],
        waiting=waiting(db, who.volunteer_id, from_at=now),
        answer_token=answer_token,
        past=duties_before(db, who.volunteer_id, until_at=now),
    )


@pages.post("/me/offers/<int:assignment_id>/<any(yes, no):answer>")
@visitor.for_volunteers
def reply(db: Session, assignment_id: int, answer: str) -> ResponseReturnValue:
    """Answer an offer, or give up a place accepted before."""
    assignment = of_volunteer(db, assignment_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if assignment is None:
        abort(404)
    now: datetime = clock.now(db)
    try:
        with db.begin_nested():
            if answer == "yes":
                roster.accept(db, assignment_id=assignment.id, now=now)
            else:
                roster.decline(db, assignment_id=assignment.id, now=now)
    except OfferClosed:
        notices.notify(_("这个名额已经不能回复了。有疑问请打电话。"))
    else:
        notices.notify(told(answer))
    return page.see_other(url_for("me.index"))


def _show_landline(db: Session, volunteer_id: int) -> None:
    area = db.get_one(Area, db.get_one(Volunteer, volunteer_id).area_id)
    if line := helpline(db, area):
        page.use_help_line(page.HelpLine(*line))
