"""Named reads of the roster."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Function, Integer, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.places.queries import within
from service.roster.models import HOLDING, ON_THE_ROSTER, SURE, Assignment
from service.terms import ActivityState, AssignmentState, ShiftState
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one role of one shift stands: wanted, surely coming, asked but not answered."""

    shift_id: int
    shift_role_id: int
    activity_id: int
    title: str
    role: str
    starts_at: datetime
    ends_at: datetime
    min_needed: int
    max_needed: int
    confirmed: int
    offered: int

    @property
    def gap(self) -> int:
        """People missing for the minimum, counting those asked as coming."""
        return max(0, self.min_needed - self.confirmed - self.offered)

    @property
    def is_sure(self) -> bool:
        """Whether the minimum is reached by people who said yes."""
        return self.confirmed >= self.min_needed


def coverage(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, until_at: datetime, activity_id: int | None = None
) -> list[Coverage]:
    """Every role of every open shift of published activities in scope, by start."""
    statement = (
        select(
            Shift.id,
            ShiftRole.id,
            Activity.id,
            Activity.title,
            ActivityRole.name,
            Shift.starts_at,
            Shift.ends_at,
            ShiftRole.min_needed,
            ShiftRole.max_needed,
            func.coalesce(_people().filter(Assignment.state.in_(SURE)), 0),
            func.coalesce(_people().filter(Assignment.state == AssignmentState.OFFERED), 0),
        )
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .outerjoin(
            Assignment,
            and_(
                Assignment.shift_role_id == ShiftRole.id,
                Assignment.state.in_(HOLDING),
                Assignment.is_stand_by.is_(False),
            ),
        )
        .where(within(Shift.area_id, scope_ids), Shift.starts_at >= from_at, Shift.starts_at < until_at)
        .where(Shift.state == ShiftState.OPEN, Activity.state == ActivityState.PUBLISHED)
        .group_by(Shift.id, ShiftRole.id, Activity.id, ActivityRole.id)
        .order_by(Shift.starts_at, Shift.id, ShiftRole.id)
    )
    if activity_id is not None:
        statement = statement.where(Activity.id == activity_id)
    return [Coverage(*row) for row in session.execute(statement)]


def _people() -> Function[int]:
    """How many come by these places: a family counts with all whom it brings."""
    return func.sum(Assignment.places, type_=Integer)


def gaps(session: Session, *, scope_ids: Sequence[int], from_at: datetime, until_at: datetime) -> list[Coverage]:
    """The roles of the window whose minimum is not reached for sure, by start: short of people, or not answered yet."""
    everything = coverage(session, scope_ids=scope_ids, from_at=from_at, until_at=until_at)
    return [role for role in everything if not role.is_sure]


def roster(
    session: Session,
    *,
    scope_ids: Sequence[int],
    activity_id: int,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Sequence[Row[Assignment, Volunteer, Shift, ActivityRole]]:
    """Who is on the roster of the activity's shifts, or drafted for it, by start and name.

    With a window, only shifts that start in [from_at, until_at).
    """
    window = [Shift.starts_at >= from_at] if from_at is not None else []
    window += [Shift.starts_at < until_at] if until_at is not None else []
    return session.execute(
        select(Assignment, Volunteer, Shift, ActivityRole)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(within(Shift.area_id, scope_ids), Shift.activity_id == activity_id)
        .where(Assignment.state.in_((*ON_THE_ROSTER, AssignmentState.DRAFTED)), *window)
        .order_by(Shift.starts_at, Shift.id, ActivityRole.id, Volunteer.pinyin, Assignment.id)
    ).all()


def assignment_in_scope(session: Session, assignment_id: int, *, scope_ids: Sequence[int]) -> Assignment | None:
    """The assignment, if its shift belongs to one of the scopes."""
    return session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, within(Assignment.area_id, scope_ids))
    )


def serves_in(session: Session, shift_id: int, *, volunteer_id: int) -> bool:
    """Whether she has a place in the shift and has said yes: only then does she read and write there."""
    held = select(Assignment.id).where(
        Assignment.shift_id == shift_id, Assignment.volunteer_id == volunteer_id, Assignment.state.in_(SURE)
    )
    return session.scalar(held) is not None


