"""Who of the teams around could take over in a role: how many people, without naming anybody."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.backfill import queries
from service.backfill.candidates import able, pool
from service.backfill.rules import Cover
from service.calendars.rules import local
from service.roster.models import Assignment
from service.teams.models import Membership, Team
from service.teams.queries import is_member_on
from service.terms import AssignmentState, Rung, TeamState
from service.volunteers.models import Volunteer


def covers(session: Session, shift_role_id: int) -> tuple[Cover, ...]:
    """The teams with people who could serve in the role by the rules of a sign-up, its own first, then the largest.

    Whoever has a place in the shift, or had one and cannot come, is left out. A person of two teams counts in both.
    """
    row = queries.opening_of(session, shift_role_id)
    was_placed = select(Assignment.volunteer_id).where(
        Assignment.shift_id == row.Shift.id, Assignment.state != AssignmentState.DRAFTED
    )
    near = or_(*(pool(session, rung, row) for rung in (Rung.SUBSTITUTES, Rung.TEAM, Rung.NEIGHBOURS)))
    people = session.scalars(
        select(Volunteer.id)
        .where(Volunteer.left_at.is_(None), near, Volunteer.id.not_in(was_placed))
        .order_by(Volunteer.id)
    ).all()
    fit = able(session, people, row)
    teams = session.execute(
        select(Team.id, Team.name, Membership.volunteer_id)
        .join(Membership, Membership.team_id == Team.id)
        .where(Team.state == TeamState.ACTIVE, is_member_on(local(row.Shift.starts_at).date()))
        .where(Membership.volunteer_id.in_(fit))
        .distinct()
    ).all()
    counts = Counter((team_id, name) for team_id, name, _ in teams)
    in_order = sorted(counts.items(), key=lambda one: (one[0][0] != row.Activity.team_id, -one[1], one[0]))
    return tuple(Cover(team=name, people=people) for (_, name), people in in_order)
