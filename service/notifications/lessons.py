"""Days of courses, as messages speak of them to whoever learns there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from service.activities.models import Shift, ShiftRole
from service.courses.models import Enrolment
from service.db import one_of
from service.notifications.occasions import occasions
from service.notifications.rules import Duty
from service.notifications.weeks import Telling


def lessons(session: Session, notifications: Sequence[Telling]) -> dict[int, list[Duty]]:
    """The days each of these speaks of, by its id, with how the reader is enrolled by now; she learns, in no role."""
    asked = [(n.id, n.volunteer_id, shift_id) for n in notifications for shift_id in n.subject_ids["shift_ids"]]
    if not asked:
        return {}
    days = {
        day.id: day
        for day in session.execute(
            select(Shift.id, Shift.activity_id, func.min(ShiftRole.id).label("role_id"))
            .join(ShiftRole, ShiftRole.shift_id == Shift.id)
            .where(one_of(Shift.id, {shift_id for _, _, shift_id in asked}))
            .group_by(Shift.id)
        )
    }
    known = occasions(session, {day.role_id for day in days.values()})
    hers = [(days[shift_id].activity_id, volunteer_id or 0) for _, volunteer_id, shift_id in asked]
    states = {
        (one.activity_id, one.volunteer_id): one.state
        for one in session.scalars(
            select(Enrolment)
            .where(tuple_(Enrolment.activity_id, Enrolment.volunteer_id).in_(hers))
            .execution_options(populate_existing=True)
        )
    }
    told: dict[int, list[Duty]] = {}
    for (one, _volunteer_id, shift_id), key in zip(asked, hers, strict=True):
        occasion = {**known[days[shift_id].role_id], "role": ""}
        told.setdefault(one, []).append(Duty(**occasion, enrolment_state=states.get(key)))
    return told
