"""What can be done about teams: found, approve, join, leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit, outbox
from service.db import refusing
from service.events import TeamApproved
from service.teams.models import Membership, Programme, Team
from service.teams.queries import is_member_on
from service.terms import MemberRole, TeamState


class AlreadyMember(Exception):
    """The person is in this team during part of the term asked for."""


def found_team(session: Session, *, area_id: int, name: str, intro: str = "") -> Team:
    """Propose a team. It stays a draft until the residents' committee approves it."""
    team = Team(area_id=area_id, name=name, intro=intro, state=TeamState.DRAFT)
    session.add(team)
    session.flush()
    return team


def approve_team(session: Session, team: Team, *, account_id: int, now: datetime) -> None:
    """The residents' committee agrees (志愿服务条例 art. 42); approving twice changes nothing."""
    if team.state != TeamState.DRAFT:
        return
    team.state = TeamState.ACTIVE
    team.approved_by, team.approved_at = account_id, now
    audit.note_about(session, "approved_team", team, account_id=account_id, now=now)
    outbox.record(session, TeamApproved(team.id))


def revise(session: Session, team: Team, *, changes: Mapping[str, str | bool], account_id: int, now: datetime) -> Team:
    """Change the team's name or introduction, or whether it wants a second look."""
    for name, value in changes.items():
        setattr(team, name, value)
    audit.note_about(session, "revised_team", team, account_id=account_id, now=now, fields=sorted(changes))
    session.flush()
    return team


def add_programme(session: Session, team: Team, *, name: str) -> Programme:
    """Give the team a standing line of service."""
    programme = Programme(team_id=team.id, name=name)
    session.add(programme)
    session.flush()
    return programme


def join_team(
    session: Session,
    *,
    team_id: int,
    volunteer_id: int,
    from_on: date,
    until_on: date | None = None,
    role: MemberRole = MemberRole.MEMBER,
    area_id: int | None = None,
) -> Membership:
    """Take a person into a team from `from_on` up to, not including, `until_on`. Raises AlreadyMember."""
    membership = Membership(
        team_id=team_id, volunteer_id=volunteer_id, role=role, area_id=area_id, from_on=from_on, until_on=until_on
    )
    refusal = AlreadyMember(f"volunteer {volunteer_id} is in team {team_id} already")
    with refusing(session, "ex_membership_once", refusal):
        session.add(membership)
    return membership


def leave_team(session: Session, *, team_id: int, volunteer_id: int, on: date) -> bool:
    """End the membership that covers `on`; whether there was one."""
    membership = session.scalar(
        select(Membership).where(
            Membership.team_id == team_id,
            Membership.volunteer_id == volunteer_id,
            is_member_on(on),
        )
    )
    if membership is None:
        return False
    if membership.from_on == on:
        session.delete(membership)
    else:
        membership.until_on = on
    return True
