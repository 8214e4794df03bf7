"""What people say of when they come. Whoever writes it down for somebody else is written down with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service import audit
from service.availability.models import Absence, Avoidance, Limits, TimeOfWeek
from service.availability.rules import Slot, check_week
from service.db import refusing
from service.terms import Availability
from service.volunteers.models import Volunteer
from service.volunteers.queries import lock_id


class BackBeforeGone(Exception):
    """The last day away lies before the first."""


def say_week(
    session: Session, person: Volunteer, *, week: Mapping[Slot, Availability], noted_by: int | None, now: datetime
) -> None:
    """The hours of her week, all anew; what is not named she can. Raises NeverComes."""
    check_week(week)
    lock_id(session, person.id)
    session.execute(delete(TimeOfWeek).where(TimeOfWeek.volunteer_id == person.id))
    session.add_all(
        TimeOfWeek(volunteer_id=person.id, weekday=weekday, part=part, availability=availability)
        for (weekday, part), availability in sorted(week.items())
        if availability != Availability.CAN
    )
    _note(session, "noted_week", person, noted_by=noted_by, now=now)


def set_limits(
    session: Session,
    person: Volunteer,
    *,
    most_a_week: int | None,
    most_a_day: int | None,
    most_at_a_stretch: int | None,
    noted_by: int | None,
    now: datetime,
) -> None:
    """How much she will at most: shifts a week, shifts a day, hours without a pause. None: no limit of her own."""
    lock_id(session, person.id)
    limits = session.get(Limits, person.id) or Limits(volunteer_id=person.id)
    limits.most_a_week, limits.most_a_day, limits.most_at_a_stretch = most_a_week, most_a_day, most_at_a_stretch
    session.add(limits)
    _note(session, "noted_limits", person, noted_by=noted_by, now=now)


def avoid(
    session: Session, person: Volunteer, *, activity_ids: Collection[int], noted_by: int | None, now: datetime
) -> None:
    """For these activities, and no others, she does not want to be asked."""
    lock_id(session, person.id)
    session.execute(delete(Avoidance).where(Avoidance.volunteer_id == person.id))
    session.add_all(Avoidance(volunteer_id=person.id, activity_id=number) for number in sorted(activity_ids))
    _note(session, "noted_avoidance", person, noted_by=noted_by, now=now)


def note_absence(
    session: Session, person: Volunteer, *, from_on: date, until_on: date, noted_by: int | None, now: datetime
) -> Absence:
    """She is away from one day to another, both included. Places she holds then stay hers until she gives them up.

    Raises BackBeforeGone.
    """
    absence = Absence(volunteer_id=person.id, from_on=from_on, until_on=until_on, noted_at=now, noted_by=noted_by)
    with refusing(session, "ck_absence_dates", BackBeforeGone(f"{until_on} is before {from_on}")):
        session.add(absence)
    _note(session, "noted_absence", person, noted_by=noted_by, now=now)
    return absence


def forget_absence(session: Session, absence: Absence, *, noted_by: int | None, now: datetime) -> None:
    """She is there after all."""
    person = session.get_one(Volunteer, absence.volunteer_id)
    session.delete(absence)
    _note(session, "forgot_absence", person, noted_by=noted_by, now=now)


def _note(session: Session, verb: str, person: Volunteer, *, noted_by: int | None, now: datetime) -> None:
    if noted_by is not None:
        audit.note_about(session, verb, person, account_id=noted_by, now=now)
    session.flush()
