"""Named reads of appointments. Who comes to a private consultation is read by who sits there only: kept here, not at
a door."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from service import secrets
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.appointments.models import HOLDING, STANDING, Appointment, Consultation, Sitting
from service.appointments.rules import AHEAD, Slot, times
from service.places.queries import within
from service.roster.models import SURE, Assignment
from service.terms import ActivityState, AppointmentState, ShiftState


@dataclass(frozen=True, slots=True)
class Hours:
    """One role of one shift in which people are seen one by one, and who sits in which room by now (volunteer ids)."""

    shift: Shift
    shift_role_id: int
    role: str
    rules: Consultation
    sitting: dict[int, int]

    @property
    def slots(self) -> list[Slot]:
        """Every slot of every room, by start."""
        whole = times(self.shift.starts_at, self.shift.ends_at, minutes=self.rules.slot_minutes)
        return [
            Slot(self.shift_role_id, room, number, starts_at, ends_at)
            for number, (starts_at, ends_at) in enumerate(whole)
            for room in range(len(self.rules.rooms))
        ]

    def slot(self, room: int, number: int) -> Slot | None:
        """That slot, if there is one."""
        return next((one for one in self.slots if (one.room, one.number) == (room, number)), None)


@dataclass(frozen=True, slots=True)
class Line:
    """A slot as its reader may see it: `appointment` is None where it is free or not hers to read (`is_taken`)."""

    slot: Slot
    is_open: bool
    is_taken: bool
    appointment: Appointment | None = None
    name: str = ""


def consultations(session: Session, activity_id: int) -> Sequence[Row[ActivityRole, Consultation | None]]:
    """The roles of an activity, each with how people are seen there, if they are."""
    return session.execute(
        select(ActivityRole, Consultation)
        .outerjoin(Consultation, Consultation.activity_role_id == ActivityRole.id)
        .where(ActivityRole.activity_id == activity_id)
        .order_by(ActivityRole.id)
    ).all()


def hours(session: Session, shift_role_id: int) -> Hours | None:
    """That role of a shift, if people are seen there."""
    return next(iter(_hours(session, _rows().where(ShiftRole.id == shift_role_id))), None)


def of_shift(session: Session, shift_id: int) -> list[Hours]:
    """The roles of a shift in which people are seen."""
    return _hours(session, _rows().where(Shift.id == shift_id))


def coming(session: Session, activity_role_ids: Collection[int], *, now: datetime) -> list[Hours]:
    """All of these kinds of work that are not over and near enough, by start."""
    return _hours(
        session,
        _rows().where(
            Consultation.activity_role_id.in_(activity_role_ids),
            *(Shift.ends_at > now, Shift.starts_at < now + AHEAD, Shift.state == ShiftState.OPEN),
        ),
    )


def free(session: Session, several: Sequence[Hours], *, now: datetime) -> list[Slot]:
    """What can be booked: open, somebody sits there, nobody has it, not begun."""
    taken = _taken(session, several)
    return [
        slot
        for one in several
        if one.shift.state == ShiftState.OPEN
        for slot in one.slots
        if slot.room in one.sitting and slot.starts_at > now and _key(slot) not in taken
    ]


def to_book(session: Session, activity_id: int, *, now: datetime) -> list[tuple[Hours, int]]:
    """Where in a published activity one can make an appointment, each with how many slots are free, by start."""
    kinds = select(ActivityRole.id).where(ActivityRole.activity_id == activity_id)
    several = coming(session, session.scalars(kinds).all(), now=now)
    left = [slot.shift_role_id for slot in free(session, several, now=now)]
    return [(one, left.count(one.shift_role_id)) for one in several]


def table(session: Session, one: Hours, *, volunteer_id: int | None, is_desk: bool) -> list[Line]:
    """Every slot, with the names its reader may see: in her own room, or at the desk where it is not private."""
    held = {
        (row.room, row.slot): row
        for row in session.scalars(
            select(Appointment)
            .where(Appointment.shift_role_id == one.shift_role_id, Appointment.state.in_(HOLDING))
            .execution_options(populate_existing=True)
        )
    }
    lines = []
    for slot in one.slots:
        row = held.get((slot.room, slot.number))
        is_open = slot.room in one.sitting and one.shift.state == ShiftState.OPEN
        is_known = row is not None and row.forgotten_at is None
        shown = row if is_known and _may_read(one, slot.room, volunteer_id, is_desk=is_desk) else None
        lines.append(Line(slot, is_open, row is not None, shown, name(shown) if shown else ""))
    return lines


def waiting(session: Session, shift_id: int, *, scope_ids: Sequence[int]) -> Sequence[Appointment]:
    """Who had a slot of this shift that fell, and has no other; not of private ones: they hear by message only."""
    return session.scalars(
        _visible(scope_ids, volunteer_id=None)
        .where(Appointment.shift_id == shift_id, Appointment.state == AppointmentState.WAITING)
        .order_by(Appointment.slot, Appointment.room)
    ).all()


def to_call(session: Session, *, scope_ids: Sequence[int], now: datetime) -> Sequence[Row[Appointment, Shift]]:
    """Who has to be told by somebody that her time has changed or fell: no text message reaches her."""
    return session.execute(
        _visible(scope_ids, volunteer_id=None)
        .add_columns(Shift)
        .join(Shift, Shift.id == Appointment.shift_id)
        .where(Appointment.has_mobile.is_(False), Shift.ends_at > now)
        .where(Appointment.state.in_((AppointmentState.OFFERED, AppointmentState.WAITING)))
        .order_by(Shift.starts_at, Appointment.slot, Appointment.id)
    ).all()


def visible(
    session: Session, appointment_id: int, *, scope_ids: Sequence[int], volunteer_id: int | None
) -> Appointment | None:
    """The appointment, if it is in her own room, or in one of the scopes and not private."""
    return session.scalar(_visible(scope_ids, volunteer_id=volunteer_id).where(Appointment.id == appointment_id))


def sits(session: Session, shift_id: int, *, volunteer_id: int | None) -> bool:
    """Whether she sees people in this shift."""
    return any(volunteer_id in one.sitting.values() for one in of_shift(session, shift_id))


def to_see(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Row[Shift, Activity]]:
    """The coming shifts in which she sees people, by start."""
    return session.execute(
        select(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Sitting, Sitting.assignment_id == Assignment.id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(SURE), Shift.ends_at > now)
        .where(Shift.state == ShiftState.OPEN)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def of_phone(session: Session, shift_role_id: int, *, digest: bytes | None) -> int:
    """How many slots of this role that number holds or waits for."""
    held = select(func.count()).where(
        Appointment.shift_role_id == shift_role_id,
        Appointment.phone_digest == digest,
        Appointment.state.in_(STANDING),
    )
    return session.scalars(held).one()


def has_standing(session: Session, activity_role_id: int, *, now: datetime) -> bool:
    """Whether anybody is still to be seen in this kind of work."""
    stands = (
        select(Appointment.id)
        .join(ShiftRole, ShiftRole.id == Appointment.shift_role_id)
        .join(Shift, Shift.id == Appointment.shift_id)
        .where(ShiftRole.activity_role_id == activity_role_id, Shift.ends_at > now)
        .where(Appointment.state.in_(STANDING))
    )
    return session.scalar(select(stands.exists())) or False


def name(one: Appointment) -> str:
    """Her name; empty once it is forgotten."""
    return secrets.unseal(one.name_sealed) if one.name_sealed is not None else ""


def phone(one: Appointment) -> str:
    """Her number (E.164), empty where she has none. Whoever asks is to be written down: actions.look_at_phone."""
    return secrets.unseal(one.phone_sealed) if one.phone_sealed is not None else ""


def _may_read(one: Hours, room: int, volunteer_id: int | None, *, is_desk: bool) -> bool:
    sits_there = volunteer_id is not None and one.sitting.get(room) == volunteer_id
    return sits_there or (is_desk and not one.rules.is_private)


def _visible(scope_ids: Sequence[int], *, volunteer_id: int | None) -> Select[Appointment]:
    here = exists().where(
        Sitting.shift_role_id == Appointment.shift_role_id,
        Sitting.room == Appointment.room,
        Assignment.id == Sitting.assignment_id,
        Assignment.volunteer_id == volunteer_id,
        Assignment.state.in_(SURE),
    )
    return select(Appointment).where(
        Appointment.forgotten_at.is_(None),
        or_(and_(here, Appointment.state.in_(HOLDING)), and_(within(Appointment.area_id, scope_ids), ~_is_private())),
    )


def _is_private() -> ColumnElement[bool]:
    return exists().where(
        ShiftRole.id == Appointment.shift_role_id,
        Consultation.activity_role_id == ShiftRole.activity_role_id,
        Consultation.is_private,
    )


def _rows() -> Select[Shift, int, str, Consultation]:
    return (
        select(Shift, ShiftRole.id, ActivityRole.name, Consultation)
        .join(ShiftRole, ShiftRole.shift_id == Shift.id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .join(Consultation, Consultation.activity_role_id == ActivityRole.id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Activity.state != ActivityState.DRAFT)
        .order_by(Shift.starts_at, ShiftRole.id)
    )


def _hours(session: Session, statement: Select[Shift, int, str, Consultation]) -> list[Hours]:
    rows = session.execute(statement.execution_options(populate_existing=True)).all()
    sitting = session.execute(
        select(Sitting.shift_role_id, Sitting.room, Assignment.volunteer_id)
        .join(Assignment, Assignment.id == Sitting.assignment_id)
        .where(Sitting.shift_role_id.in_([role_id for _shift, role_id, *_ in rows]), Assignment.state.in_(SURE))
    ).all()
    return [
        Hours(shift, role_id, role, rules, {room: who for of, room, who in sitting if of == role_id})
        for shift, role_id, role, rules in rows
    ]


def _taken(session: Session, several: Sequence[Hours]) -> set[tuple[int, int, int]]:
    held = session.execute(
        select(Appointment.shift_role_id, Appointment.room, Appointment.slot)
        .where(Appointment.shift_role_id.in_([one.shift_role_id for one in several]))
        .where(Appointment.state.in_(HOLDING))
    )
    return {(role_id, room, slot) for role_id, room, slot in held}


def _key(slot: Slot) -> tuple[int, int, int]:
    return slot.shift_role_id, slot.room, slot.number
