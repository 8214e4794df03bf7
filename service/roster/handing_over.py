"""A place goes from its holder to somebody else, who has said yes: it is somebody's at any moment, and one person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service import outbox
from service.events import AssignmentConfirmed, AssignmentReleased
from service.roster.actions import put_down
from service.roster.models import Assignment
from service.terms import AssignmentState, ReleaseReason


@dataclass(frozen=True, slots=True)
class HandOver:
    """One place that goes to somebody else, with the sign-up by which she had asked for it, if any."""

    place: Assignment
    to: int
    signup_id: int | None = None


def hand_over(
    session: Session, changes: Sequence[HandOver], *, now: datetime, answered_by: int | None = None
) -> list[Assignment]:
    """Each of these confirmed places goes from its holder to another person, who has said yes; all or none.

    No place is free in between, and nobody holds two. The caller holds the locks of all these people, has asked the
    rules, and whether each has confirmed the risk notice. Returns the new places in the same order. Raises
    ConflictingDuty, and ForbiddenMove for a place that is not confirmed.
    """
    for change in changes:
        change.place.move(AssignmentState.RELEASED)
        change.place.release_reason = ReleaseReason.SWAPPED
        outbox.record(session, AssignmentReleased(change.place.id))
    session.flush()
    made = [
        Assignment(
            area_id=change.place.area_id,
            shift_id=change.place.shift_id,
            shift_role_id=change.place.shift_role_id,
            volunteer_id=change.to,
            signup_id=change.signup_id,
            state=AssignmentState.CONFIRMED,
            occupies=change.place.occupies,
            assigned_at=now,
            answered_at=now,
            answered_by=answered_by,
        )
        for change in changes
    ]
    session.add_all(made)
    put_down(session, whose="one of these people")
    for assignment in made:
        outbox.record(session, AssignmentConfirmed(assignment.id))
    return made
