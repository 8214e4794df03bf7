"""Appointments, as messages speak of them to whoever has one: read for a whole batch, when it is sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.appointments import queries as appointments
from service.appointments.models import Appointment
from service.notifications.occasions import occasions
from service.terms import AppointmentState

#: How a notification names appointments among its subjects.
APPOINTMENTS = "appointment_ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """When and where somebody is seen. `title` is empty where that is private: messages are read over shoulders."""

    appointment_id: int
    title: str
    starts_at: datetime
    room: str
    place: str
    community: str
    landline: str
    contact_name: str
    state: AppointmentState
    is_forgotten: bool = False


def visits(session: Session, appointment_ids: Collection[int]) -> dict[int, Visit]:
    """Each of these appointments, by its id."""
    if not appointment_ids:
        return {}
    rows = session.scalars(
        select(Appointment).where(Appointment.id.in_(appointment_ids)).execution_options(populate_existing=True)
    ).all()
    known = occasions(session, {one.shift_role_id for one in rows})
    found = {}
    for one in rows:
        hours = appointments.hours(session, one.shift_role_id)
        occasion = known[one.shift_role_id]
        slot = hours.slot(one.room, one.slot) if hours else None
        is_private = hours is not None and hours.rules.is_private
        found[one.id] = Visit(
            appointment_id=one.id,
            title="" if is_private else occasion["title"],
            starts_at=slot.starts_at if slot else occasion["starts_at"],
            room=hours.rules.rooms[one.room] if hours and one.room < len(hours.rules.rooms) else "",
            place=occasion["place"],
            community=occasion["community"],
            landline=occasion["landline"],
            contact_name=occasion["contact_name"],
            state=AppointmentState(one.state),
            is_forgotten=one.forgotten_at is not None,
        )
    return found
