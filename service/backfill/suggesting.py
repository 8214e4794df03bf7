"""Whoever says no to a place may say who could come instead: the search asks that person first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from service.backfill import candidates, queries
from service.backfill.models import Invitation
from service.roster import actions as roster
from service.roster.actions import Suggestion
from service.roster.models import Assignment
from service.volunteers.models import Volunteer


class NotToBeSuggested(Exception):
    """The person could not take the place, or belongs neither to the team nor to those who served there of late."""


def who_could_come(session: Session, assignment: Assignment) -> list[Volunteer]:
    """Whom the holder of the place may suggest, least burdened first."""
    row = queries.opening_of(session, assignment.shift_role_id)
    return candidates.colleagues(session, row, holder_id=assignment.volunteer_id)


def decline(
    session: Session,
    *,
    assignment_id: int,
    now: datetime,
    reason: str = "",
    suggestion: Suggestion | None = None,
    answered_by: int | None = None,
) -> Assignment:
    """Say no to a place, and perhaps who could come instead. Raises OfferClosed, NotToBeSuggested."""
    if suggestion is not None and suggestion.volunteer_id is not None:
        could = who_could_come(session, session.get_one(Assignment, assignment_id))
        if suggestion.volunteer_id not in {one.id for one in could}:
            raise NotToBeSuggested(f"volunteer {suggestion.volunteer_id} could not take assignment {assignment_id}")
    return roster.decline(
        session,
        assignment_id=assignment_id,
        now=now,
        reason=reason,
        suggestion=suggestion,
        answered_by=answered_by,
    )


def has_suggested(session: Session, shift_role_id: int, *, but_for: int | None = None) -> bool:
    """Whether whoever said no to a place in the role suggested somebody; `but_for`: not yet asked in that search."""
    is_asked = exists().where(Invitation.backfill_id == but_for, Invitation.volunteer_id == Assignment.suggested_id)
    suggested = select(Assignment.id).where(
        Assignment.shift_role_id == shift_role_id, Assignment.suggested_id.is_not(None), not_(is_asked)
    )
    return session.scalar(suggested.limit(1)) is not None


def suggestions(session: Session, shift_role_id: int) -> Sequence[Row[str, str]]:
    """(who said no to a place in the role, whom she suggested), first said first."""
    suggested = aliased(Volunteer)
    return session.execute(
        select(Volunteer.name, func.coalesce(suggested.name, Assignment.suggested_name))
        .select_from(Assignment)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .outerjoin(suggested, suggested.id == Assignment.suggested_id)
        .where(Assignment.shift_role_id == shift_role_id)
        .where(or_(Assignment.suggested_id.is_not(None), Assignment.suggested_name != ""))
        .order_by(Assignment.answered_at, Assignment.id)
    ).all()
