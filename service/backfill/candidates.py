"""Whom a rung asks next: read in one statement in the order of asking, and judged by the rules of a sign-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    any_,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from service.activities.models import Activity, Shift
from service.availability.queries import cannot_come, if_needed
from service.backfill.models import Backfill, Invitation
from service.calendars.rules import local
from service.company.queries import must_not_meet
from service.places.models import Area
from service.places.queries import neighbourhood_id
from service.roster.models import HOLDING, ON_THE_ROSTER, Assignment
from service.signups import asking
from service.signups.models import STANDING, SignUp
from service.signups.queries import OpeningRow, as_opening
from service.signups.rules import but_for, unfit
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import (
    AssignmentState,
    BackfillState,
    InvitationState,
    MemberRole,
    Mode,
    Rung,
    SignUpState,
    TeamState,
)
from service.volunteers.models import Volunteer

#: How far back, and ahead, duties count as a person's load: whoever does least is asked first.
BACK, AHEAD = timedelta(weeks=12), timedelta(weeks=4)
#: How many people are judged in one go.
SLICE = 50


def next_ones(session: Session, backfill: Backfill, rung: Rung, *, row: OpeningRow, limit: int) -> list[int]:
    """Ids of up to `limit` people of the rung who can serve in the opening `row` and were not asked in this search.

    Those on the waitlist, and those who stand by, in the order in which they came. Of the others, who offered herself
    too late before comes first, then who can come at that time before who comes only if need be, then, for a call-out,
    who lives nearest, then who is being asked for least else, then who serves least; who cannot come then, left this
    shift, said no to it, or asked for a place in it herself is not troubled, nor is anybody who does not want to be
    asked.
    """
    people = session.scalars(_of_rung(session, backfill, rung, row)).all()
    found: list[int] = []
    for start in range(0, len(people), SLICE):
        found += able(session, people[start : start + SLICE], row)
        if len(found) >= limit:
            break
    return found[:limit]


def _of_rung(session: Session, backfill: Backfill, rung: Rung, row: OpeningRow) -> Select[int]:
    if rung == Rung.WAITLIST:
        return _waiting(backfill)
    if rung == Rung.STAND_BY:
        return _standing_by(backfill)
    first = [_nearness(session, row.Shift.place_id).desc()] if row.Activity.mode == Mode.CALL_OUT else []
    return _in_order(backfill, pool(session, rung, row), row, first=first)


def able(session: Session, people: Sequence[int], row: OpeningRow) -> list[int]:
    """Those of the people who can serve in the opening, by the rules of a sign-up, in the order given."""
    starts_at = row.Shift.starts_at
    known = asking.candidates(session, people, around=starts_at, until=starts_at)
    opening = as_opening(row)
    # Who stands by in this very shift gives that up for the place.
    return [one for one in people if not unfit(but_for(known[one], shift_id=row.Shift.id), opening)]


def colleagues(session: Session, row: OpeningRow, *, holder_id: int) -> list[Volunteer]:
    """Who could take the place `holder_id` has in the opening `row`, least burdened first: the team, and who served in
    the activity of late.

    Those who could not serve there or do not want to be asked are left out, and so is whoever is in that shift already,
    or gave it up.
    """
    is_placed = exists().where(
        Assignment.shift_id == row.Shift.id,
        Assignment.volunteer_id == Volunteer.id,
        Assignment.state.in_((*ON_THE_ROSTER, AssignmentState.DECLINED)),
    )
    people = session.scalars(
        select(Volunteer)
        .where(Volunteer.left_at.is_(None), Volunteer.steps_in, Volunteer.id != holder_id, not_(is_placed))
        .where(pool(session, Rung.TEAM, row), not_(cannot_come(row.Shift)), not_(must_not_meet(row.Shift)))
        .order_by(if_needed(row.Shift), load(row.Shift), Volunteer.id)
        .limit(SLICE)
    ).all()
    fit = set(able(session, [one.id for one in people], row))
    return [one for one in people if one.id in fit]


def pool(session: Session, rung: Rung, row: OpeningRow) -> ColumnElement[bool]:
    """Who belongs to a rung of the opening's ladder."""
    activity: Activity = row.Activity
    on = local(row.Shift.starts_at).date()
    if rung == Rung.SUGGESTED:
        return Volunteer.id.in_(select(Assignment.suggested_id).where(Assignment.shift_role_id == row.ShiftRole.id))
    if rung == Rung.SUBSTITUTES:
        return _is_member(on, Membership.team_id == activity.team_id, Membership.role == MemberRole.SUBSTITUTE)
    if rung == Rung.TEAM:
        return or_(_is_member(on, Membership.team_id == activity.team_id), _has_served(activity, row.Shift))
    nearby = (
        select(Team.id)
        .join(Area, Area.id == Team.area_id)
        .where(
            Team.state == TeamState.ACTIVE,
            any_(Area.lineage) == neighbourhood_id(session, activity.area_id),
        )
    )
    return _is_member(on, Membership.team_id.in_(nearby))


