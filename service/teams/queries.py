"""Named reads of teams."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from service.places.queries import within
from service.teams.models import Membership, Programme, Team
from service.terms import MemberRole, TeamState
from service.volunteers.models import Volunteer


def is_member_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that a membership's term covers the day."""
    return and_(Membership.from_on <= day, or_(Membership.until_on.is_(None), Membership.until_on > day))


def members_on(session: Session, team_id: int, *, day: date) -> Sequence[Volunteer]:
    """The people whose term in the team covers `day`, by pinyin."""
    return session.scalars(
        select(Volunteer)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(Membership.team_id == team_id, is_member_on(day), Volunteer.left_at.is_(None))
        .order_by(Volunteer.pinyin, Volunteer.id)
    ).all()


def leads_on(session: Session, team_id: int, *, day: date) -> Sequence[int]:
    """Ids of the volunteers who lead the team on `day`; nobody as long as it is a draft, or closed."""
    return session.scalars(
        select(Membership.volunteer_id)
        .join(Team, Team.id == Membership.team_id)
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Team.id == team_id, Team.state == TeamState.ACTIVE, Membership.role == MemberRole.LEAD)
        .where(Volunteer.left_at.is_(None), is_member_on(day))
        .order_by(Membership.volunteer_id)
    ).all()


def is_lead(session: Session, volunteer_id: int, *, day: date) -> bool:
    """Whether somebody leads a team on that day, or will."""
    found = select(Membership.id).where(Membership.volunteer_id == volunteer_id, Membership.role == MemberRole.LEAD)
    return session.scalar(found.where(or_(Membership.until_on.is_(None), Membership.until_on > day))) is not None


def in_scope(session: Session, team_id: int, *, scope_ids: Sequence[int]) -> Team | None:
    """The team, if it belongs to one of the scopes."""
    return session.scalar(select(Team).where(Team.id == team_id, within(Team.area_id, scope_ids)))


def listed(
    session: Session, *, scope_ids: Sequence[int], state: TeamState | None = None, after_id: int = 0, limit: int = 30
) -> Sequence[Team]:
    """Teams in scope by id."""
    statement = select(Team).where(within(Team.area_id, scope_ids), Team.id > after_id)
    if state is not None:
        statement = statement.where(Team.state == state)
    return session.scalars(statement.order_by(Team.id).limit(limit)).all()


def has_programme(session: Session, team_id: int, *, programme_id: int) -> bool:
    """Whether this line of service is the team's."""
    found = select(Programme.id).where(Programme.id == programme_id, Programme.team_id == team_id)
    return session.scalar(found) is not None


def programmes(session: Session, team_ids: Collection[int]) -> Sequence[Programme]:
    """The lines of service of these teams, by id."""
    return session.scalars(select(Programme).where(Programme.team_id.in_(team_ids)).order_by(Programme.id)).all()


def memberships_on(session: Session, team_id: int, *, day: date) -> Sequence[Row[Membership, str]]:
    """(membership, name) of everybody whose term in the team covers `day`, by pinyin."""
    return session.execute(
        select(Membership, Volunteer.name)
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Membership.team_id == team_id, is_member_on(day), Volunteer.left_at.is_(None))
        .order_by(Volunteer.pinyin, Volunteer.id)
    ).all()
