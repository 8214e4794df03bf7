"""What somebody has before her: what she would give back if she left, and what others would have to take over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.backfill.models import Invitation
from service.courses.models import Enrolment
from service.courses.queries import IN
from service.courtyards.models import Charge
from service.places.models import Area
from service.promises.models import OWED, Promise
from service.roster.duties import DutyRow, duties
from service.roster.models import AWAITED, Assignment
from service.rotation.models import Rotation, RotationMember
from service.signups.models import STANDING, SignUp
from service.signups.queries import waiting
from service.swaps.models import Swap, SwapAsking
from service.terms import AssignmentState, EnrolmentState, InvitationState


def pools(session: Session, volunteer_id: int) -> Sequence[Row[RotationMember, Rotation, Activity]]:
    """The rotations in which she takes turns."""
    return session.execute(
        select(RotationMember, Rotation, Activity)
        .join(Rotation, Rotation.id == RotationMember.rotation_id)
        .join(Activity, Activity.id == Rotation.activity_id)
        .where(RotationMember.volunteer_id == volunteer_id, RotationMember.left_at.is_(None))
        .where(Rotation.closed_at.is_(None))
        .order_by(Rotation.id)
    ).all()


def charges(session: Session, volunteer_id: int, *, day: date) -> Sequence[Row[Charge, Area]]:
    """The places she answers for, or stands in for who does."""
    return session.execute(
        select(Charge, Area)
        .join(Area, Area.id == Charge.area_id)
        .where(Charge.volunteer_id == volunteer_id, Charge.from_on <= day)
        .where(or_(Charge.until_on.is_(None), Charge.until_on > day))
        .order_by(Area.id, Charge.id)
    ).all()


def owed(session: Session, volunteer_id: int) -> Sequence[Promise]:
    """What she has promised to places and not done yet, the most urgent first."""
    return session.scalars(
        select(Promise)
        .where(Promise.owner_id == volunteer_id, Promise.state.in_(OWED))
        .order_by(Promise.due_on, Promise.id)
    ).all()


def lessons(session: Session, volunteer_id: int) -> Sequence[Row[Enrolment, Activity]]:
    """The courses in which she learns, or waits for a place."""
    inside = (*IN, EnrolmentState.WAITLISTED)
    return session.execute(
        select(Enrolment, Activity)
        .join(Activity, Activity.id == Enrolment.activity_id)
        .where(Enrolment.volunteer_id == volunteer_id, Enrolment.state.in_(inside))
        .where(Enrolment.decided_at.is_(None))
        .order_by(Enrolment.activity_id)
    ).all()


@dataclass(frozen=True, slots=True)
class Ahead:
    """What somebody has before her, and would give back if she left; `stays` is what others must take over."""

    duties: Sequence[DutyRow]
    waiting: Sequence[Row[SignUp, Shift, Activity]]
    pools: Sequence[Row[RotationMember, Rotation, Activity]]
    lessons: Sequence[Row[Enrolment, Activity]]
    charges: Sequence[Row[Charge, Area]]
    owed: Sequence[Promise]


def ahead(session: Session, volunteer_id: int, *, now: datetime, day: date) -> Ahead:
    """All of it, next first. What has begun is not ahead any more."""
    return Ahead(
        duties=[
            row
            for row in duties(session, volunteer_id, from_at=now)
            if row.Shift.starts_at > now and row.Assignment.state in AWAITED
        ],
        waiting=[row for row in waiting(session, volunteer_id, from_at=now) if row.Shift.starts_at > now],
        pools=pools(session, volunteer_id),
        lessons=lessons(session, volunteer_id),
        charges=charges(session, volunteer_id, day=day),
        owed=owed(session, volunteer_id),
    )


def standing(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[int]:
    """Ids of her sign-ups that still stand, for shifts that have not begun."""
    return session.scalars(
        select(SignUp.id)
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(SignUp.volunteer_id == volunteer_id, SignUp.state.in_(STANDING), Shift.starts_at > now)
        .order_by(SignUp.id)
    ).all()


def places(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Assignment]:
    """Her places, asked about or pencilled in, in shifts that have not begun."""
    return session.scalars(
        select(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id == volunteer_id, Shift.starts_at > now)
        .where(Assignment.state.in_((*AWAITED, AssignmentState.DRAFTED)))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    ).all()


def invitations(session: Session, volunteer_id: int) -> Sequence[int]:
    """Ids of the invitations to step in that she has not answered."""
    asked = select(Invitation.id).where(Invitation.state == InvitationState.ASKED)
    return session.scalars(asked.where(Invitation.volunteer_id == volunteer_id).order_by(Invitation.id)).all()


def askings(session: Session, volunteer_id: int) -> Sequence[Row[int, int]]:
    """(asking, whose place it is) for each swap she has been asked about and has not answered."""
    return session.execute(
        select(SwapAsking.id, Assignment.volunteer_id)
        .join(Swap, Swap.id == SwapAsking.swap_id)
        .join(Assignment, Assignment.id == Swap.assignment_id)
        .where(SwapAsking.volunteer_id == volunteer_id, SwapAsking.state == InvitationState.ASKED)
        .order_by(SwapAsking.id)
    ).all()
