"""What can be done about a course: make an activity one, enrol, leave, tick who was there, say who has passed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity, Shift
from service.calendars.rules import local
from service.courses import queries
from service.courses.models import Attendance, Course, Enrolment
from service.courses.queries import Learner
from service.courses.rules import is_passed, valid_until
from service.events import LearnerMovedUp
from service.terms import ActivityState, ConsentPurpose, EnrolmentState
from service.volunteers import actions as volunteers
from service.volunteers.models import Consent
from service.volunteers.queries import lock_id

#: What a passing is written down with: how often she was there.
EVIDENCE = "{title}，{days}天中到了{attended}天"


class CourseRefused(Exception):
    """It cannot be done. `problem` is a code: closed, begun, consent_missing, not_begun, not_over, too_many_days."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def set_course(session: Session, activity: Activity, *, account_id: int, now: datetime, **given: Any) -> Course:
    """Make the activity a course, or change what was said of it (columns of Course). More places let who waits in.

    Raises CourseRefused when it asks for more days than there are.
    """
    days_needed = given.get("days_needed")
    if days_needed is not None and days_needed > len(queries.days(session, activity.id)):
        raise CourseRefused("too_many_days")
    row = insert(Course).values(activity_id=activity.id, **given)
    session.execute(row.on_conflict_do_update(index_elements=["activity_id"], set_=given))
    _fill(session, _locked(session, activity.id))
    audit.note_about(session, "set_course", activity, account_id=account_id, now=now)
    return _locked(session, activity.id)


def enrol(
    session: Session, activity: Activity, *, volunteer_id: int, now: datetime, typed_by: int | None = None
) -> Enrolment:
    """Enrol for all days, or wait when it is full. Twice gives the same. A coordinator may still after it began.

    The course's row is locked, so that no place is given twice. Raises CourseRefused.
    """
    lock_id(session, volunteer_id)
    course = _locked(session, activity.id)
    if hers := queries.enrolment(session, activity.id, volunteer_id=volunteer_id):
        return hers
    _check_open(session, activity, now=now, may_be_late=typed_by is not None)
    agreed = exists().where(
        Consent.volunteer_id == volunteer_id,
        Consent.purpose == ConsentPurpose.SERVICE,
        Consent.withdrawn_at.is_(None),
    )
    if not session.scalar(select(agreed)):
        raise CourseRefused("consent_missing")
    is_full = queries.taken(session, activity.id) >= course.capacity
    state = EnrolmentState.WAITLISTED if is_full else EnrolmentState.ENROLLED
    number = queries.asked(session, activity.id) + 1
    asked: dict[str, Any] = {"state": state, "number": number, "asked_at": now, "typed_by": typed_by}
    row = insert(Enrolment).values(activity_id=activity.id, volunteer_id=volunteer_id, **asked)
    session.execute(row.on_conflict_do_update(index_elements=["activity_id", "volunteer_id"], set_=asked))
    if typed_by is not None:
        audit.note_about(session, "enrolled_for", activity, account_id=typed_by, now=now, volunteer_id=volunteer_id)
    return session.get_one(Enrolment, (activity.id, volunteer_id), populate_existing=True)


def leave(
    session: Session, activity: Activity, *, volunteer_id: int, now: datetime, typed_by: int | None = None
) -> None:
    """She does not come any more: who waits first has her place. Twice is harmless; who has passed or failed stays."""
    course = _locked(session, activity.id)
    hers = queries.enrolment(session, activity.id, volunteer_id=volunteer_id)
    if hers is None or hers.state not in (EnrolmentState.ENROLLED, EnrolmentState.WAITLISTED):
        return
    hers.move(EnrolmentState.WITHDRAWN)
    session.flush()
    _fill(session, course)
    if typed_by is not None:
        audit.note_about(session, "left_course_for", activity, account_id=typed_by, now=now, volunteer_id=volunteer_id)


