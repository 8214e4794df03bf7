"""/ad/areas: the tree of places with its telephones, one area at a page, and the teams of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from schemas.administration import AREA_KINDS, PlaceBelowInput, PlaceInput, TeamEdit, TeamInput
from service import audit
from service.language import Lazy, _
from service.places import actions, queries
from service.places.models import Area
from service.teams import actions as teams
from service.teams import queries as team_queries
from service.teams.models import Team
from service.terms import TeamState
from service.web import notices, page
from service.web.conflict import conflict_page
from service.web.desk import Desk, at_office, found, typed_version
from service.web.forms import Form

R = TypeVar("R", Area, Team)

pages = Blueprint("areas", __name__, url_prefix="/ad")

TEAM_STATES = {
    TeamState.DRAFT: (Lazy("等居委会批准"), "wait"),
    TeamState.ACTIVE: (Lazy("已批准"), "good"),
    TeamState.CLOSED: (Lazy("已停"), "plain"),
}
MOST_TEAMS = 200
NAME_TAKEN = Lazy("这里已经有这个名字了")


@pages.get("/areas")
@at_office
def index(desk: Desk) -> ResponseReturnValue:
    """The areas she administers, and what is just below each."""
    tops = [area for scope_id in desk.scope_ids if (area := desk.db.get(Area, scope_id))]
    return page.render(
        "areas/index.html",
        title=_("地方和队伍"),
        tops=[(area, queries.just_below(desk.db, area.id)) for area in dict.fromkeys(tops)],
        kinds=AREA_KINDS,
    )


@pages.get("/areas/<int:area_id>")
@at_office
def show(desk: Desk, area_id: int) -> ResponseReturnValue:
    """One area: its telephone, what is below it, its teams."""
    area = _area(desk, area_id)
    path = [one for one in queries.path(desk.db, area) if set(one.lineage) & set(desk.scope_ids)]
    own = team_queries.listed(desk.db, scope_ids=(area.id,), limit=MOST_TEAMS)
    return page.render(
        "areas/show.html",
        title=area.name,
        area=area,
        above=path[-2] if len(path) > 1 else None,
        kinds=AREA_KINDS,
        below=queries.just_below(desk.db, area.id),
        teams=[team for team in own if team.area_id == area.id],
        states=TEAM_STATES,
        helpline=queries.helpline(desk.db, area),
    )


@pages.get("/areas/<int:area_id>/edit")
@at_office
def edit_form(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Its name, telephone and address as they are."""
    area = _area(desk, area_id)
    return _ask_area(area, Form.blank(PlaceInput(), given=area))


