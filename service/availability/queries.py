"""What people have said of when they come: of many at once for whoever plans, as conditions for whoever searches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.availability.models import Absence, Avoidance, Limits, TimeOfWeek
from service.availability.rules import Away, Said, Slot, days, slots
from service.db import one_of
from service.teams.models import Membership
from service.teams.queries import is_member_on
from service.terms import ActivityState, Availability, DayPart
from service.volunteers.models import Volunteer

#: Columns of `Limits`, and fields of `Said`.
LIMITS = ("most_a_week", "most_a_day", "most_at_a_stretch")


def said(session: Session, volunteer_ids: Collection[int]) -> dict[int, Said]:
    """What each of these people has said, in four statements. Who said nothing can come whenever she is needed."""
    week: dict[int, dict[Slot, Availability]] = defaultdict(dict)
    for time in session.scalars(select(TimeOfWeek).where(one_of(TimeOfWeek.volunteer_id, volunteer_ids))):
        week[time.volunteer_id][time.weekday, DayPart(time.part)] = Availability(time.availability)
    away: dict[int, list[Away]] = defaultdict(list)
    for gone in session.scalars(
        select(Absence).where(one_of(Absence.volunteer_id, volunteer_ids)).order_by(Absence.id)
    ):
        away[gone.volunteer_id].append(Away(gone.from_on, gone.until_on, gone.noted_at))
    avoids: dict[int, set[int]] = defaultdict(set)
    for one in session.scalars(select(Avoidance).where(one_of(Avoidance.volunteer_id, volunteer_ids))):
        avoids[one.volunteer_id].add(one.activity_id)
    told = session.scalars(select(Limits).where(one_of(Limits.volunteer_id, volunteer_ids)))
    limits = {one.volunteer_id: one for one in told}
    return {
        number: Said(
            week=week.get(number, {}),
            away=tuple(away.get(number, ())),
            avoids=frozenset(avoids.get(number, ())),
            **{name: getattr(limits.get(number), name, None) for name in LIMITS},
        )
        for number in volunteer_ids
    }


def cannot_come(shift: Shift) -> ColumnElement[bool]:
    """Of `Volunteer`: she has said that she cannot come to this shift, or is not to be asked for its activity."""
    first, last = days(shift.starts_at, shift.ends_at)
    is_away = exists().where(Absence.volunteer_id == Volunteer.id, Absence.from_on <= last, Absence.until_on >= first)
    avoids = exists().where(Avoidance.volunteer_id == Volunteer.id, Avoidance.activity_id == shift.activity_id)
    return or_(is_away, avoids, _says(shift, Availability.CANNOT))


def if_needed(shift: Shift) -> ColumnElement[bool]:
    """Of `Volunteer`: at that time she comes only if need be."""
    return _says(shift, Availability.IF_NEEDED)


def _says(shift: Shift, availability: Availability) -> ColumnElement[bool]:
    at_that_time = tuple_(TimeOfWeek.weekday, TimeOfWeek.part).in_(sorted(slots(shift.starts_at, shift.ends_at)))
    return exists().where(
        TimeOfWeek.volunteer_id == Volunteer.id, at_that_time, TimeOfWeek.availability == availability
    )


def absences(session: Session, volunteer_id: int, *, from_on: date) -> Sequence[Absence]:
    """When she is away, as far as it is not over by that day, soonest first."""
    mine = select(Absence).where(Absence.volunteer_id == volunteer_id, Absence.until_on >= from_on)
    return session.scalars(mine.order_by(Absence.from_on, Absence.id)).all()


def absence_of(session: Session, absence_id: int, *, volunteer_id: int) -> Absence | None:
    """The absence, if it is hers."""
    return session.scalar(select(Absence).where(Absence.id == absence_id, Absence.volunteer_id == volunteer_id))


def may_avoid(session: Session, volunteer_id: int, *, day: date) -> Sequence[Activity]:
    """Published activities she could be asked for without having asked: those of her teams, and what she avoids now."""
    hers = select(Membership.team_id).where(Membership.volunteer_id == volunteer_id, is_member_on(day))
    avoided = select(Avoidance.activity_id).where(Avoidance.volunteer_id == volunteer_id)
    return session.scalars(
        select(Activity)
        .where(Activity.state == ActivityState.PUBLISHED, or_(Activity.team_id.in_(hers), Activity.id.in_(avoided)))
        .order_by(Activity.title, Activity.id)
    ).all()
