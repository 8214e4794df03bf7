"""Whom great heat concerns who has a place already: told to her and to coordinators, for nobody is moved by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Date, Select, and_, any_, cast, select
from sqlalchemy.orm import Session, undefer

from service.activities.models import Activity, Shift
from service.calendars.heat import Heat
from service.calendars.models import HeatWarning
from service.calendars.rules import local
from service.db import one_of
from service.places.models import Area
from service.places.queries import within
from service.roster.models import AWAITED, ON_THE_ROSTER, Assignment
from service.terms import Mode, ShiftState
from service.volunteers.models import Volunteer
from service.volunteers.rules import is_too_hot_for


@dataclass(frozen=True, slots=True)
class HotShift:
    """A shift outdoors while it is hot, with those on its roster for whom it is too hot, by name."""

    shift: Shift
    title: str
    heat: Heat
    people: tuple[Volunteer, ...]


def hot_shifts(session: Session, *, scope_ids: Sequence[int], now: datetime, limit: int = 50) -> list[HotShift]:
    """Shifts of these areas to come in which somebody has a place for whom it is too hot, the soonest first.

    Call-outs are left out: what cannot wait is done all the same.
    """
    rows = session.execute(
        select(Shift, Volunteer)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(Shift.id.in_(_warned(scope_ids, now)), Assignment.state.in_(ON_THE_ROSTER))
        .order_by(Shift.starts_at, Shift.id, Volunteer.pinyin, Assignment.id)
        .options(undefer(Shift.heat_warnings))
    )
    shifts: dict[int, Shift] = {}
    people: dict[int, list[Volunteer]] = defaultdict(list)
    for shift, person in rows:
        shifts[shift.id] = shift
        if _is_too_hot(person, shift):
            people[shift.id].append(person)
    return [
        HotShift(shift, shift.activity.title, shift.heat, tuple(people[shift.id]))
        for shift in shifts.values()
        if shift.heat is not None and people[shift.id]
    ][:limit]


def awaited_under(session: Session, heat_warning_id: int, *, now: datetime) -> Sequence[int]:
    """Ids of whoever is asked or has said yes to a shift outdoors to come on the days of this warning, whether it holds
    or was taken back."""
    return session.scalars(
        select(Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Area, Area.id == Shift.area_id)
        .join(HeatWarning, HeatWarning.area_id == any_(Area.lineage))
        .where(HeatWarning.id == heat_warning_id, _is_outdoors_then(now))
        .where(Assignment.state.in_(AWAITED))
        .distinct()
    ).all()


def awaited_in(
    session: Session, *, now: datetime, shift_id: int | None = None, activity_id: int | None = None
) -> Sequence[int]:
    """Ids of whoever is asked or has said yes to this shift to come, or to any of this activity."""
    its = Shift.id == shift_id if shift_id is not None else Shift.activity_id == activity_id
    return session.scalars(
        select(Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(its, Shift.state == ShiftState.OPEN, Shift.starts_at > now, Assignment.state.in_(AWAITED))
        .distinct()
    ).all()


def places_ahead(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> list[tuple[Assignment, Shift]]:
    """The places with their shifts to come to which these people are asked or have said yes, the soonest first."""
    rows = session.execute(
        select(Assignment, Shift)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(one_of(Assignment.volunteer_id, volunteer_ids), Assignment.state.in_(AWAITED))
        .where(Shift.state == ShiftState.OPEN, Shift.starts_at > now)
        .order_by(Shift.starts_at, Assignment.id)
    )
    return [(place, shift) for place, shift in rows]


def heat_for(session: Session, assignment_ids: Collection[int]) -> dict[int, Heat]:
    """Place → the heat there, of those in which it is too hot for who holds them, as warnings are now."""
    if not assignment_ids:
        return {}
    rows = session.execute(
        select(Assignment.id, Shift, Volunteer)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(one_of(Assignment.id, assignment_ids), Activity.is_outdoors, Activity.mode != Mode.CALL_OUT)
        .where(select(HeatWarning.id).where(HeatWarning.withdrawn_at.is_(None)).exists())
        .options(undefer(Shift.heat_warnings))
        .execution_options(populate_existing=True)
    )
    return {one: shift.heat for one, shift, person in rows if shift.heat and _is_too_hot(person, shift)}


def _is_too_hot(person: Volunteer, shift: Shift) -> bool:
    return is_too_hot_for(person.birth_on, shift.heat, on=local(shift.starts_at).date())


def _warned(scope_ids: Sequence[int], now: datetime) -> Select[int]:
    """Open shifts outdoors for which a warning holds that was noted there or above, with a day more at both ends."""
    return (
        select(Shift.id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Area, Area.id == Shift.area_id)
        .join(HeatWarning, HeatWarning.area_id == any_(Area.lineage))
        .where(HeatWarning.withdrawn_at.is_(None), HeatWarning.until_on >= local(now).date())
        .where(within(Shift.area_id, scope_ids), _is_outdoors_then(now))
    )


def _is_outdoors_then(now: datetime) -> ColumnElement[bool]:
    """Of Shift, Activity and HeatWarning: to come, outdoors, no call-out, on days of the warning or the day beside."""
    day = timedelta(days=1)
    return and_(
        Shift.state == ShiftState.OPEN,
        Shift.starts_at > now,
        cast(Shift.starts_at, Date) <= HeatWarning.until_on + day,
        cast(Shift.ends_at, Date) >= HeatWarning.from_on - day,
        Activity.is_outdoors,
        Activity.mode != Mode.CALL_OUT,
    )
