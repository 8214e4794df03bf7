"""Who is on duty on a day, as everybody may read it: how many, and the names of those who agreed to be shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.queries import IS_ANNOUNCED
from service.calendars.rules import instant
from service.places.queries import within
from service.roster.models import SURE, Assignment
from service.terms import ActivityState, ShiftState
from service.volunteers.queries import shown_names


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One role of one shift of the day: how many have said yes, and those of them who may be named."""

    shift_id: int
    activity_id: int
    title: str
    role: str
    starts_at: datetime
    ends_at: datetime
    place_id: int
    people: int
    names: tuple[str, ...]

    @property
    def unnamed(self) -> int:
        """How many more there are."""
        return self.people - len(self.names)


def on_duty(session: Session, *, area_id: int, day: date) -> list[OnDuty]:
    """Every role of the open shifts of an area, and of what is below it, that touch the day; by start.

    One where nobody has said yes is among them: that nobody is there is what people must know.
    """
    rows = session.execute(
        select(Shift, Activity, ActivityRole.name, ShiftRole.id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ShiftRole, ShiftRole.shift_id == Shift.id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(within(Shift.area_id, [area_id]), Shift.state == ShiftState.OPEN)
        .where(Activity.state == ActivityState.PUBLISHED, IS_ANNOUNCED)
        .where(Shift.starts_at < instant(day + timedelta(days=1), time.min), Shift.ends_at > instant(day, time.min))
        .order_by(Shift.starts_at, Shift.id, ShiftRole.id)
    ).all()
    people = _people(session, [role_id for *_row, role_id in rows])
    names = shown_names(session, {who for there in people.values() for who in there})
    return [
        OnDuty(
            shift_id=shift.id,
            activity_id=activity.id,
            title=activity.title,
            role=role,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            place_id=shift.place_id,
            people=len(people[role_id]),
            names=tuple(names[who] for who in people[role_id] if who in names),
        )
        for shift, activity, role, role_id in rows
    ]


def _people(session: Session, shift_role_ids: list[int]) -> dict[int, list[int]]:
    """Who has said yes, by role; stand-bys are not there."""
    found: dict[int, list[int]] = defaultdict(list)
    for role_id, who in session.execute(
        select(Assignment.shift_role_id, Assignment.volunteer_id)
        .where(Assignment.shift_role_id.in_(shift_role_ids))
        .where(Assignment.state.in_(SURE), Assignment.is_stand_by.is_(False))
        .order_by(Assignment.id)
    ):
        found[role_id].append(who)
    return found