@pages.post("/areas/<int:area_id>/edit")
@at_office
def edit(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Another name, telephone or address. Whoever saved meanwhile is shown, not overwritten."""
    area = _area(desk, area_id)
    return _saved(desk, area, Form.posted(PlaceInput()), revise=actions.revise, ask=_ask_area, back=_at(area.id))


@pages.get("/areas/<int:area_id>/below")
@at_office
def add_form(desk: Desk, area_id: int) -> ResponseReturnValue:
    """What is to be added below it."""
    return _ask_below(_area(desk, area_id), Form.blank(PlaceBelowInput()))


@pages.post("/areas/<int:area_id>/below")
@at_office
def add(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Another area below this one."""
    area = _area(desk, area_id)
    form = Form.posted(PlaceBelowInput())
    if form.has_errors:
        return _ask_below(area, form)
    try:
        with desk.db.begin_nested():
            made = actions.add_area(desk.db, parent=area, **form.loaded)
    except IntegrityError:
        form.refuse(NAME_TAKEN, at="name")
        return _ask_below(area, form)
    _note(desk, "added_area", ("area", made.id), area_id=made.id)
    notices.notify(_("加好了：{name}。", name=made.name))
    return page.see_other(_at(area.id))


@pages.get("/areas/<int:area_id>/teams")
@at_office
def propose_form(desk: Desk, area_id: int) -> ResponseReturnValue:
    """What the team is called."""
    return _ask_proposal(_area(desk, area_id), Form.blank(TeamInput()))


@pages.post("/areas/<int:area_id>/teams")
@at_office
def propose(desk: Desk, area_id: int) -> ResponseReturnValue:
    """A team here, which waits for the residents' committee."""
    area = _area(desk, area_id)
    form = Form.posted(TeamInput())
    if form.has_errors:
        return _ask_proposal(area, form)
    try:
        with desk.db.begin_nested():
            team = teams.found_team(desk.db, area_id=area.id, **form.loaded)
    except IntegrityError:
        form.refuse(NAME_TAKEN, at="name")
        return _ask_proposal(area, form)
    _note(desk, "proposed_team", ("team", team.id), area_id=area.id)
    notices.notify(_("记下了。居委会同意以后，在这里批准。"))
    return page.see_other(_at(area.id))


@pages.post("/teams/<int:team_id>/approve")
@at_office
def approve(desk: Desk, team_id: int) -> ResponseReturnValue:
    """The residents' committee agrees; twice is harmless."""
    team = _team(desk, team_id)
    teams.approve_team(desk.db, team, account_id=desk.account_id, now=desk.now)
    notices.notify(_("“{name}”批准了，可以安排活动了。", name=team.name))
    return page.see_other(_at(team.area_id))


@pages.get("/teams/<int:team_id>")
@at_office
def team_form(desk: Desk, team_id: int) -> ResponseReturnValue:
    """A team's name and what it says of itself."""
    team = _team(desk, team_id)
    return _ask_team(team, Form.blank(TeamEdit(), given=team))


@pages.post("/teams/<int:team_id>")
@at_office
def change_team(desk: Desk, team_id: int) -> ResponseReturnValue:
    """Another name or introduction. Whoever saved meanwhile is shown, not overwritten."""
    team = _team(desk, team_id)
    return _saved(desk, team, Form.posted(TeamEdit()), revise=teams.revise, ask=_ask_team, back=_at(team.area_id))


def _saved(
    desk: Desk,
    row: R,
    form: Form,
    *,
    revise: Callable[..., object],
    ask: Callable[[R, Form], ResponseReturnValue],
    back: str,
) -> ResponseReturnValue:
    """What was typed is saved; or asked for again, where it is wrong, the name is taken, or somebody was quicker."""
    if form.has_errors:
        return ask(row, form)
    if typed_version() != row.version:
        return conflict_page(form, given=row, version=row.version, back=back)
    try:
        with desk.db.begin_nested():
            revise(desk.db, row, changes=form.loaded, account_id=desk.account_id, now=desk.now)
    except StaleDataError:
        desk.db.refresh(row)
        return conflict_page(form, given=row, version=row.version, back=back)
    except IntegrityError:
        form.refuse(NAME_TAKEN, at="name")
        return ask(row, form)
    notices.notify(_("改好了。"))
    return page.see_other(back)


def _ask_area(area: Area, form: Form) -> ResponseReturnValue:
    action = url_for("areas.edit", area_id=area.id)
    return _ask(form, title=_("改{name}的资料", name=area.name), at=area.id, action=action, version=area.version)


def _ask_below(area: Area, form: Form) -> ResponseReturnValue:
    action = url_for("areas.add", area_id=area.id)
    return _ask(form, title=_("在{name}下面加一个地方", name=area.name), at=area.id, action=action, go=_("加上"))


def _ask_proposal(area: Area, form: Form) -> ResponseReturnValue:
    lead = _("要成立队伍，先由居委会同意（《志愿服务条例》）。批准以前不能安排活动。")
    action = url_for("areas.propose", area_id=area.id)
    return _ask(form, title=_("提出一支新队伍"), at=area.id, action=action, lead=lead, go=_("提出"))


def _ask_team(team: Team, form: Form) -> ResponseReturnValue:
    action = url_for("areas.change_team", team_id=team.id)
    return _ask(form, title=_("改队伍的资料"), at=team.area_id, action=action, version=team.version)


def _ask(
    form: Form, *, title: str, at: int, action: str, version: int | None = None, lead: str = "", go: str = ""
) -> ResponseReturnValue:
    return page.render(
        "areas/form.html",
        title=title,
        form=form,
        action=action,
        version=version,
        lead=lead,
        go=go or _("保存"),
        back=_at(at),
    )


def _at(area_id: int) -> str:
    return url_for("areas.show", area_id=area_id)


def _team(desk: Desk, team_id: int) -> Team:
    return found(team_queries.in_scope(desk.db, team_id, scope_ids=desk.scope_ids))


def _area(desk: Desk, area_id: int) -> Area:
    return found(queries.in_scope(desk.db, area_id, scope_ids=desk.scope_ids))


def _note(desk: Desk, verb: str, subject: tuple[str, int], *, area_id: int) -> None:
    audit.note(desk.db, verb=verb, subject=subject, account_id=desk.account_id, area_id=area_id, now=desk.now)
