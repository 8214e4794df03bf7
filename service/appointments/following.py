"""What follows from what became of those who see people: rooms are filled; where slots fell, others are offered.

Called by reactions; each bears running late, twice, or after a later change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from service import outbox
from service.activities.models import Shift, ShiftRole
from service.appointments import queries
from service.appointments.models import HOLDING, STANDING, Appointment, Consultation, Sitting
from service.appointments.queries import Hours
from service.appointments.rules import Slot, nearest
from service.db import one_of
from service.events import AppointmentChanged
from service.roster.models import SURE, Assignment
from service.terms import AppointmentState, ShiftState


def follow(session: Session, *, assignment_ids: Collection[int], now: datetime) -> None:
    """Somebody has said yes to a role, or does not come after all: fill its rooms, and offer those whose slot fell
    another."""
    kinds = (
        select(ShiftRole.activity_role_id)
        .join(Assignment, Assignment.shift_role_id == ShiftRole.id)
        .where(one_of(Assignment.id, assignment_ids))
    )
    concerned = select(Consultation.activity_role_id).where(Consultation.activity_role_id.in_(kinds))
    for kind in session.scalars(concerned.order_by(Consultation.activity_role_id)).all():
        session.get_one(Consultation, kind, with_for_update=True, populate_existing=True)
        seat_all(session, kind, now=now)


def follow_moved(session: Session, *, shift_id: int, now: datetime) -> None:
    """The shift has another time, and every slot with it: whoever has one is asked whether that suits her."""
    for hours in queries.of_shift(session, shift_id):
        kind = hours.rules.activity_role_id
        session.get_one(Consultation, kind, with_for_update=True, populate_existing=True)
        for one in _standing(session, [hours]):
            if one.state in HOLDING and hours.slot(one.room, one.slot) is not None:
                _tell(session, one, to=AppointmentState.OFFERED)
        seat_all(session, kind, now=now)


def seat_all(session: Session, activity_role_id: int, *, now: datetime) -> None:
    """Put those who serve into the rooms of all coming shifts; then offer another slot to whom one fell.

    The caller has locked the kind of work.
    """
    for hours in queries.coming(session, [activity_role_id], now=now):
        _seat(session, hours)
    _offer_others(session, activity_role_id, now=now)


def offer_free(session: Session, shift_role_id: int, *, now: datetime) -> None:
    """A slot has come free: it is for who waits for one. The caller has locked the kind of work."""
    role = session.get_one(ShiftRole, shift_role_id)
    _offer_others(session, role.activity_role_id, now=now)


def put(one: Appointment, hours: Hours, slot: Slot, *, to: AppointmentState) -> None:
    """Give her this slot. Another message tells her."""
    one.move(to)
    one.shift_id, one.shift_role_id = hours.shift.id, slot.shift_role_id
    one.room, one.slot = slot.room, slot.number
    one.version += 1


def _seat(session: Session, hours: Hours) -> None:
    """Whoever sits stays where she sits; who has said yes since has the first free room."""
    serving = session.scalars(
        select(Assignment.id)
        .where(Assignment.shift_role_id == hours.shift_role_id, Assignment.state.in_(SURE))
        .where(Assignment.is_stand_by.is_(False))
        .order_by(Assignment.id)
    ).all()
    rooms = range(len(hours.rules.rooms))
    here = Sitting.shift_role_id == hours.shift_role_id
    session.execute(delete(Sitting).where(here, Sitting.assignment_id.not_in(serving) | Sitting.room.not_in(rooms)))
    seated = dict(session.execute(select(Sitting.room, Sitting.assignment_id).where(here)).all())
    empty = [room for room in rooms if room not in seated]
    newcomers = [who for who in serving if who not in seated.values()]
    filled = [
        {"shift_role_id": hours.shift_role_id, "room": room, "assignment_id": who}
        for room, who in zip(empty, newcomers, strict=False)
    ]
    if filled:
        session.execute(insert(Sitting), filled)


def _offer_others(session: Session, activity_role_id: int, *, now: datetime) -> None:
    """Each whose slot fell has the free one that is likest to it; where there is none she waits, and is told so."""
    several = queries.coming(session, [activity_role_id], now=now)
    known = {one.shift_role_id: one for one in several}
    for one, had in _fallen(session, activity_role_id, known, now=now):
        other = nearest(queries.free(session, several, now=now), had)
        if other is not None:
            put(one, known[other.shift_role_id], other, to=AppointmentState.OFFERED)
            session.flush()
            outbox.record(session, AppointmentChanged(one.id))
        elif one.state != AppointmentState.WAITING:
            _tell(session, one, to=AppointmentState.WAITING)


def _fallen(
    session: Session, activity_role_id: int, known: dict[int, Hours], *, now: datetime
) -> list[tuple[Appointment, Slot]]:
    """Who has no slot any more in which somebody sees her, with the slot she had, the earliest first.

    Whoever has just been seen, or should have been, is left alone.
    """
    rows = session.execute(
        select(Appointment, Shift)
        .join(Shift, Shift.id == Appointment.shift_id)
        .join(ShiftRole, ShiftRole.id == Appointment.shift_role_id)
        .where(ShiftRole.activity_role_id == activity_role_id, Appointment.state.in_(STANDING))
        .where(Appointment.forgotten_at.is_(None), Shift.ends_at > now)
        .order_by(Shift.starts_at, Appointment.slot, Appointment.id)
        .execution_options(populate_existing=True)
    ).all()
    rules = session.get_one(Consultation, activity_role_id)
    fallen = []
    for one, shift in rows:
        hours = known.get(one.shift_role_id) or Hours(shift, one.shift_role_id, "", rules, {})
        slot = hours.slot(one.room, one.slot)
        had = slot or Slot(one.shift_role_id, one.room, one.slot, shift.ends_at, shift.ends_at)
        is_seen = slot is not None and one.room in hours.sitting and shift.state == ShiftState.OPEN
        if one.state == AppointmentState.WAITING or (not is_seen and had.ends_at > now) or slot is None:
            fallen.append((one, had))
    return fallen


def _standing(session: Session, several: Sequence[Hours]) -> Sequence[Appointment]:
    return session.scalars(
        select(Appointment)
        .where(Appointment.shift_role_id.in_([one.shift_role_id for one in several]))
        .where(Appointment.state.in_(STANDING), Appointment.forgotten_at.is_(None))
        .order_by(Appointment.slot, Appointment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _tell(session: Session, one: Appointment, *, to: AppointmentState) -> None:
    one.move(to)
    one.version += 1
    session.flush()
    outbox.record(session, AppointmentChanged(one.id))