def _is_member(on: date, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Membership.volunteer_id == Volunteer.id, is_member_on(on), *conditions)


def _has_served(activity: Activity, shift: Shift) -> ColumnElement[bool]:
    """Whoever held a place in the activity of late knows the way, member or not."""
    other = aliased(Shift)
    return exists().where(
        Assignment.volunteer_id == Volunteer.id,
        Assignment.state.in_(HOLDING),
        Assignment.shift_id == other.id,
        other.activity_id == activity.id,
        other.starts_at > shift.starts_at - BACK,
    )


def _waiting(backfill: Backfill) -> Select[int]:
    is_asked = exists().where(Invitation.backfill_id == backfill.id, Invitation.volunteer_id == SignUp.volunteer_id)
    return (
        select(SignUp.volunteer_id)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .where(SignUp.shift_role_id == backfill.shift_role_id, SignUp.state == SignUpState.WAITLISTED)
        .where(Volunteer.steps_in, not_(is_asked))
        .order_by(SignUp.id)
    )


def _standing_by(backfill: Backfill) -> Select[int]:
    """Those who said that they stand by, first come first. They agreed to be asked."""
    is_asked = exists().where(Invitation.backfill_id == backfill.id, Invitation.volunteer_id == Assignment.volunteer_id)
    return (
        select(Assignment.volunteer_id)
        .where(Assignment.shift_role_id == backfill.shift_role_id, Assignment.is_stand_by, not_(is_asked))
        .where(Assignment.state == AssignmentState.CONFIRMED)
        .order_by(Assignment.id)
    )


def _nearness(session: Session, place_id: int) -> ColumnElement[int]:
    """How many areas, from the city down, a person's home has in common with the place."""
    lineage = session.get_one(Area, place_id).lineage
    common = sum((cast(Area.lineage.contains([area_id]), Integer) for area_id in lineage), start=literal(0))
    return select(common).where(Area.id == Volunteer.area_id).correlate(Volunteer).scalar_subquery()


def _in_order(
    backfill: Backfill, pool: ColumnElement[bool], row: OpeningRow, *, first: Sequence[ColumnElement[Any]]
) -> Select[int]:
    shift: Shift = row.Shift
    earlier, other = aliased(Invitation), aliased(Backfill)
    of_this_role = (earlier.volunteer_id == Volunteer.id, earlier.backfill_id == other.id)
    in_this_role = other.shift_role_id == backfill.shift_role_id
    was_late = exists().where(*of_this_role, in_this_role, earlier.state == InvitationState.THANKED)
    has_answered = exists().where(*of_this_role, in_this_role, earlier.state == InvitationState.DECLINED)
    is_asked = exists().where(*of_this_role, other.id == backfill.id)
    is_placed = exists().where(
        Assignment.shift_id == shift.id,
        Assignment.volunteer_id == Volunteer.id,
        Assignment.state != AssignmentState.DRAFTED,
    )
    asks_herself = exists().where(
        SignUp.shift_id == shift.id, SignUp.volunteer_id == Volunteer.id, SignUp.state.in_(STANDING)
    )
    asked_elsewhere = (
        select(func.count())
        .where(*of_this_role, earlier.state == InvitationState.ASKED, other.state == BackfillState.CLIMBING)
        .scalar_subquery()
    )
    return (
        select(Volunteer.id)
        .where(Volunteer.left_at.is_(None), Volunteer.steps_in, pool)
        .where(not_(is_placed), not_(asks_herself), not_(has_answered), not_(is_asked))
        .where(not_(cannot_come(shift)), not_(must_not_meet(shift)))
        .order_by(was_late.desc(), if_needed(shift), *first, asked_elsewhere, load(shift), Volunteer.id)
    )


def load(shift: Shift) -> ScalarSelect[int]:
    """How many places a person holds around the shift."""
    near = aliased(Shift)
    return (
        select(func.count())
        .select_from(Assignment)
        .join(near, near.id == Assignment.shift_id)
        .where(Assignment.volunteer_id == Volunteer.id, Assignment.state.in_(HOLDING))
        .where(near.starts_at.between(shift.starts_at - BACK, shift.starts_at + AHEAD))
        .scalar_subquery()
    )
