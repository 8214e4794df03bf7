"""Lists of notifications for those they concern: the volunteer herself, and the coordinators of the area."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import one_of
from service.notifications.models import Notification
from service.notifications.queries import about_shift
from service.places.queries import within_or_own
from service.terms import NotificationKind, NotificationState


def listed(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    of_volunteer_id: int | None = None,
    about_shift_id: int | None = None,
    kind: NotificationKind | None = None,
    state: NotificationState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[Notification]:
    """Notifications that are this volunteer's own or in one of the scopes, by id. `about_shift_id`: of that shift."""
    reach = within_or_own(Notification.area_id, scope_ids, owner=Notification.volunteer_id, volunteer_id=volunteer_id)
    statement = select(Notification).where(reach, Notification.id > after_id)
    for column, wanted in (
        (Notification.volunteer_id, of_volunteer_id),
        (Notification.kind, kind),
        (Notification.state, state),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if about_shift_id is not None:
        about = about_shift(session, about_shift_id)
        statement = statement.where(one_of(Notification.id, [row.Notification.id for row in about]))
    return session.scalars(statement.order_by(Notification.id).limit(limit)).all()
