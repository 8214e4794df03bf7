"""What stands on papers that are handed out: the coming places of whoever reads no screen, and who else comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.places.queries import within
from service.roster.models import HOLDING, Assignment
from service.terms import Channel, ShiftState
from service.volunteers.models import Volunteer
from service.volunteers.queries import names_for_others

#: Who is told by somebody else, not by a machine.
BY_SOMEBODY = (Channel.CALL_LIST, Channel.SLIP)
HandoutRow: TypeAlias = Row[Volunteer, Assignment, Shift, Activity, ActivityRole]


def without_screens(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, until_at: datetime
) -> Sequence[HandoutRow]:
    """The places of everybody in scope who has no telephone, is called, or chose paper: by person, then by start."""
    return session.execute(
        _places(from_at, until_at)
        .where(within(Assignment.area_id, scope_ids))
        .where(or_(Volunteer.phone_sealed.is_(None), Volunteer.channel.in_(BY_SOMEBODY)))
        .order_by(Volunteer.pinyin, Volunteer.id, Shift.starts_at, Shift.id)
    ).all()


def of_person(
    session: Session, volunteer_id: int, *, scope_ids: Sequence[int], from_at: datetime, until_at: datetime
) -> Sequence[HandoutRow]:
    """One person's places in these areas, by start."""
    return session.execute(
        _places(from_at, until_at)
        .where(within(Assignment.area_id, scope_ids), Volunteer.id == volunteer_id)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def companions(session: Session, rows: Sequence[HandoutRow]) -> dict[int, list[str]]:
    """Who else comes to each place's shift, by assignment: as other volunteers may read their names."""
    there = _there(session, {row.Shift.id for row in rows})
    names = names_for_others(session, {one for people in there.values() for one in people})
    return {row.Assignment.id: [names[one] for one in there[row.Shift.id] if one != row.Volunteer.id] for row in rows}


def _there(session: Session, shift_ids: Collection[int]) -> dict[int, list[int]]:
    held = (
        select(Assignment.shift_id, Assignment.volunteer_id)
        .where(Assignment.shift_id.in_(shift_ids), Assignment.state.in_(HOLDING), Assignment.is_stand_by.is_(False))
        .order_by(Assignment.id)
    )
    people: dict[int, list[int]] = defaultdict(list)
    for shift_id, volunteer_id in session.execute(held):
        people[shift_id].append(volunteer_id)
    return people


def _places(from_at: datetime, until_at: datetime) -> Select[Volunteer, Assignment, Shift, Activity, ActivityRole]:
    return (
        select(Volunteer, Assignment, Shift, Activity, ActivityRole)
        .join(Assignment, Assignment.volunteer_id == Volunteer.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(Assignment.state.in_(HOLDING), Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at >= from_at, Shift.starts_at < until_at)
    )
