"""Named reads of match runs, and of the names behind the ids of a problem."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, Row, and_, any_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.activities.queries import IS_PLANNED
from service.db import one_of
from service.matching.crews import lacking
from service.matching.explain import Known
from service.matching.models import MatchRun
from service.matching.problem import instant
from service.matching.record import outcome_of, problem_of, proposal_of
from service.places.models import Area
from service.places.queries import within
from service.roster.models import HOLDING, Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState, MatchRunState, ShiftState
from service.volunteers.models import Volunteer


def in_scope(session: Session, match_run_id: int, *, scope_ids: Sequence[int]) -> MatchRun | None:
    """The run, if its activity belongs to one of the scopes."""
    return session.scalar(select(MatchRun).where(MatchRun.id == match_run_id, within(MatchRun.area_id, scope_ids)))


def listed(
    session: Session,
    *,
    scope_ids: Sequence[int],
    activity_id: int | None = None,
    before_id: int | None = None,
    limit: int = 30,
) -> Sequence[MatchRun]:
    """Runs in scope, newest first, without their problems and solutions; of one activity, if named."""
    statement = select(MatchRun).where(within(MatchRun.area_id, scope_ids)).order_by(MatchRun.id.desc()).limit(limit)
    if activity_id is not None:
        statement = statement.where(MatchRun.activity_ids.contains([activity_id]))
    if before_id is not None:
        statement = statement.where(MatchRun.id < before_id)
    return session.scalars(statement).all()


def plans_any_of(activity_ids: Sequence[int], *, from_at: datetime, until_at: datetime) -> ColumnElement[bool]:
    """Of `MatchRun`: it plans one of these activities in any of this time. Two runs of which that is true get in each
    other's way: the newer one takes the place of the older."""
    return and_(MatchRun.activity_ids.overlap(activity_ids), MatchRun.from_at < until_at, MatchRun.until_at > from_at)


def beside(run: MatchRun) -> ColumnElement[bool]:
    """Of `MatchRun`: it is another one, and in this one's way."""
    is_in_its_way = plans_any_of(run.activity_ids, from_at=run.from_at, until_at=run.until_at)
    return and_(MatchRun.id != run.id, is_in_its_way)


def planned_together(
    session: Session, community: Area, *, from_at: datetime, until_at: datetime
) -> Sequence[Row[Activity, int]]:
    """(activity, shifts) of what the community plans in this time, by id."""
    return session.execute(
        select(Activity, func.count())
        .join(Shift, Shift.activity_id == Activity.id)
        .where(within(Activity.area_id, [community.id]), IS_PLANNED, Shift.state == ShiftState.OPEN)
        .where(Shift.starts_at >= from_at, Shift.starts_at < until_at)
        .group_by(Activity.id)
        .order_by(Activity.id)
    ).all()


def drafts(session: Session, match_run_id: int) -> Sequence[Assignment]:
    """What the run proposes and nobody has published or dropped yet."""
    return session.scalars(
        select(Assignment)
        .where(Assignment.match_run_id == match_run_id, Assignment.state == AssignmentState.DRAFTED)
        .order_by(Assignment.id)
    ).all()


def versions_beside(session: Session, run: MatchRun) -> dict[int, int]:
    """The other runs with a plan for any of the run's time, each with how often it has changed."""
    rows = session.execute(select(MatchRun.id, MatchRun.version).where(beside(run), MatchRun.solution.is_not(None)))
    return dict(rows.all())


def placed_by(session: Session, match_run_id: int, *, role_ids: Collection[int]) -> dict[tuple[int, int], Assignment]:
    """What became of each placement of the run in these roles, by (person, role of the shift)."""
    rows = session.scalars(
        select(Assignment).where(Assignment.match_run_id == match_run_id, one_of(Assignment.shift_role_id, role_ids))
    )
    return {(row.volunteer_id, row.shift_role_id): row for row in rows}


def pinned(session: Session, role_ids: Sequence[int]) -> Sequence[Assignment]:
    """Places given in these roles, and those pencilled in by hand; of one person in one shift the given one."""
    is_pencilled = and_(Assignment.state == AssignmentState.DRAFTED, Assignment.match_run_id.is_(None))
    found = session.scalars(
        select(Assignment)
        .where(one_of(Assignment.shift_role_id, role_ids), or_(Assignment.state.in_(HOLDING), is_pencilled))
        .where(Assignment.is_stand_by.is_(False))
        .order_by(Assignment.state.in_(HOLDING), Assignment.id)
    )
    of_each = {(assignment.volunteer_id, assignment.shift_id): assignment for assignment in found}
    return sorted(of_each.values(), key=lambda assignment: assignment.id)


def unpublished(session: Session, *, scope_ids: Sequence[int]) -> Sequence[Row[int, Sequence[str], datetime]]:
    """(run id, titles of its activities, when it was asked for) of the plans in scope that nobody has published yet."""
    return session.execute(
        select(MatchRun.id, func.array_agg(aggregate_order_by(Activity.title, Activity.id)), MatchRun.requested_at)
        .join(Activity, Activity.id == any_(MatchRun.activity_ids))
        .where(within(MatchRun.area_id, scope_ids), MatchRun.state == MatchRunState.DRAFTED)
        .group_by(MatchRun.id)
        .order_by(MatchRun.id)
    ).all()


def activities_of(session: Session, run: MatchRun) -> Sequence[Activity]:
    """What the run plans, by id."""
    return session.scalars(select(Activity).where(Activity.id.in_(run.activity_ids)).order_by(Activity.id)).all()


def has_place() -> Exists:
    """The condition that the person of a sign-up holds a place in its shift, whatever gave it to her. To stand by is
    none."""
    return exists().where(
        Assignment.shift_id == SignUp.shift_id,
        Assignment.volunteer_id == SignUp.volunteer_id,
        Assignment.state.in_(HOLDING),
        Assignment.is_stand_by.is_(False),
    )


def known(session: Session, run: MatchRun) -> Known:
    """The names an explanation of the run needs, with the times as they were when it was solved."""
    problem, skipped = problem_of(run), outcome_of(run).skipped
    named = {blocker.shift_id for unplaced in skipped for blocker in unplaced.blockers}
    solved = {o.shift_id: (instant(o.starts), instant(o.ends)) for o in problem.openings}
    solved |= {duty.shift_id: (instant(duty.starts), instant(duty.ends)) for duty in problem.commitments}
    shifts = session.execute(
        select(Shift.id, Activity.title, Shift.starts_at, Shift.ends_at)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(one_of(Shift.id, {one for one in (*solved, *named) if one is not None}))
    ).all()
    people = select(Volunteer.id, Volunteer.name).where(one_of(Volunteer.id, problem.table("persons").numbers("id")))
    roles = (
        select(ShiftRole.id, ShiftRole.shift_id, ActivityRole.name)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(one_of(ShiftRole.id, problem.table("openings").numbers("id")))
    )
    return Known(
        names=dict(session.execute(people).all()),
        titles={shift.id: shift.title for shift in shifts},
        times={shift.id: (shift.starts_at, shift.ends_at) for shift in shifts} | solved,
        roles={role_id: (shift_id, name) for role_id, shift_id, name in session.execute(roles)},
        is_of_several=len(run.activity_ids) > 1,
        lacking=lacking(problem, proposal_of(run)),
    )
