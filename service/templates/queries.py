"""Named reads of templates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from service.places.queries import within
from service.teams.models import Team
from service.templates.models import ActivityTemplate


def in_scope(session: Session, template_id: int, *, scope_ids: Sequence[int]) -> ActivityTemplate | None:
    """The template, archived or not, if it belongs to one of the scopes."""
    return session.scalar(
        select(ActivityTemplate).where(ActivityTemplate.id == template_id, within(ActivityTemplate.area_id, scope_ids))
    )


def listed(
    session: Session, *, scope_ids: Sequence[int], team_id: int | None = None
) -> Sequence[Row[ActivityTemplate, Team | None]]:
    """(template, its team) of those that are in use, by team and name; with `team_id`, that team's."""
    found = (
        select(ActivityTemplate, Team)
        .outerjoin(Team, Team.id == ActivityTemplate.team_id)
        .where(within(ActivityTemplate.area_id, scope_ids), ActivityTemplate.archived_at.is_(None))
        .order_by(Team.name.nulls_last(), ActivityTemplate.name, ActivityTemplate.id)
    )
    return session.execute(found if team_id is None else found.where(ActivityTemplate.team_id == team_id)).all()
