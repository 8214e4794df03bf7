"""/co/templates: activities kept under a name, to begin another from."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from schemas.publishing import roles_input
from schemas.templates import TemplateName, TemplateOn, TemplateSpan, TemplateWords
from service.activities.actions import ActivityRefused
from service.calendars.rules import local
from service.duties.rules import Belongings
from service.language import _
from service.teams.models import Team
from service.templates import actions, queries
from service.templates.actions import NameTaken
from service.templates.models import ActivityTemplate
from service.templates.rules import plan_from, roles_read
from service.web import brought, notices, page, planned, words
from service.web.desk import Desk, activity_here, at_desk, found
from service.web.forms import Form, Option
from service.web.wizard import one_more_row, rows_of, typed_roles
from service.web.wizard_choices import choices, numbered

pages = Blueprint("templates", __name__, url_prefix="/co/templates")
#: What is offered for reminding; what a template has besides stays on offer there.
LEAD_TIMES = ("P3D", "P1D", "eve20:00", "PT2H", "PT1H")
HOURS = ("starts", "ends")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Those in use, by team."""
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids)
    return page.render(
        "templates/index.html",
        title=_("模板"),
        rows=[(template, team, _when(desk, template)) for template, team in rows],
        back=url_for("publishing.index"),
    )


@pages.get("/from/<int:activity_id>")
@at_desk
def save_form(desk: Desk, activity_id: int) -> Response:
    """How the template is to be called."""
    activity = activity_here(desk, activity_id)
    return _save_page(activity.id, Form.blank(TemplateName(), given={"name": activity.title}))


