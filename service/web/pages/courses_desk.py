"""/co/activities/<id>/course: an activity as a course, its learners, its days, and who has passed."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.courses import ConclusionInput, CourseInput, EnrolForInput
from service.activities.models import Activity, Shift
from service.courses import actions, queries
from service.courses.actions import CourseRefused
from service.courses.models import Course
from service.courses.queries import Learner
from service.language import _
from service.terms import EnrolmentState, QualificationKind
from service.volunteers.queries import search
from service.web import notices, page, words
from service.web.desk import Desk, activity_here, at_desk, found, shift_here
from service.web.forms import Form, Option
from service.web.pages.courses import attendance, day_page, ticked

pages = Blueprint("courses_desk", __name__, url_prefix="/co")


@pages.get("/activities/<int:activity_id>/course")
@at_desk
def show(desk: Desk, activity_id: int) -> Response:
    """The course and its learners; or a form to make it one."""
    return _page(desk, activity_here(desk, activity_id))


@pages.post("/activities/<int:activity_id>/course")
@at_desk
def set_up(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """It is a course from now on, or another one."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(CourseInput(), options=_kinds())
    if form.is_valid:
        try:
            actions.set_course(desk.db, activity, account_id=desk.account_id, now=desk.now, **form.loaded)
        except CourseRefused as refused:
            form.refuse(str(words.COURSE_PROBLEMS[refused.problem]), at="days_needed")
    if form.has_errors:
        return _page(desk, activity, form=form)
    notices.notify(_("记下了。"))
    return _back(activity)


@pages.post("/activities/<int:activity_id>/course/learners")
@at_desk
def enrol(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Somebody telephoned, or came by."""
    activity, form = _course(desk, activity_id), Form.posted(EnrolForInput())
    people = search(desk.db, form.loaded["who"], scope_ids=desk.scope_ids) if form.is_valid else []
    meant = [one for one in people if one.name == form.loaded["who"]] or people
    person = meant[0] if len(meant) == 1 else None
    if form.is_valid and person is None:
        form.refuse(_("叫这个的有{n}人，请写全名；没有登记过的先去“代报名”登记", n=len(meant)), at="who")
    if person is not None:
        try:
            made = actions.enrol(desk.db, activity, volunteer_id=person.id, now=desk.now, typed_by=desk.account_id)
            is_in = made.state == EnrolmentState.ENROLLED
            told = _("给{name}报上了。", name=person.name) if is_in else _("满了，{name}先排候补。", name=person.name)
            notices.notify(told)
        except CourseRefused as refused:
            form.refuse(str(words.COURSE_PROBLEMS[refused.problem]), at="who")
    return _page(desk, activity, enrolling=form) if form.has_errors else _back(activity)


@pages.post("/activities/<int:activity_id>/course/learners/<int:volunteer_id>/leave")
@at_desk
def leave(desk: Desk, activity_id: int, volunteer_id: int) -> ResponseReturnValue:
    """She told the coordinator that she does not come any more."""
    activity = _course(desk, activity_id)
    found(queries.enrolment(desk.db, activity.id, volunteer_id=volunteer_id))
    actions.leave(desk.db, activity, volunteer_id=volunteer_id, now=desk.now, typed_by=desk.account_id)
    notices.notify(_("记下了，名额让给候补的人。"))
    return _back(activity)


@pages.post("/activities/<int:activity_id>/course/conclusion")
@at_desk
def conclude(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """The last day is over."""
    activity = _course(desk, activity_id)
    form = Form.posted(ConclusionInput(), options=_open(queries.learners(desk.db, activity.id)))
    if form.is_valid:
        passed_ids = form.loaded["passed"]
        try:
            passed = actions.conclude(
                desk.db, activity, passed_ids=passed_ids, now=desk.now, account_id=desk.account_id
            )
            notices.notify(_("记下了，{n}人结业。", n=len(passed)))
        except CourseRefused as refused:
            form.refuse(str(words.COURSE_PROBLEMS[refused.problem]))
    return _page(desk, activity, passing=form) if form.has_errors else _back(activity)


@pages.get("/shifts/<int:shift_id>/course-day")
@at_desk
def day(desk: Desk, shift_id: int) -> Response:
    """The names of one day, to be ticked."""
    shift = _day(desk, shift_id)
    return day_page(desk.db, shift, attendance(desk.db, shift), is_desk=True)


@pages.post("/shifts/<int:shift_id>/course-day")
@at_desk
def tick(desk: Desk, shift_id: int) -> ResponseReturnValue:
    """These were there."""
    return ticked(desk.db, _day(desk, shift_id), account_id=desk.account_id, is_desk=True)


def _page(
    desk: Desk,
    activity: Activity,
    *,
    form: Form | None = None,
    enrolling: Form | None = None,
    passing: Form | None = None,
) -> Response:
    course, people = queries.course(desk.db, activity.id), queries.learners(desk.db, activity.id)
    days = queries.days(desk.db, activity.id)
    wrong = next((one for one in (form, enrolling, passing) if one is not None and one.has_errors), None)
    blank = form or Form.blank(CourseInput(), given=_as_typed(course), options=_kinds())
    return page.render(
        "courses/show.html",
        title=_("课程和学员"),
        form=blank,
        status=422 if wrong is not None else 200,
        activity=activity,
        course=course,
        days=days,
        there=queries.counts(desk.db, [one.id for one in days]),
        inside=[one for one in people if one.position is None],
        queue=[one for one in people if one.position is not None],
        may_conclude=bool(days) and desk.now >= days[-1].ends_at and bool(_open(people)["passed"]),
        passing=passing or Form.blank(ConclusionInput(), options=_open(people)),
        enrolling=enrolling or Form.blank(EnrolForInput()),
        now=desk.now,
    )


def _as_typed(course: Course | None) -> dict[str, object]:
    if course is None:
        return {}
    known = {name: getattr(course, name) for name in CourseInput().fields}
    return {**known, "gives": QualificationKind(course.gives)}


def _open(people: list[Learner]) -> dict[str, list[Option]]:
    """Those of whom it is still to be said whether they have passed."""
    states = (EnrolmentState.ENROLLED, EnrolmentState.FAILED)
    return {
        "passed": [
            Option(value=str(one.person.id), text=_("{name}，到了{n}天", name=one.person.name, n=one.attended))
            for one in people
            if one.enrolment.state in states
        ]
    }


def _kinds() -> dict[str, list[Option]]:
    return {"gives": [Option(value=kind.value, text=str(text)) for kind, text in words.QUALIFICATIONS.items()]}


def _course(desk: Desk, activity_id: int) -> Activity:
    activity = activity_here(desk, activity_id)
    found(queries.course(desk.db, activity.id))
    return activity


def _day(desk: Desk, shift_id: int) -> Shift:
    shift = shift_here(desk, shift_id)
    found(queries.course(desk.db, shift.activity_id))
    return shift


def _back(activity: Activity) -> ResponseReturnValue:
    return page.see_other(url_for("courses_desk.show", activity_id=activity.id))
