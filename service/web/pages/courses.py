"""Courses for volunteers: enrol once for all days, leave; whoever leads a day ticks who is there."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.courses import AttendanceInput
from service import clock
from service.activities.models import Activity, Shift
from service.activities.queries import published
from service.courses import actions, queries
from service.courses.actions import CourseRefused
from service.language import _
from service.terms import EnrolmentState
from service.web import notices, page, visitor, words
from service.web.forms import Form, Option

pages = Blueprint("courses", __name__)


@pages.post("/a/<int:activity_id>/course/enrol")
@visitor.for_volunteers
def enrol(db: Session, activity_id: int) -> ResponseReturnValue:
    """She learns on all its days, or waits for a place."""
    activity = _course(db, activity_id)
    try:
        made = actions.enrol(db, activity, volunteer_id=visitor.me(db).volunteer_id or 0, now=clock.now(db))
    except CourseRefused as refused:
        notices.notify(_("{reason}。", reason=words.COURSE_PROBLEMS[refused.problem]))
    else:
        is_in = made.state == EnrolmentState.ENROLLED
        notices.notify(_("报上了，每天都请来。") if is_in else _("名额满了，先排候补。有人不来就轮到您。"))
    return page.see_other(url_for("activities.show", activity_id=activity.id))


@pages.post("/a/<int:activity_id>/course/leave")
@visitor.for_volunteers
def leave(db: Session, activity_id: int) -> ResponseReturnValue:
    """She does not come any more."""
    activity = _course(db, activity_id)
    actions.leave(db, activity, volunteer_id=visitor.me(db).volunteer_id or 0, now=clock.now(db))
    notices.notify(_("知道了，名额让给别人。"))
    return page.see_other(url_for("activities.show", activity_id=activity.id))


@pages.get("/me/course-days/<int:shift_id>")
@visitor.for_volunteers
def day(db: Session, shift_id: int) -> Response:
    """The names, to be ticked by whoever leads this day."""
    shift = _my_day(db, shift_id)
    return day_page(db, shift, attendance(db, shift), is_desk=False)


@pages.post("/me/course-days/<int:shift_id>")
@visitor.for_volunteers
def tick(db: Session, shift_id: int) -> ResponseReturnValue:
    """These were there."""
    return ticked(db, _my_day(db, shift_id), account_id=visitor.me(db).account_id, is_desk=False)


def ticked(db: Session, shift: Shift, *, account_id: int, is_desk: bool) -> ResponseReturnValue:
    """Write down who was there; back to where it began."""
    form = Form.posted(AttendanceInput(), options=_names(db, shift))
    if form.is_valid:
        try:
            actions.tick(db, shift, **form.loaded, now=clock.now(db), account_id=account_id)
        except CourseRefused as refused:
            form.refuse(str(words.COURSE_PROBLEMS[refused.problem]))
    if form.has_errors:
        return day_page(db, shift, form, is_desk=is_desk)
    notices.notify(_("记下了，到了{n}人。", n=len(queries.present(db, shift.id))))
    return page.see_other(_back(shift, is_desk=is_desk))


def attendance(db: Session, shift: Shift) -> Form:
    """The day as it was ticked so far."""
    there = sorted(queries.present(db, shift.id))
    return Form.blank(AttendanceInput(), given={"volunteer_ids": there}, options=_names(db, shift))


def day_page(db: Session, shift: Shift, form: Form, *, is_desk: bool) -> Response:
    """The list of one day."""
    return page.render(
        "courses/day.html",
        title=_("点名"),
        form=form,
        frame="desk/page.html" if is_desk else "layout/page.html",
        is_desk=is_desk,
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        has_begun=clock.now(db) >= shift.starts_at,
        action=url_for("courses_desk.tick" if is_desk else "courses.tick", shift_id=shift.id),
        back=_back(shift, is_desk=is_desk),
    )


def _back(shift: Shift, *, is_desk: bool) -> str:
    return url_for("courses_desk.show", activity_id=shift.activity_id) if is_desk else url_for("me.index")


def _names(db: Session, shift: Shift) -> dict[str, list[Option]]:
    inside = [one for one in queries.learners(db, shift.activity_id) if one.enrolment.state in queries.IN]
    return {"volunteer_ids": [Option(value=str(one.person.id), text=one.person.name) for one in inside]}


def _course(db: Session, activity_id: int) -> Activity:
    activity = published(db, activity_id)
    if activity is None or queries.course(db, activity.id) is None:
        abort(404)
    return activity


def _my_day(db: Session, shift_id: int) -> Shift:
    """The day, if it is one of a course and she serves on it; else 404."""
    shift = db.get(Shift, shift_id)
    her = visitor.me(db).volunteer_id or 0
    if shift is None or queries.course(db, shift.activity_id) is None:
        abort(404)
    if not queries.leads(db, shift.id, volunteer_id=her):
        abort(404)
    return shift
