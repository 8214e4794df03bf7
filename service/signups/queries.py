"""Named reads around a sign-up: who asks, what is open, how the waitlist stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session, undefer

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.db import one_of
from service.places.queries import within
from service.roster.models import HOLDING, Assignment
from service.signups.models import STANDING, WAITING, SignUp
from service.signups.rules import Opening
from service.terms import ActivityState, Mode, QualificationKind, ShiftState, SignUpState
from service.volunteers.models import Volunteer

OpeningRow: TypeAlias = Row[ShiftRole, Shift, Activity, ActivityRole]


def opening(session: Session, *, shift_id: int, shift_role_id: int) -> OpeningRow | None:
    """The role of the shift with all that belongs to it; None when the shift has no such role."""
    return session.execute(all_openings().where(ShiftRole.id == shift_role_id, Shift.id == shift_id)).one_or_none()


def openings(session: Session, shift_role_ids: Collection[int]) -> dict[int, OpeningRow]:
    """Openings by the id of their places."""
    rows = session.execute(all_openings().where(one_of(ShiftRole.id, shift_role_ids))).all()
    return {row.ShiftRole.id: row for row in rows}


def as_opening(row: OpeningRow) -> Opening:
    """The row as the plain value the rules read; of a row that has more in it, what belongs to the opening."""
    role, shift, activity, definition = row.ShiftRole, row.Shift, row.Activity, row.ActivityRole
    return Opening(
        shift_id=shift.id,
        shift_role_id=role.id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        rest_after=timedelta(minutes=shift.rest_after),
        activity_state=activity.state,
        shift_state=shift.state,
        closes_at=shift.starts_at - timedelta(minutes=activity.closes_before),
        requires=tuple(QualificationKind(kind) for kind in definition.requires),
        tags=tuple(definition.tags),
        min_age=definition.min_age,
        max_age=definition.max_age,
        places_left=role.max_needed - role.taken,
        has_waitlist=activity.has_waitlist,
        is_instant=Mode(activity.mode).is_first_come,
        is_urgent=activity.mode == Mode.CALL_OUT,
        heat=shift.heat,
        most_together=min(definition.most_together, role.max_needed),
    )


def standing(session: Session, *, shift_id: int, volunteer_id: int) -> SignUp | None:
    """The sign-up of this person for this shift that still stands."""
    return session.scalar(
        select(SignUp).where(
            SignUp.shift_id == shift_id, SignUp.volunteer_id == volunteer_id, SignUp.state.in_(STANDING)
        )
    )


def of_volunteer(session: Session, signup_id: int, *, volunteer_id: int) -> SignUp | None:
    """The sign-up, if it is this person's own."""
    return session.scalar(select(SignUp).where(SignUp.id == signup_id, SignUp.volunteer_id == volunteer_id))


def waiting(session: Session, volunteer_id: int, *, from_at: datetime) -> Sequence[Row[SignUp, Shift, Activity]]:
    """A person's sign-ups that still wait for a place or for the matcher, next first.

    One whose place has been offered is not here: it waits for her own answer.
    """
    offered = select(Assignment.signup_id).where(Assignment.signup_id == SignUp.id, Assignment.state.in_(HOLDING))
    return session.execute(
        select(SignUp, Shift, Activity)
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(SignUp.volunteer_id == volunteer_id, Shift.ends_at > from_at)
        .where(SignUp.state.in_(WAITING), ~offered.exists())
        .order_by(Shift.starts_at, SignUp.id)
    ).all()


def in_scope(session: Session, signup_id: int, *, scope_ids: Sequence[int]) -> SignUp | None:
    """The sign-up, if its shift belongs to one of the scopes."""
    return session.scalar(select(SignUp).where(SignUp.id == signup_id, within(SignUp.area_id, scope_ids)))


def concerned(session: Session, volunteer_id: int, *, scope_ids: Sequence[int]) -> Volunteer | None:
    """The person, if she lives in one of the scopes, or asked for or was given a place there."""
    asked = exists().where(SignUp.volunteer_id == Volunteer.id, within(SignUp.area_id, scope_ids))
    placed = exists().where(Assignment.volunteer_id == Volunteer.id, within(Assignment.area_id, scope_ids))
    return session.scalar(
        select(Volunteer).where(Volunteer.id == volunteer_id, or_(within(Volunteer.area_id, scope_ids), asked, placed))
    )


