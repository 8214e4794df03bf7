"""Templates: an activity kept under a name, changed, begun from, put away."""

from __future__ import annotations

from typing import Any, cast

from schemas.activities import ActivityShown
from schemas.templates import NewDraft, NewTemplate, TemplateChange, TemplatesAsked, TemplateShown, TemplatesShown
from service.activities.queries import in_scope as activity_in_scope
from service.duties.rules import Belongings, named
from service.language import _
from service.templates import actions, queries
from service.templates.models import ActivityTemplate
from service.templates.rules import roles_kept, roles_read
from service.terms import Role
from service.web.api.door import Call, found, versioned
from service.web.api.problems import invalid
from service.web.api.resource import Resource

templates = Resource("templates", url_prefix="/templates", description="模板：存一个活动，以后从它起草。")

#: What stands in its hours, not among its columns.
HOURS = ("starts", "ends")


@templates.operation("GET", "", asks=TemplatesAsked(), gives=TemplatesShown())
def list_templates(call: Call, *, asked: dict[str, Any]) -> Any:
    """Those in use in areas I coordinate."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(call.session, scope_ids=call.scope_ids, team_id=asked.get("team_id"))
    return {"items": [_shown(template) for template, _team in rows]}


@templates.operation("POST", "", takes=NewTemplate(), gives=TemplateShown(), status=201, refuses=(409,))
def save_template(call: Call, *, body: dict[str, Any]) -> Any:
    """Keep an activity of mine under a name."""
    call.needs(Role.COORDINATOR)
    activity = activity_in_scope(call.session, body["activity_id"], scope_ids=call.scope_ids)
    if activity is None:
        raise invalid(activity_id=[_("没有找到这个活动")])
    made = actions.save(call.session, activity, name=body["name"], account_id=call.actor.account_id, now=call.now)
    return versioned(_shown(made), made.version)


@templates.operation("GET", "/<id:template_id>", gives=TemplateShown())
def show_template(call: Call, *, template_id: int) -> Any:
    """One template."""
    template = _mine(call, template_id)
    return versioned(_shown(template), template.version)


@templates.operation(
    "PATCH", "/<id:template_id>", takes=TemplateChange(), gives=TemplateShown(), is_editable=True, refuses=(409,)
)
def change_template(call: Call, *, template_id: int, body: dict[str, Any]) -> Any:
    """Change it. What began from it stays as it is."""
    template = _mine(call, template_id)
    call.must_match(template.version)
    hours = {name: f"{body.pop(name):%H:%M}" for name in HOURS if name in body}
    name, roles = body.pop("name", None), body.pop("roles", None)
    actions.change(
        call.session,
        template,
        name=name,
        roles=roles,
        hours=hours,
        columns=body,
        account_id=call.actor.account_id,
        now=call.now,
    )
    return versioned(_shown(template), template.version)


@templates.operation("DELETE", "/<id:template_id>", status=204)
def archive_template(call: Call, *, template_id: int) -> Any:
    """Put it away. Twice is harmless."""
    actions.archive(call.session, _mine(call, template_id), account_id=call.actor.account_id, now=call.now)


@templates.operation("POST", "/<id:template_id>/drafts", takes=NewDraft(), gives=ActivityShown(), status=201)
def draft_from_template(call: Call, *, template_id: int, body: dict[str, Any]) -> Any:
    """A new draft like it."""
    template = _mine(call, template_id)
    found(template if template.archived_at is None else None)
    activity = actions.draft_from(call.session, template, account_id=call.actor.account_id, now=call.now, **body)
    shown, headers = versioned(activity, activity.version)
    return shown, {**headers, "Location": f"/api/v1/activities/{activity.id}"}


def _mine(call: Call, template_id: int) -> ActivityTemplate:
    template: ActivityTemplate = found(queries.in_scope(call.session, template_id, scope_ids=call.scope_ids))
    return template


def _shown(template: ActivityTemplate) -> dict[str, Any]:
    own = {name: getattr(template, name) for name in ("id", "area_id", "team_id", "name", "hours", "version")}
    own["roles"] = roles_kept(roles_read(template.roles))
    own["brings"] = named(cast(Belongings, template.belongings))
    return {**template.columns, **own, "is_archived": template.archived_at is not None}
