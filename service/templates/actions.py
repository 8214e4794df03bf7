"""What can be done about templates: save an activity as one, change it, begin from it, put it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from service import audit
from service.activities import actions as activities
from service.activities import likeness
from service.activities.actions import ActivityRefused
from service.activities.models import Activity
from service.activities.rules import RolePlan
from service.db import refusing
from service.duties import actions as duties
from service.duties.queries import belongings
from service.duties.rules import Belongings
from service.templates.models import ActivityTemplate
from service.templates.rules import hours_kept, plan_from, roles_kept, roles_read
from service.terms import Mode


class NameTaken(Exception):
    """Another template of the area that is in use has this name."""


def save(session: Session, activity: Activity, *, name: str, account_id: int | None, now: datetime) -> ActivityTemplate:
    """Keep an activity under a name: everything but its dates, with the hours of its first series, and what belongs to
    it. Raises NameTaken."""
    columns = likeness.columns(activity)
    template = ActivityTemplate(
        area_id=columns.pop("area_id"),
        team_id=columns.pop("team_id"),
        name=name,
        columns={**columns, "mode": Mode(columns["mode"]).value},
        roles=roles_kept(likeness.roles(activity)),
        hours=hours_kept(activity.series[0].plan),
        belongings=dict(belongings(session, activity)),
        account_id=account_id,
        saved_at=now,
    )
    with _named(session, name):
        session.add(template)
    _note(session, "saved_template", template, account_id=account_id, now=now)
    return template


def change(
    session: Session,
    template: ActivityTemplate,
    *,
    account_id: int | None,
    now: datetime,
    name: str | None = None,
    columns: Mapping[str, Any] | None = None,
    hours: Mapping[str, Any] | None = None,
    roles: Sequence[RolePlan] | None = None,
) -> ActivityTemplate:
    """Change what is given; activities that began from it stay as they are.

    Raises NameTaken, or ActivityRefused where what everybody must confirm would have no words.
    """
    become = {**template.columns, **(columns or {})}
    if become["must_confirm_risk"] and not become["risk_notice"]:
        raise ActivityRefused({"risk_notice": ["no_risk_notice"]})
    with _named(session, name or template.name):
        template.name = name or template.name
        template.columns = become
        template.hours = {**template.hours, **(hours or {})}
        if roles is not None:
            template.roles = roles_kept(roles)
    _note(session, "changed_template", template, account_id=account_id, now=now)
    return template


def draft_from(
    session: Session,
    template: ActivityTemplate,
    *,
    from_on: date,
    until_on: date | None,
    account_id: int | None,
    now: datetime,
) -> Activity:
    """A new draft like the template, from one date to another, with what belonged to the activity that was saved.

    Raises ActivityRefused.
    """
    draft = activities.draft(
        session,
        roles=roles_read(template.roles),
        plans=[plan_from(template.hours, from_on=from_on, until_on=until_on)],
        area_id=template.area_id,
        team_id=template.team_id,
        created_by=account_id,
        now=now,
        **{**template.columns, "mode": Mode(template.columns["mode"])},
    )
    duties.lay(session, draft, belongings=cast(Belongings, template.belongings), account_id=account_id, now=now)
    return draft


def archive(session: Session, template: ActivityTemplate, *, account_id: int | None, now: datetime) -> None:
    """Put it away: nobody begins from it any more, and its name is free. Twice is harmless."""
    if template.archived_at is None:
        template.archived_at = now
        session.flush()
        _note(session, "archived_template", template, account_id=account_id, now=now)


def bring_back(session: Session, template: ActivityTemplate, *, account_id: int | None, now: datetime) -> None:
    """In use again. Raises NameTaken when another has taken its name meanwhile."""
    if template.archived_at is not None:
        with _named(session, template.name):
            template.archived_at = None
        _note(session, "brought_back_template", template, account_id=account_id, now=now)


def _named(session: Session, name: str) -> AbstractContextManager[None]:
    """Within, a template of this name comes into use. Raises NameTaken where one is."""
    return refusing(session, "uq_activity_template_name", NameTaken(f"a template is called {name} already"))


def _note(session: Session, verb: str, template: ActivityTemplate, *, account_id: int | None, now: datetime) -> None:
    audit.note(
        session,
        verb=verb,
        subject=("template", template.id),
        account_id=account_id,
        area_id=template.area_id,
        now=now,
    )
