"""Teams: found, approve, join, leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.shown import page_of
from schemas.teams import (
    MembersShown,
    NewMember,
    NewProgramme,
    NewTeam,
    ProgrammeShown,
    TeamChange,
    TeamsAsked,
    TeamShown,
)
from service import wording
from service.calendars.rules import local
from service.language import _
from service.places import queries as places
from service.teams import actions, queries
from service.teams.models import Programme, Team
from service.terms import Role, TeamState
from service.volunteers import queries as volunteers
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.problems import invalid
from service.web.api.resource import Resource

teams = Resource("teams", url_prefix="/teams", description="志愿队：成立、居委会同意、队员。")


@teams.operation("GET", "", asks=TeamsAsked(), gives=page_of(TeamShown))
def list_teams(call: Call, *, asked: dict[str, Any]) -> Any:
    """Teams in areas I coordinate; for volunteers the approved ones around home."""
    rows = queries.listed(
        call.session,
        scope_ids=call.scope_ids or (call.around,),
        state=asked.get("state") if call.scope_ids else TeamState.ACTIVE,
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    programmes = queries.programmes(call.session, [team.id for team in rows])
    return cursors.shown(
        rows, limit=asked["limit"], key=lambda team: (team.id,), each=lambda team: _with(team, programmes)
    )


@teams.operation("GET", "/<id:team_id>", gives=TeamShown())
def show_team(call: Call, *, team_id: int) -> Any:
    """One team."""
    return _shown(call, _visible(call, team_id))


@teams.operation("POST", "", takes=NewTeam(), gives=TeamShown(), status=201, refuses=(409,))
def found_team(call: Call, *, body: dict[str, Any]) -> Any:
    """Propose a team in an area I coordinate. It stays a draft until it is approved."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    return _shown(call, actions.found_team(call.session, **body))


@teams.operation("PATCH", "/<id:team_id>", takes=TeamChange(), gives=TeamShown(), is_editable=True, refuses=(409,))
def change_team(call: Call, *, team_id: int, body: dict[str, Any]) -> Any:
    """Another name or introduction."""
    team = _mine(call, team_id)
    call.must_match(team.version)
    actions.revise(call.session, team, changes=body, account_id=call.actor.account_id, now=call.now)
    return _shown(call, team)


@teams.operation("PUT", "/<id:team_id>/approval", gives=TeamShown())
def approve_team(call: Call, *, team_id: int) -> Any:
    """The residents' committee agrees: for administrators. Twice is harmless."""
    call.needs(Role.ADMIN)
    team = found(queries.in_scope(call.session, team_id, scope_ids=call.actor.scope_ids(Role.ADMIN)))
    actions.approve_team(call.session, team, account_id=call.actor.account_id, now=call.now)
    call.session.flush()
    return _shown(call, team)


@teams.operation(
    "POST", "/<id:team_id>/programmes", takes=NewProgramme(), gives=ProgrammeShown(), status=201, refuses=(409,)
)
def add_programme(call: Call, *, team_id: int, body: dict[str, Any]) -> Any:
    """A standing line of service for the team."""
    return actions.add_programme(call.session, _mine(call, team_id), name=body["name"])


@teams.operation("GET", "/<id:team_id>/members", gives=MembersShown())
def list_members(call: Call, *, team_id: int) -> Any:
    """Who belongs to the team today. Names are whole only for its coordinators."""
    team = _visible(call, team_id)
    is_mine = queries.in_scope(call.session, team.id, scope_ids=call.scope_ids) is not None
    rows = queries.memberships_on(call.session, team.id, day=local(call.now).date())
    return {"items": [_member(row, is_mine=is_mine) for row in rows]}


@teams.operation("POST", "/<id:team_id>/members", takes=NewMember(), gives=MembersShown(), status=201, refuses=(409,))
def join_team(call: Call, *, team_id: int, body: dict[str, Any]) -> Any:
    """Take a person of mine into the team."""
    team = _mine(call, team_id)
    if volunteers.in_scope(call.session, body["volunteer_id"], scope_ids=call.scope_ids) is None:
        raise invalid(volunteer_id=[_("没有这个人")])
    if "area_id" in body and places.in_scope(call.session, body["area_id"], scope_ids=(team.area_id,)) is None:
        raise invalid(area_id=[_("没有这个地方")])
    today = local(call.now).date()
    term = {"from_on": today, **body}
    if term.get("until_on") and term["until_on"] <= term["from_on"]:
        raise invalid(until_on=[_("结束日期要在开始日期之后")])
    actions.join_team(call.session, team_id=team.id, **term)
    rows = queries.memberships_on(call.session, team.id, day=today)
    return {"items": [_member(row, is_mine=True) for row in rows]}


@teams.operation("DELETE", "/<id:team_id>/members/<id:volunteer_id>", status=204)
def leave_team(call: Call, *, team_id: int, volunteer_id: int) -> Any:
    """End a person's membership today: her coordinator, or she herself."""
    is_own = volunteer_id == call.actor.volunteer_id
    team = _visible(call, team_id) if is_own else _mine(call, team_id)
    today = local(call.now).date()
    if not actions.leave_team(call.session, team_id=team.id, volunteer_id=volunteer_id, on=today):
        found(None)


def _mine(call: Call, team_id: int) -> Team:
    team: Team = found(queries.in_scope(call.session, team_id, scope_ids=call.scope_ids))
    return team


def _visible(call: Call, team_id: int) -> Team:
    """A team of mine, or an approved one around my home."""
    team = queries.in_scope(call.session, team_id, scope_ids=(*call.scope_ids, call.around))
    is_mine = team is not None and (
        team.state != TeamState.DRAFT or queries.in_scope(call.session, team_id, scope_ids=call.scope_ids) is not None
    )
    seen: Team = found(team if is_mine else None)
    return seen


def _shown(call: Call, team: Team) -> Any:
    return versioned(_with(team, queries.programmes(call.session, [team.id])), team.version)


def _with(team: Team, programmes: Iterable[Programme]) -> dict[str, Any]:
    shown = {name: getattr(team, name) for name in COLUMNS}
    return {**shown, "programmes": [programme for programme in programmes if programme.team_id == team.id]}


COLUMNS = ("id", "area_id", "name", "intro", "state", "approved_at", "needs_review", "version")


def _member(row: Any, *, is_mine: bool) -> dict[str, Any]:
    membership, name = row
    return {
        "volunteer_id": membership.volunteer_id,
        "name": name if is_mine else wording.masked_name(name),
        "role": membership.role,
        "area_id": membership.area_id,
        "from_on": membership.from_on,
        "until_on": membership.until_on,
    }
