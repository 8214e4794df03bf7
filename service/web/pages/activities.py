"""One activity as a volunteer sees it: what, when, where, what to bring, whom to ask, and the places left."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.activities.queries import published, shifts
from service.places.models import Area
from service.places.queries import helpline
from service.web import page, visitor

#: A fortnight of a daily activity fits; the rest comes nearer by itself.
MOST_SHIFTS = 14

pages = Blueprint("activities", __name__)


@pages.get("/a/<int:activity_id>")
@visitor.for_anyone
def show(db: Session, activity_id: int) -> ResponseReturnValue:
    """The activity's page; a cancelled one says why and offers no sign-up."""
    activity = published(db, activity_id)
    if activity is None:
        abort(404)
    place = db.get_one(Area, activity.place_id)
    if line := helpline(db, place):
        page.use_help_line(page.HelpLine(line[0], activity.contact_phone or line[1], activity.contact_name))
    return page.render(
        "activities/show.html",
        title=activity.title,
        activity=activity,
        place=place,
        shifts=shifts(db, activity.id, from_at=clock.now(db), limit=MOST_SHIFTS),
        now=clock.now(db),
    )
