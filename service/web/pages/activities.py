"""One activity as a volunteer sees it: what, when, where, what to bring, whom to ask, and the places left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.publishing import WEEKDAYS
from schemas.watches import WatchInput
from service import clock
from service.activities.queries import published, shifts
from service.appointments.queries import to_book
from service.courses import queries as courses
from service.language import Lazy
from service.partners.queries import holding_too
from service.places.models import Area
from service.signups.queries import standing_shifts
from service.terms import Mode
from service.web import page, visitor, where
from service.web.forms import Form, Option

#: A fortnight of a daily activity fits; the rest comes nearer by itself.
MOST_SHIFTS = 28
#: So many stand openly, the others are folded away.
SHOWN_SHIFTS = 6

#: What becomes of a sign-up, for whoever has not heard the name of the mode.
HOW_IT_GOES = {
    Mode.INSTANT: Lazy("先到先得，报上就定了。"),
    Mode.MATCHED: Lazy("先报名，社区统筹安排好，再请您确认。"),
    Mode.ROTA: Lazy("轮流来，社区排好班，再请您确认。"),
    Mode.CALL_OUT: Lazy("急事，正在请附近的人帮忙，能来就报上。"),
}

pages = Blueprint("activities", __name__)


@pages.get("/a/<int:activity_id>")
@visitor.for_anyone
def show(db: Session, activity_id: int) -> ResponseReturnValue:
    """The activity's page; a cancelled one says why and offers no sign-up."""
    activity = published(db, activity_id)
    if activity is None:
        abort(404)
    where.show_landline(db, db.get_one(Area, activity.place_id), of=activity)
    volunteer, now = visitor.volunteer(db), clock.now(db)
    coming = shifts(db, activity.id, from_at=now, limit=MOST_SHIFTS)
    return page.render(
        "activities/show.html",
        title=activity.title,
        activity=activity,
        place=where.place(db, activity.place_id),
        with_us=holding_too(db, activity.id),
        how_it_goes=HOW_IT_GOES[activity.mode],
        shifts=coming[:SHOWN_SHIFTS],
        further=coming[SHOWN_SHIFTS:],
        mine=standing_shifts(db, volunteer.id) if volunteer else set(),
        watch=_watch_form() if volunteer else None,
        **_course(db, activity.id, volunteer_id=volunteer.id if volunteer else 0),
        to_book=[] if activity.reveal_before else to_book(db, activity.id, now=now),
        now=now,
    )


def _course(db: Session, activity_id: int, *, volunteer_id: int) -> dict[str, Any]:
    """The course that the activity is, its days, the places left, and how she stands in it."""
    course = courses.course(db, activity_id)
    if course is None:
        return {"course": None}
    return {
        "course": course,
        "days": courses.days(db, activity_id),
        "course_left": max(0, course.capacity - courses.taken(db, activity_id)),
        "hers": courses.enrolment(db, activity_id, volunteer_id=volunteer_id),
    }


def _watch_form() -> Form:
    """有空位时告诉我: on any day, or on one day of the week."""
    weekdays = [Option(value=value, text=str(words)) for value, words in WEEKDAYS.items()]
    return Form.blank(WatchInput(), options={"weekday": weekdays})
