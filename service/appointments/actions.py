"""What can be done about appointments: open a role for them, book, answer, change, cancel; forget who came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import audit, outbox, secrets
from service.activities.models import ActivityRole, Shift, ShiftRole
from service.appointments import following, queries
from service.appointments.models import STANDING, Appointment, Consultation
from service.appointments.queries import Hours
from service.appointments.rules import KEPT, MOST_FOR_ONE_PHONE, Slot, is_mobile
from service.events import AppointmentChanged
from service.terms import ActivityState, AppointmentState, AskedHow

#: Its own, so that nobody finds a registered volunteer's appointments by the digest of her number.
PHONE = "appointment"


class AppointmentRefused(Exception):
    """It cannot be done. `problem` is a code: no_slot, taken, begun, too_many, private, mobile_needed, over,
    in_use, no_rooms, not_published."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Typist:
    """Who types for somebody else: her account, the volunteer she is, and how she was asked."""

    account_id: int
    volunteer_id: int | None
    asked_how: AskedHow


def set_consultation(
    session: Session,
    role: ActivityRole,
    *,
    slot_minutes: int,
    rooms: Sequence[str],
    is_private: bool,
    account_id: int,
    now: datetime,
) -> Consultation:
    """Whoever serves in this role sees people one by one from now on. Further rooms may be added at any time.

    Anything else is refused while somebody is still to be seen (AppointmentRefused: in_use): she booked on these terms.
    """
    before = session.get(Consultation, role.id, with_for_update=True, populate_existing=True)
    given = {"slot_minutes": slot_minutes, "rooms": list(rooms), "is_private": is_private}
    if not rooms:
        raise AppointmentRefused("no_rooms")
    if role.activity.state != ActivityState.PUBLISHED:
        raise AppointmentRefused("not_published")
    if before is not None:
        is_more = list(rooms[: len(before.rooms)]) == before.rooms
        is_same = (before.slot_minutes, before.is_private) == (slot_minutes, is_private)
        if not (is_more and is_same) and queries.has_standing(session, role.id, now=now):
            raise AppointmentRefused("in_use")
    row = insert(Consultation).values(activity_role_id=role.id, **given)
    session.execute(row.on_conflict_do_update(index_elements=["activity_role_id"], set_=given))
    following.seat_all(session, role.id, now=now)
    audit.note(
        session,
        verb="set_consultation",
        subject=("activity", role.activity_id),
        account_id=account_id,
        area_id=role.activity.area_id,
        now=now,
    )
    return session.get_one(Consultation, role.id, populate_existing=True)


def book(
    session: Session,
    *,
    shift_role_id: int,
    room: int,
    slot: int,
    name: str,
    phone: str | None,
    now: datetime,
    by: Typist | None = None,
) -> Appointment:
    """Somebody has this slot from now on. `phone` is E.164; `by` typed it for her, else she has proved that number.

    A private one is booked by herself or by who sits there, and with a mobile number: nobody may have to call her.
    Raises AppointmentRefused.
    """
    hours, wanted = _open(session, shift_role_id, room=room, slot=slot, now=now)
    if hours.rules.is_private:
        if by is not None and (by.volunteer_id is None or hours.sitting.get(room) != by.volunteer_id):
            raise AppointmentRefused("private")
        if not is_mobile(phone):
            raise AppointmentRefused("mobile_needed")
    digest = secrets.digest(phone, purpose=PHONE) if phone else None
    is_hers = by is None and digest is not None
    if is_hers and queries.of_phone(session, shift_role_id, digest=digest) >= MOST_FOR_ONE_PHONE:
        raise AppointmentRefused("too_many")
    made = Appointment(
        area_id=hours.shift.area_id,
        shift_id=hours.shift.id,
        shift_role_id=shift_role_id,
        room=wanted.room,
        slot=wanted.number,
        state=AppointmentState.BOOKED,
        name_sealed=secrets.seal(name),
        phone_sealed=secrets.seal(phone) if phone else None,
        phone_digest=digest,
        has_mobile=is_mobile(phone),
        asked_how=by.asked_how if by else None,
        typed_by=by.account_id if by else None,
        booked_at=now,
    )
    _put_down(session, made)
    outbox.record(session, AppointmentChanged(made.id))
    if by is not None:
        _note(session, "booked_appointment", made, account_id=by.account_id, now=now)
    return made


