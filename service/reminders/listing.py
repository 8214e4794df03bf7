"""Lists of reminders for those they concern: the volunteer herself, and the coordinators of the area."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.places.queries import within_or_own
from service.reminders.models import Reminder
from service.terms import ReminderState


def listed(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    assignment_id: int | None = None,
    of_volunteer_id: int | None = None,
    state: ReminderState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[Reminder]:
    """Reminders that are this volunteer's own or in one of the scopes, by id."""
    reach = within_or_own(Reminder.area_id, scope_ids, owner=Reminder.volunteer_id, volunteer_id=volunteer_id)
    statement = select(Reminder).where(reach, Reminder.id > after_id)
    for column, wanted in (
        (Reminder.assignment_id, assignment_id),
        (Reminder.volunteer_id, of_volunteer_id),
        (Reminder.state, state),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    return session.scalars(statement.order_by(Reminder.id).limit(limit)).all()