def holders(session: Session, shift_id: int) -> int:
    """How many people hold a place in the shift, or are asked to."""
    held = select(_people()).where(Assignment.shift_id == shift_id, Assignment.state.in_(HOLDING))
    return session.scalar(held) or 0


def holders_from(session: Session, activity_id: int, *, from_at: datetime) -> int:
    """How many places in the activity's shifts that start after `from_at` are held, or offered."""
    held = (
        select(_people())
        .select_from(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.activity_id == activity_id, Shift.starts_at > from_at, Assignment.state.in_(HOLDING))
    )
    return session.scalar(held) or 0


def unanswered(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, limit: int = 50
) -> Sequence[Row[Assignment, Volunteer, Shift, Activity, ActivityRole]]:
    """Offers that await an answer, the one that ends first in front."""
    return session.execute(
        _places(scope_ids)
        .where(Assignment.state == AssignmentState.OFFERED, Shift.starts_at > from_at)
        .order_by(Assignment.answer_by, Assignment.id)
        .limit(limit)
    ).all()


def declined(
    session: Session, *, scope_ids: Sequence[int], from_at: datetime, activity_id: int | None = None, limit: int = 50
) -> Sequence[Row[Assignment, Volunteer, Shift, Activity, ActivityRole]]:
    """Who said no to a place in a shift that starts after `from_at`, the soonest shift in front."""
    statement = _places(scope_ids).where(Assignment.state == AssignmentState.DECLINED, Shift.starts_at > from_at)
    if activity_id is not None:
        statement = statement.where(Activity.id == activity_id)
    return session.execute(statement.order_by(Shift.starts_at, Assignment.id).limit(limit)).all()


def suggestions(session: Session, assignment_ids: Collection[int]) -> dict[int, str]:
    """Whom those who said no to these places suggested, by assignment: a known person's name, or what was typed."""
    rows = session.execute(
        select(Assignment.id, func.coalesce(Volunteer.name, Assignment.suggested_name))
        .outerjoin(Volunteer, Volunteer.id == Assignment.suggested_id)
        .where(Assignment.id.in_(assignment_ids))
        .where(or_(Assignment.suggested_id.is_not(None), Assignment.suggested_name != ""))
    )
    return dict(rows.all())


def _places(scope_ids: Sequence[int]) -> Select[Assignment, Volunteer, Shift, Activity, ActivityRole]:
    return (
        select(Assignment, Volunteer, Shift, Activity, ActivityRole)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(within(Assignment.area_id, scope_ids), Shift.state == ShiftState.OPEN)
    )


def first_asked(assignment: Assignment) -> int:
    """The assignment by which the message is known that asks about this one, perhaps about others too."""
    return assignment.asked_with_id or assignment.id


def asked_together(session: Session, assignments: Collection[Assignment]) -> dict[int, list[Assignment]]:
    """The places that are asked about in one message with each of these, by the first of them; next shift first."""
    together: dict[int, list[Assignment]] = {one.id: [one] for one in assignments if one.asked_with_id is None}
    firsts = {one.asked_with_id for one in assignments if one.asked_with_id is not None}
    if firsts:
        rows = session.scalars(
            select(Assignment)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Assignment.asked_with_id.in_(firsts))
            .order_by(Shift.starts_at, Assignment.id)
            .execution_options(populate_existing=True)
        )
        for one in rows:
            together.setdefault(first_asked(one), []).append(one)
    return together


def of_signup(session: Session, signup_id: int) -> Assignment | None:
    """The newest place a sign-up led to."""
    return session.scalar(
        select(Assignment).where(Assignment.signup_id == signup_id).order_by(Assignment.id.desc()).limit(1)
    )


def of_volunteer(session: Session, assignment_id: int, *, volunteer_id: int) -> Assignment | None:
    """The assignment, if it is this person's own."""
    return session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, Assignment.volunteer_id == volunteer_id)
    )
