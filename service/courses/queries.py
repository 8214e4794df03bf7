"""Named reads of courses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.courses.models import Attendance, Course, Enrolment
from service.roster.models import SURE, Assignment
from service.roster.queries import serves_in
from service.terms import ActivityState, EnrolmentState, ShiftState
from service.volunteers.models import Volunteer

#: States of people who belong to the course: for whom a place is taken.
IN = (EnrolmentState.ENROLLED, EnrolmentState.PASSED, EnrolmentState.FAILED)


#: So long after a day its leader may still tick who was there.
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody in a course or waiting for it: on how many days she was there, which one she is on the waitlist."""

    enrolment: Enrolment
    person: Volunteer
    attended: int
    position: int | None


def course(session: Session, activity_id: int) -> Course | None:
    """The course that the activity is, if it is one."""
    return session.get(Course, activity_id, populate_existing=True)


def days(session: Session, activity_id: int) -> Sequence[Shift]:
    """The days of the course that were not called off, by start."""
    return session.scalars(
        select(Shift)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def taken(session: Session, activity_id: int) -> int:
    """How many places are taken."""
    held = (
        select(func.count()).select_from(Enrolment).where(Enrolment.activity_id == activity_id, Enrolment.state.in_(IN))
    )
    return session.scalars(held).one()


def asked(session: Session, activity_id: int) -> int:
    """How often somebody has asked for a place; who left and asked anew counts twice."""
    return session.scalar(select(func.max(Enrolment.number)).where(Enrolment.activity_id == activity_id)) or 0


def learners(session: Session, activity_id: int) -> list[Learner]:
    """Who learns there, by name, then who waits, first come first; without those who left."""
    counted = (
        select(func.count())
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .where(Attendance.volunteer_id == Enrolment.volunteer_id, Shift.activity_id == activity_id)
        .where(Shift.state == ShiftState.OPEN)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Enrolment, Volunteer, counted)
        .join(Volunteer, Volunteer.id == Enrolment.volunteer_id)
        .where(Enrolment.activity_id == activity_id, Enrolment.state != EnrolmentState.WITHDRAWN)
        .order_by(Volunteer.pinyin, Volunteer.id)
        .execution_options(populate_existing=True)
    ).all()
    inside = [Learner(enrolment, person, n, None) for enrolment, person, n in rows if enrolment.state in IN]
    waiting = sorted((row for row in rows if row[0].state == EnrolmentState.WAITLISTED), key=lambda row: row[0].number)
    queue = [Learner(enrolment, person, n, at) for at, (enrolment, person, n) in enumerate(waiting, start=1)]
    return [*inside, *queue]


def enrolment(session: Session, activity_id: int, *, volunteer_id: int) -> Enrolment | None:
    """Hers, unless she left."""
    hers = session.get(Enrolment, (activity_id, volunteer_id), populate_existing=True)
    return None if hers is None or hers.state == EnrolmentState.WITHDRAWN else hers


def enrolled(session: Session, activity_id: int) -> Sequence[int]:
    """Ids of those who come to its days still, in order."""
    return session.scalars(
        select(Enrolment.volunteer_id)
        .where(Enrolment.activity_id == activity_id, Enrolment.state == EnrolmentState.ENROLLED)
        .order_by(Enrolment.volunteer_id)
    ).all()


def present(session: Session, shift_id: int) -> set[int]:
    """Ids of those who were there on this day."""
    return set(session.scalars(select(Attendance.volunteer_id).where(Attendance.shift_id == shift_id)))


def counts(session: Session, shift_ids: Collection[int]) -> dict[int, int]:
    """How many were there on each of these days; a day on which nobody was is left out."""
    rows = session.execute(
        select(Attendance.shift_id, func.count())
        .where(Attendance.shift_id.in_(shift_ids))
        .group_by(Attendance.shift_id)
    )
    return dict(rows.all())


def leads(session: Session, shift_id: int, *, volunteer_id: int) -> bool:
    """Whether she serves on this day of the course: then she may tick who is there."""
    return serves_in(session, shift_id, volunteer_id=volunteer_id)


def to_tick(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Row[Shift, Activity]]:
    """The days she leads that have begun within the last week, the newest first."""
    return session.execute(
        select(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Course, Course.activity_id == Activity.id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(SURE), Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at <= now, Shift.starts_at > now - WEEK)
        .order_by(Shift.starts_at.desc(), Shift.id)
    ).all()


def of_volunteer(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Row[Enrolment, Activity, datetime]]:
    """The courses she is in or waits for that are not over, each with its next day."""
    return session.execute(
        select(Enrolment, Activity, func.min(Shift.starts_at))
        .join(Activity, Activity.id == Enrolment.activity_id)
        .join(Shift, Shift.activity_id == Activity.id)
        .where(Enrolment.volunteer_id == volunteer_id, Activity.state == ActivityState.PUBLISHED)
        .where(Enrolment.state.in_((EnrolmentState.ENROLLED, EnrolmentState.WAITLISTED)))
        .where(Shift.ends_at > now, Shift.state == ShiftState.OPEN)
        .group_by(Enrolment.activity_id, Enrolment.volunteer_id, Activity.id)
        .order_by(func.min(Shift.starts_at), Activity.id)
    ).all()