def change(
    session: Session,
    appointment_id: int,
    *,
    shift_role_id: int,
    room: int,
    slot: int,
    now: datetime,
    account_id: int | None,
) -> Appointment:
    """She takes another slot of the same kind of work, and is told. Raises AppointmentRefused."""
    one = _locked(session, appointment_id)
    hours, wanted = _open(session, shift_role_id, room=room, slot=slot, now=now)
    was = queries.hours(session, one.shift_role_id)
    if was is None or was.rules.activity_role_id != hours.rules.activity_role_id:
        raise AppointmentRefused("no_slot")
    if one.state not in STANDING:
        raise AppointmentRefused("over")
    following.put(one, hours, wanted, to=AppointmentState.BOOKED)
    _put_down(session, one)
    outbox.record(session, AppointmentChanged(one.id))
    _note(session, "changed_appointment", one, account_id=account_id, now=now)
    return one


def answer(
    session: Session, appointment_id: int, *, is_yes: bool, now: datetime, account_id: int | None = None
) -> Appointment:
    """Yes or no to the slot she was offered instead. Twice is harmless. Raises AppointmentRefused."""
    one = _locked(session, appointment_id)
    if not is_yes:
        return cancel(session, appointment_id, now=now, account_id=account_id)
    if one.state == AppointmentState.BOOKED:
        return one
    hours = queries.hours(session, one.shift_role_id)
    if one.state != AppointmentState.OFFERED or hours is None or hours.shift.ends_at <= now:
        raise AppointmentRefused("over")
    one.move(AppointmentState.BOOKED)
    session.flush()
    _note(session, "answered_appointment", one, account_id=account_id, now=now)
    return one


def cancel(session: Session, appointment_id: int, *, now: datetime, account_id: int | None = None) -> Appointment:
    """She does not come: the slot is free, first for who waits for one. Twice is harmless."""
    one = _locked(session, appointment_id)
    if one.state == AppointmentState.CANCELLED:
        return one
    one.move(AppointmentState.CANCELLED)
    session.flush()
    _note(session, "cancelled_appointment", one, account_id=account_id, now=now)
    following.offer_free(session, one.shift_role_id, now=now)
    return one


def forget(session: Session, *, now: datetime) -> list[int]:
    """Names and numbers of those who were to be seen more than KEPT ago are gone; the ids of these appointments."""
    over = select(Shift.id).where(Shift.id == Appointment.shift_id, Shift.ends_at < now - KEPT).exists()
    gone = session.scalars(
        update(Appointment)
        .where(Appointment.forgotten_at.is_(None), over)
        .values(name_sealed=None, phone_sealed=None, phone_digest=None, forgotten_at=now)
        .returning(Appointment.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(gone)


def look(
    session: Session, shift: Shift, *, account_id: int, now: datetime, verb: str = "looked_at_appointments"
) -> None:
    """Somebody reads who comes: written down with the shift."""
    subject = ("shift", shift.id)
    audit.note(session, verb=verb, subject=subject, account_id=account_id, area_id=shift.area_id, now=now)


def look_at_phone(session: Session, one: Appointment, *, why: str, account_id: int, now: datetime) -> None:
    """Somebody reads her number: written down with the appointment."""
    _note(session, "looked_at_appointment_phone", one, account_id=account_id, now=now, why=why)


def _open(session: Session, shift_role_id: int, *, room: int, slot: int, now: datetime) -> tuple[Hours, Slot]:
    """The slot, with its kind of work locked. Raises AppointmentRefused unless somebody sits there."""
    kind = select(ShiftRole.activity_role_id).where(ShiftRole.id == shift_role_id).scalar_subquery()
    session.execute(select(Consultation).where(Consultation.activity_role_id == kind).with_for_update())
    hours = queries.hours(session, shift_role_id)
    wanted = hours.slot(room, slot) if hours else None
    if hours is None or wanted is None:
        raise AppointmentRefused("no_slot")
    if wanted.starts_at <= now:
        raise AppointmentRefused("begun")
    if wanted not in queries.free(session, [hours], now=now):
        raise AppointmentRefused("taken" if room in hours.sitting else "no_slot")
    return hours, wanted


def _put_down(session: Session, one: Appointment) -> None:
    try:
        with session.begin_nested():
            session.add(one)
            session.flush()
    except IntegrityError as error:
        raise AppointmentRefused("taken") from error


def _locked(session: Session, appointment_id: int) -> Appointment:
    """The appointment, its kind of work locked before it: what is offered to whom changes one after the other."""
    kind = (
        select(ShiftRole.activity_role_id)
        .join(Appointment, Appointment.shift_role_id == ShiftRole.id)
        .where(Appointment.id == appointment_id)
        .scalar_subquery()
    )
    session.execute(select(Consultation).where(Consultation.activity_role_id == kind).with_for_update())
    return session.get_one(Appointment, appointment_id, with_for_update=True, populate_existing=True)


def _note(
    session: Session, verb: str, one: Appointment, *, account_id: int | None, now: datetime, **details: Any
) -> None:
    """Who comes is in no audit: only what somebody at a desk, or who sits there, did."""
    if account_id is not None:
        audit.note_about(session, verb, one, account_id=account_id, now=now, **details)