def waitlist(session: Session, shift_role_id: int) -> Sequence[SignUp]:
    """Those waiting for a place in this role, first come first."""
    return session.scalars(
        select(SignUp)
        .where(SignUp.shift_role_id == shift_role_id, SignUp.state == SignUpState.WAITLISTED)
        .order_by(SignUp.id)
    ).all()


def roles_to_fill(session: Session, *, now: datetime, limit: int = 50) -> Sequence[int]:
    """Ids of roles in which somebody waits for whom, with all she brings, there is room; in open shifts that have not
    begun, next shift first."""
    return session.scalars(
        select(ShiftRole.id)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .where(Shift.state == ShiftState.OPEN, Shift.starts_at > now)
        .where(
            exists().where(
                SignUp.shift_role_id == ShiftRole.id,
                SignUp.state == SignUpState.WAITLISTED,
                ShiftRole.taken + SignUp.places <= ShiftRole.max_needed,
            )
        )
        .order_by(Shift.starts_at, ShiftRole.id)
        .limit(limit)
    ).all()


def waitlist_position(session: Session, signup: SignUp) -> int | None:
    """1 for the next in line; None when she is not waiting. Ranks cannot tie and leave no hole."""
    if signup.state != SignUpState.WAITLISTED:
        return None
    return session.scalar(
        select(func.count()).where(
            SignUp.shift_role_id == signup.shift_role_id,
            SignUp.state == SignUpState.WAITLISTED,
            SignUp.id <= signup.id,
        )
    )


def waiting_for(
    session: Session, *, scope_ids: Sequence[int], shift_ids: Sequence[int], limit: int = 30
) -> Sequence[Row[SignUp, Volunteer, int, int]]:
    """Who asked for a place in these shifts and has none offered yet: (sign-up, person, her rank, how many there are).

    The waitlist of each role, first come first, and likewise those who await the matcher; `limit` of each.
    """
    is_offered = exists().where(Assignment.signup_id == SignUp.id, Assignment.state.in_(HOLDING))
    alike = (SignUp.shift_role_id, SignUp.state)
    ranked = (
        select(
            SignUp.id,
            func.row_number().over(partition_by=alike, order_by=SignUp.id).label("rank"),
            func.count().over(partition_by=alike).label("total"),
        )
        .where(SignUp.shift_id.in_(shift_ids), within(SignUp.area_id, scope_ids), ~is_offered)
        .where(SignUp.state.in_(WAITING))
        .subquery()
    )
    return session.execute(
        select(SignUp, Volunteer, ranked.c.rank, ranked.c.total)
        .join(ranked, ranked.c.id == SignUp.id)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .where(ranked.c.rank <= limit)
        .order_by(SignUp.id)
    ).all()


def openings_in(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, activity_id: int | None = None, limit: int = 40
) -> Sequence[OpeningRow]:
    """Openings of the scopes, or of one activity there, that start after `from_at`: what a coordinator fills."""
    statement = (
        all_openings()
        .where(within(Shift.area_id, scope_ids), Shift.starts_at > from_at)
        .where(Shift.state == ShiftState.OPEN, Activity.state == ActivityState.PUBLISHED)
    )
    if activity_id is not None:
        statement = statement.where(Activity.id == activity_id)
    return session.execute(statement.order_by(Shift.starts_at, ShiftRole.id).limit(limit)).all()


def standing_shifts(session: Session, volunteer_id: int) -> set[int]:
    """The shifts this person has signed up for, with a sign-up that still stands."""
    mine = select(SignUp.shift_id).where(SignUp.volunteer_id == volunteer_id, SignUp.state.in_(STANDING))
    return set(session.scalars(mine))


def all_openings() -> Select[ShiftRole, Shift, Activity, ActivityRole]:
    """Each role of each shift with all that belongs to it: for a statement that says which."""
    return (
        select(ShiftRole, Shift, Activity, ActivityRole)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .options(undefer(Shift.heat_warnings))
    )