def tick(
    session: Session, shift: Shift, *, volunteer_ids: Collection[int], now: datetime, account_id: int | None
) -> None:
    """Who was there on this day: these, and nobody else. Sending the same again changes nothing.

    Raises CourseRefused before the day has begun. Who is not enrolled is passed over.
    """
    _locked(session, shift.activity_id)
    if now < shift.starts_at:
        raise CourseRefused("not_begun")
    inside = {
        one.person.id for one in queries.learners(session, shift.activity_id) if one.enrolment.state in queries.IN
    }
    there = inside & set(volunteer_ids)
    before = queries.present(session, shift.id)
    session.execute(
        delete(Attendance).where(Attendance.shift_id == shift.id, Attendance.volunteer_id.in_(before - there))
    )
    session.add_all(
        Attendance(shift_id=shift.id, volunteer_id=one, ticked_at=now, ticked_by=account_id)
        for one in sorted(there - before)
    )
    session.flush()
    activity = session.get_one(Activity, shift.activity_id)
    audit.note_about(
        session, "ticked_attendance", activity, account_id=account_id, now=now, shift_id=shift.id, there=len(there)
    )


def conclude(
    session: Session, activity: Activity, *, passed_ids: Collection[int], now: datetime, account_id: int
) -> list[Learner]:
    """The last day is over: who has passed has the qualification from today on, the others have not.

    With `days_needed` the days decide; else `passed_ids` does. Those decided before stay as they are, but who failed
    may be in `passed_ids` later, by the word of whoever leads it. Returns those who passed now. Raises CourseRefused.
    """
    course, days = _locked(session, activity.id), queries.days(session, activity.id)
    if not days or now < days[-1].ends_at:
        raise CourseRefused("not_over")
    passed = []
    for one in queries.learners(session, activity.id):
        if one.enrolment.state not in (EnrolmentState.ENROLLED, EnrolmentState.FAILED):
            continue
        is_first = one.enrolment.state == EnrolmentState.ENROLLED
        if is_first and course.days_needed is not None:
            is_good = is_passed(one.attended, days_needed=course.days_needed)
        else:
            is_good = one.person.id in passed_ids
        if is_good:
            _pass(session, course, activity, one, days=len(days), now=now, account_id=account_id)
            passed.append(one)
        elif is_first:
            one.enrolment.move(EnrolmentState.FAILED)
            one.enrolment.decided_at, one.enrolment.decided_by = now, account_id
    session.flush()
    audit.note_about(session, "concluded_course", activity, account_id=account_id, now=now, passed=len(passed))
    return passed


def _pass(
    session: Session,
    course: Course,
    activity: Activity,
    one: Learner,
    *,
    days: int,
    now: datetime,
    account_id: int,
) -> None:
    today = local(now).date()
    one.enrolment.move(EnrolmentState.PASSED)
    one.enrolment.decided_at, one.enrolment.decided_by = now, account_id
    held = volunteers.add_qualification(
        session,
        volunteer_id=one.person.id,
        kind=course.gives,
        evidence=EVIDENCE.format(title=activity.title, days=days, attended=one.attended),
        valid_from=today,
        valid_until=valid_until(today, months=course.valid_months),
    )
    volunteers.verify_qualification(session, held, account_id=account_id, now=now)


def _fill(session: Session, course: Course) -> None:
    """Places that are free belong to who waits, first come first; she is told."""
    free = course.capacity - queries.taken(session, course.activity_id)
    waiting = [one for one in queries.learners(session, course.activity_id) if one.position is not None]
    for one in waiting[: max(0, free)]:
        one.enrolment.move(EnrolmentState.ENROLLED)
        outbox.record(session, LearnerMovedUp(course.activity_id, one.person.id))
    session.flush()


def _check_open(session: Session, activity: Activity, *, now: datetime, may_be_late: bool) -> None:
    days = queries.days(session, activity.id)
    if activity.state != ActivityState.PUBLISHED or not days or now >= days[-1].ends_at:
        raise CourseRefused("closed")
    if now >= days[0].starts_at and not may_be_late:
        raise CourseRefused("begun")


def _locked(session: Session, activity_id: int) -> Course:
    """The course, ours until commit."""
    return session.get_one(Course, activity_id, with_for_update=True, populate_existing=True)
