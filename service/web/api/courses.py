"""Courses: opened by a coordinator, enrolled in once, ticked off day by day, passed."""

from __future__ import annotations

from typing import Any

from schemas.courses import (
    AttendanceInput,
    AttendanceShown,
    ConclusionInput,
    CourseInput,
    CourseShown,
    EnrolmentInput,
    EnrolmentShown,
    EnrolmentsShown,
)
from service.activities import queries as activities
from service.activities.models import Activity, Shift
from service.courses import actions, queries
from service.courses.models import Course
from service.courses.queries import Learner
from service.volunteers.queries import in_scope
from service.web.api.door import Call, activity_here, found
from service.web.api.resource import Resource

courses = Resource("courses", description="课程：一次报名、每天点名、结业登记资质。")


@courses.operation("GET", "/activities/<id:activity_id>/course", gives=CourseShown())
def show_course(call: Call, *, activity_id: int) -> Any:
    """The course that an activity is, and how many places are taken."""
    activity = activities.published(call.session, activity_id) or activity_here(call, activity_id)
    return _course(call, activity)


@courses.operation(
    "PUT", "/activities/<id:activity_id>/course", takes=CourseInput(), gives=CourseShown(), refuses=(409,)
)
def set_course(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Make an activity I coordinate a course, or change what was said of it. More places let in who waits."""
    activity = activity_here(call, activity_id)
    actions.set_course(call.session, activity, account_id=call.actor.account_id, now=call.now, **body)
    return _course(call, activity)


@courses.operation("GET", "/activities/<id:activity_id>/enrolments", gives=EnrolmentsShown())
def list_enrolments(call: Call, *, activity_id: int) -> Any:
    """Who learns and who waits, in an area I coordinate; otherwise only myself."""
    activity = activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids)
    is_mine = activity is not None
    activity = activity or found(activities.published(call.session, activity_id))
    people = queries.learners(call.session, activity.id)
    return {"items": [_shown(one) for one in people if is_mine or one.person.id == call.actor.volunteer_id]}


@courses.operation(
    "POST",
    "/activities/<id:activity_id>/enrolments",
    takes=EnrolmentInput(),
    gives=EnrolmentShown(),
    status=201,
    refuses=(409,),
)
def enrol(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Enrol for all days of a course, or wait: myself, or somebody who told me. Twice gives the same."""
    whose = _whose(call, activity_id, body.get("volunteer_id"))
    actions.enrol(call.session, **whose, now=call.now)
    return _of(call, activity_id, whose["volunteer_id"])


@courses.operation("DELETE", "/activities/<id:activity_id>/enrolments/<id:volunteer_id>", status=204)
def leave(call: Call, *, activity_id: int, volunteer_id: int) -> Any:
    """I do not come any more, or she told me so: who waits first has the place. Twice is harmless."""
    actions.leave(call.session, **_whose(call, activity_id, volunteer_id), now=call.now)


@courses.operation("GET", "/shifts/<id:shift_id>/attendance", gives=AttendanceShown())
def show_attendance(call: Call, *, shift_id: int) -> Any:
    """Who was there on a day of a course, for who leads it and its coordinators."""
    shift = _day(call, shift_id)
    return {"shift_id": shift.id, "volunteer_ids": sorted(queries.present(call.session, shift.id))}


@courses.operation(
    "PUT", "/shifts/<id:shift_id>/attendance", takes=AttendanceInput(), gives=AttendanceShown(), refuses=(409,)
)
def tick(call: Call, *, shift_id: int, body: dict[str, Any]) -> Any:
    """These were there on this day, and nobody else. Sending the same again changes nothing."""
    shift = _day(call, shift_id)
    actions.tick(call.session, shift, **body, now=call.now, account_id=call.actor.account_id)
    return {"shift_id": shift.id, "volunteer_ids": sorted(queries.present(call.session, shift.id))}


@courses.operation(
    "POST",
    "/activities/<id:activity_id>/conclusions",
    takes=ConclusionInput(),
    gives=EnrolmentsShown(),
    status=201,
    refuses=(409,),
)
def conclude(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """The last day is over: who has passed has the qualification. Who failed may be sent in `passed` later."""
    activity = activity_here(call, activity_id)
    found(queries.course(call.session, activity.id))
    actions.conclude(call.session, activity, passed_ids=body["passed"], now=call.now, account_id=call.actor.account_id)
    return {"items": [_shown(one) for one in queries.learners(call.session, activity.id)]}


def _whose(call: Call, activity_id: int, volunteer_id: int | None) -> dict[str, Any]:
    """The course and whose enrolment it is about: my own, or that of somebody of an area I coordinate."""
    if volunteer_id in (None, call.actor.volunteer_id):
        whose: dict[str, Any] = {"volunteer_id": call.volunteer_id}
        activity = found(activities.published(call.session, activity_id))
    else:
        activity = activity_here(call, activity_id)
        person = found(in_scope(call.session, volunteer_id or 0, scope_ids=call.scope_ids))
        whose = {"volunteer_id": person.id, "typed_by": call.actor.account_id}
    found(queries.course(call.session, activity.id))
    return {"activity": activity, **whose}


def _day(call: Call, shift_id: int) -> Shift:
    """The day of a course, if I coordinate it or serve on it."""
    shift = activities.shift_in_scope(call.session, shift_id, scope_ids=call.scope_ids)
    her = call.actor.volunteer_id
    if shift is None and her is not None and queries.leads(call.session, shift_id, volunteer_id=her):
        shift = call.session.get(Shift, shift_id)
    day: Shift = found(shift)
    found(queries.course(call.session, day.activity_id))
    return day


def _course(call: Call, activity: Activity) -> dict[str, Any]:
    course: Course = found(queries.course(call.session, activity.id))
    told = ("activity_id", "capacity", "days_needed", "gives", "valid_months", "taught_by")
    return {
        **{name: getattr(course, name) for name in told},
        "taken": queries.taken(call.session, activity.id),
        "days": len(queries.days(call.session, activity.id)),
    }


def _of(call: Call, activity_id: int, volunteer_id: int) -> dict[str, Any]:
    return next(_shown(one) for one in queries.learners(call.session, activity_id) if one.person.id == volunteer_id)


def _shown(one: Learner) -> dict[str, Any]:
    return {
        "volunteer_id": one.person.id,
        "name": one.person.name,
        "state": one.enrolment.state,
        "attended": one.attended,
        "position": one.position,
        "asked_at": one.enrolment.asked_at,
    }
