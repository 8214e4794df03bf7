"""Named reads of teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.teams.models import Membership
from service.volunteers.models import Volunteer


def members_on(session: Session, team_id: int, *, day: date) -> Sequence[Volunteer]:
    """The people whose term in the team covers `day`, by pinyin."""
    return session.scalars(
        select(Volunteer)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(Membership.team_id == team_id, Membership.from_on <= day, Volunteer.left_at.is_(None))
        .where(or_(Membership.until_on.is_(None), Membership.until_on > day))
        .order_by(Volunteer.pinyin, Volunteer.id)
    ).all()
