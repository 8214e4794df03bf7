"""Lists of assignments for those they concern: the volunteer herself, and the coordinators of the shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Row, Select, false, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.places.queries import within, within_or_own
from service.roster.models import WAS_TOLD, Assignment
from service.terms import AssignmentState
from service.volunteers.models import Volunteer

ListedRow: TypeAlias = Row[Assignment, str, Shift, Activity, ActivityRole]


def visible(
    session: Session, assignment_id: int, *, volunteer_id: int | None, scope_ids: Sequence[int]
) -> ListedRow | None:
    """(assignment, name, shift, activity, role), if it is this volunteer's own or in one of the scopes."""
    return session.execute(_listed(volunteer_id, scope_ids).where(Assignment.id == assignment_id)).one_or_none()


def listed(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    shift_id: int | None = None,
    activity_id: int | None = None,
    of_volunteer_id: int | None = None,
    state: AssignmentState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[ListedRow]:
    """Assignments that are this volunteer's own or in one of the scopes, by id."""
    statement = _listed(volunteer_id, scope_ids).where(Assignment.id > after_id)
    for column, wanted in (
        (Assignment.shift_id, shift_id),
        (Shift.activity_id, activity_id),
        (Assignment.volunteer_id, of_volunteer_id),
        (Assignment.state, state),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    return session.execute(statement.order_by(Assignment.id).limit(limit)).all()


def _listed(
    volunteer_id: int | None, scope_ids: Sequence[int]
) -> Select[Assignment, str, Shift, Activity, ActivityRole]:
    """Drafts are the coordinator's, also those that were dropped: nobody learns of a place she was never offered."""
    mine = within_or_own(Assignment.area_id, scope_ids, owner=Assignment.volunteer_id, volunteer_id=volunteer_id)
    drafts = within(Assignment.area_id, scope_ids) if scope_ids else false()
    return (
        select(Assignment, Volunteer.name, Shift, Activity, ActivityRole)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(mine, WAS_TOLD | drafts)
    )
