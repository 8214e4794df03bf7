"""What is said to whoever has an appointment: it is hers, it is another one, it fell. Forgotten with her name.

She is a telephone number, not a volunteer. Whom no text message reaches stands on the desk's list to be called.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.appointments import actions as appointments
from service.appointments import queries
from service.appointments.models import Appointment
from service.notifications.models import Delivery, Notification
from service.notifications.visits import APPOINTMENTS
from service.notifications.wanted import To, Wanted, notify
from service.terms import AppointmentState, NotificationKind

#: What each state is told by; who cancels knows it.
KINDS = {
    AppointmentState.BOOKED: NotificationKind.APPOINTMENT_BOOKED,
    AppointmentState.OFFERED: NotificationKind.APPOINTMENT_MOVED,
    AppointmentState.WAITING: NotificationKind.APPOINTMENT_OFF,
}


def tell(session: Session, *, appointment_id: int, now: datetime) -> None:
    """Tell her how her appointment stands now, once for each change. A private one is in no coordinator's list."""
    one = session.get_one(Appointment, appointment_id, populate_existing=True)
    hours = queries.hours(session, one.shift_role_id)
    kind = KINDS.get(AppointmentState(one.state))
    if kind is None or hours is None or not one.has_mobile or one.phone_sealed is None:
        return
    slot = hours.slot(one.room, one.slot)
    notify(
        session,
        Wanted(
            kind=kind,
            key=f"{_prefix(one.id)}{one.version}",
            to=To(phone_sealed=one.phone_sealed),
            subject_ids={APPOINTMENTS: [one.id]},
            area_id=None if hours.rules.is_private else one.area_id,
            starts_at=slot.starts_at if slot else hours.shift.starts_at,
        ),
        now=now,
    )


def forget(session: Session, *, now: datetime) -> int:
    """Names and numbers of appointments that are over are gone, and with them every message about them; how many."""
    gone = appointments.forget(session, now=now)
    for appointment_id in gone:
        _drop_messages(session, appointment_id)
    return len(gone)


def _drop_messages(session: Session, appointment_id: int) -> None:
    ids: Sequence[int] = session.scalars(
        select(Notification.id).where(Notification.key.startswith(_prefix(appointment_id), autoescape=True))
    ).all()
    session.execute(delete(Delivery).where(Delivery.notification_id.in_(ids)))
    session.execute(delete(Notification).where(Notification.id.in_(ids)))


def _prefix(appointment_id: int) -> str:
    return f"appointment:{appointment_id}:"