@pages.post("/from/<int:activity_id>")
@at_desk
def save(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Keep the activity under that name."""
    activity, form = activity_here(desk, activity_id), Form.posted(TemplateName())
    if form.is_valid:
        try:
            made = actions.save(desk.db, activity, name=form.loaded["name"], account_id=desk.account_id, now=desk.now)
        except NameTaken:
            form.refuse(_("已经有一个叫这个名字的模板"), at="name")
        else:
            notices.notify(_("存好了：“{name}”。", name=made.name))
            return page.see_other(url_for("templates.show", template_id=made.id))
    return _save_page(activity.id, form)


@pages.get("/<int:template_id>")
@at_desk
def show(desk: Desk, template_id: int) -> Response:
    """What it has, and the date from which another is to be held."""
    template = _here(desk, template_id)
    return _page(desk, template, _start_form(template))


@pages.post("/<int:template_id>/drafts")
@at_desk
def start(desk: Desk, template_id: int) -> ResponseReturnValue:
    """A draft like it."""
    template = _here(desk, template_id)
    found(template if template.archived_at is None else None)
    form = Form.posted(_dates(template))
    if form.has_errors:
        return _page(desk, template, form)
    dates = {"until_on": None, **form.loaded}
    try:
        with desk.db.begin_nested():
            made = actions.draft_from(desk.db, template, account_id=desk.account_id, now=desk.now, **dates)
    except ActivityRefused as refused:
        form.refuse(*words.activity_problems(refused.problems), at="from_on")
        return _page(desk, template, form)
    notices.notify(_("草稿存好了，志愿者看不到。"))
    return page.see_other(url_for("roster.index", activity_id=made.id))


@pages.get("/<int:template_id>/edit")
@at_desk
def edit_form(desk: Desk, template_id: int) -> Response:
    """Its words and its roles, to be changed."""
    template = _here(desk, template_id)
    return _edit_page(template, _words_form(template), _roles_form(desk, _typed_roles(template)))


@pages.post("/<int:template_id>/edit")
@at_desk
def edit(desk: Desk, template_id: int) -> ResponseReturnValue:
    """Other words, hours, reminders."""
    template = _here(desk, template_id)
    form = Form.posted(TemplateWords(), options=_lead_times(template))
    if form.is_valid:
        given = dict(form.loaded)
        hours = {name: f"{given.pop(name):%H:%M}" for name in HOURS}
        try:
            return _changed(desk, template, name=given.pop("name"), hours=hours, columns=given)
        except NameTaken:
            form.refuse(_("已经有一个叫这个名字的模板"), at="name")
        except ActivityRefused as refused:
            form.refuse(*words.activity_problems(refused.problems), at="risk_notice")
    return _edit_page(template, form, _roles_form(desk, _typed_roles(template)))


@pages.post("/<int:template_id>/roles")
@at_desk
def edit_roles(desk: Desk, template_id: int) -> ResponseReturnValue:
    """Other roles; or one more row to write in."""
    template = _here(desk, template_id)
    typed = {name: request.form.getlist(name) for name in request.form}
    schema = roles_input(rows_of(typed))()
    form = Form.posted(schema, options=choices("roles", desk, schema))
    if "more" in request.form:
        return _edit_page(template, _words_form(template), _roles_form(desk, one_more_row(form.kept)))
    if form.has_errors:
        return _edit_page(template, _words_form(template), form)
    return _changed(desk, template, roles=typed_roles(typed, form.loaded))


@pages.post("/<int:template_id>/archive")
@at_desk
def archive(desk: Desk, template_id: int) -> ResponseReturnValue:
    """Put it away."""
    template = _here(desk, template_id)
    actions.archive(desk.db, template, account_id=desk.account_id, now=desk.now)
    back = url_for("templates.bring_back", template_id=template.id)
    notices.offer_undo(_("“{name}”收起来了。", name=template.name), address=back)
    return page.see_other(url_for("templates.index"))


@pages.post("/<int:template_id>/bring-back")
@at_desk
def bring_back(desk: Desk, template_id: int) -> ResponseReturnValue:
    """In use again."""
    template = _here(desk, template_id)
    notices.withdraw_undo()
    try:
        actions.bring_back(desk.db, template, account_id=desk.account_id, now=desk.now)
        notices.notify(_("“{name}”又能用了。", name=template.name))
    except NameTaken:
        notices.notify(_("已经有一个叫这个名字的模板"))
    return page.see_other(url_for("templates.index"))


def _here(desk: Desk, template_id: int) -> ActivityTemplate:
    return found(queries.in_scope(desk.db, template_id, scope_ids=desk.scope_ids))


def _changed(desk: Desk, template: ActivityTemplate, **changes: Any) -> Response:
    actions.change(desk.db, template, account_id=desk.account_id, now=desk.now, **changes)
    notices.notify(_("改好了。"))
    return page.see_other(url_for("templates.show", template_id=template.id))


def _save_page(activity_id: int, form: Form) -> Response:
    return page.render(
        "templates/save.html",
        title=_("存成模板"),
        not_brought=brought.NOT_BROUGHT,
        form=form,
        back=url_for("roster.index", activity_id=activity_id),
    )


def _page(desk: Desk, template: ActivityTemplate, form: Form) -> Response:
    team = desk.db.get(Team, template.team_id) if template.team_id else None
    facts = [
        (_("活动名称"), template.columns["title"]),
        (_("志愿队"), team.name if team else ""),
        (_("时间"), _when(desk, template)),
        (_("提前提醒"), words.lead_times(template.columns["lead_times"])),
        *((_("岗位{n}", n=n), planned.role(role)) for n, role in enumerate(roles_read(template.roles), start=1)),
        *brought.lines(desk.db, cast(Belongings, template.belongings)),
        (_("要带什么"), template.columns["what_to_bring"]),
        (_("安全提醒"), template.columns["risk_notice"]),
    ]
    return page.render(
        "templates/show.html",
        title=template.name,
        kept=template,
        form=form,
        facts=[fact for fact in facts if fact[1]],
        back=url_for("templates.index"),
    )


def _edit_page(template: ActivityTemplate, form: Form, roles: Form) -> Response:
    return page.render(
        "templates/edit.html",
        title=_("改模板：{name}", name=template.name),
        form=roles if roles.has_errors else form,
        said=form,
        roles=roles,
        kept=template,
        back=url_for("templates.show", template_id=template.id),
    )


def _when(desk: Desk, template: ActivityTemplate) -> str:
    """`每周三，上午9:00—11:00`; of what is held once only the hours."""
    plan = plan_from(template.hours, from_on=local(desk.now).date(), until_on=None)
    said = planned.hours(plan)
    return said if plan.is_once else _("{dates}，{hours}", dates=planned.rule(plan.rule), hours=said)


def _start_form(template: ActivityTemplate) -> Form:
    return Form.blank(_dates(template))


def _dates(template: ActivityTemplate) -> Schema:
    return TemplateOn() if template.hours["once"] else TemplateSpan()


def _words_form(template: ActivityTemplate) -> Form:
    typed = {name: [str(value)] for name, value in {**template.columns, **template.hours}.items() if value is not None}
    typed |= {"name": [template.name], "lead_times": template.columns["lead_times"]}
    return Form(TemplateWords(), MultiDict(typed), _lead_times(template))


def _lead_times(template: ActivityTemplate) -> dict[str, list[Option]]:
    offered = dict.fromkeys([*LEAD_TIMES, *template.columns["lead_times"]])
    return {"lead_times": [Option(value=one, text=words.lead_times([one])) for one in offered]}


def _typed_roles(template: ActivityTemplate) -> dict[str, list[str]]:
    return numbered(roles_read(template.roles))


def _roles_form(desk: Desk, typed: dict[str, list[str]]) -> Form:
    schema = roles_input(rows_of(typed))()
    return Form(schema, MultiDict(typed), choices("roles", desk, schema))
