"""What one person has on the roster: what she reads about her own places, and what pages say of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.roster.models import ON_THE_ROSTER, WAS_TOLD, Assignment
from service.terms import AssignmentState, ReleaseReason

DutyRow: TypeAlias = Row[Assignment, Shift, Activity, ActivityRole]


def duties(session: Session, volunteer_id: int, *, from_at: datetime) -> Sequence[DutyRow]:
    """A person's places on the roster that are not over yet, next first."""
    return session.execute(
        _duties()
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(ON_THE_ROSTER), Shift.ends_at > from_at)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def duties_before(session: Session, volunteer_id: int, *, until_at: datetime, limit: int = 10) -> Sequence[DutyRow]:
    """A person's places on the roster that are over, latest first."""
    return session.execute(
        _duties()
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(ON_THE_ROSTER), Shift.ends_at <= until_at)
        .order_by(Shift.starts_at.desc(), Shift.id)
        .limit(limit)
    ).all()


def of_calendar(session: Session, volunteer_id: int, *, from_at: datetime, limit: int = 300) -> list[DutyRow]:
    """What a person's calendar tells of: of each shift from then on her newest place, by start.

    Those she gave up and those called off too: a calendar that has them must learn that they are off.
    """
    newest = (
        select(func.max(Assignment.id))
        .where(Assignment.volunteer_id == volunteer_id, WAS_TOLD)
        .group_by(Assignment.shift_id)
    )
    rows = session.execute(
        _duties()
        .where(Assignment.id.in_(newest), Shift.starts_at >= from_at)
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    )
    return list(rows.all())


def duties_of(session: Session, assignment_ids: Collection[int]) -> list[DutyRow]:
    """These assignments with their shifts, next first."""
    rows = session.execute(_duties().where(Assignment.id.in_(assignment_ids)).order_by(Shift.starts_at, Assignment.id))
    return list(rows.all())


def duty(session: Session, assignment_id: int) -> DutyRow | None:
    """One assignment with its shift, activity and role."""
    return session.execute(_duties().where(Assignment.id == assignment_id)).one_or_none()


def of_person_between(
    session: Session, volunteer_id: int, *, activity_id: int, from_at: datetime, until_at: datetime
) -> list[DutyRow]:
    """A person's places and drafts in the activity's shifts that start in [from_at, until_at), next first."""
    rows = session.execute(
        _duties()
        .where(Assignment.volunteer_id == volunteer_id, Shift.activity_id == activity_id)
        .where(Assignment.state.in_((*ON_THE_ROSTER, AssignmentState.DRAFTED)))
        .where(Shift.starts_at >= from_at, Shift.starts_at < until_at)
        .order_by(Shift.starts_at, Assignment.id)
    )
    return list(rows.all())


def called_off(session: Session, volunteer_id: int, *, from_at: datetime) -> Sequence[DutyRow]:
    """The places a person held in shifts that were called off and would not be over yet, next first."""
    return session.execute(
        _duties()
        .where(Assignment.volunteer_id == volunteer_id, Shift.ends_at > from_at)
        .where(Assignment.release_reason == ReleaseReason.SHIFT_CANCELLED)
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def _duties() -> Select[Assignment, Shift, Activity, ActivityRole]:
    return (
        select(Assignment, Shift, Activity, ActivityRole)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )
