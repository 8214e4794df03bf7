"""Who serves with whom: for coordinators, about their own areas."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from schemas.company import BondInput, BondShown, BondsShown, CompanyInput, CompanyShown, CrewInput, CrewShown
from service.activities.models import Activity
from service.activities.queries import in_scope as activity_in_scope
from service.company import actions, queries
from service.company.actions import BoundToHerself, RatioWithoutChildren
from service.company.rules import Rule
from service.language import _
from service.pupils.queries import count
from service.terms import Role
from service.volunteers import queries as volunteers
from service.web.api.door import Call, found
from service.web.api.problems import Problem, invalid
from service.web.api.resource import Resource

company = Resource("company", description="怎么搭配：同一班的人，谁和谁一起、谁不和谁一起。")


@company.operation("GET", "/activities/<id:activity_id>/company", gives=CompanyShown())
def show_company(call: Call, *, activity_id: int) -> Any:
    """What the activity asks of those who serve in one shift."""
    return _shown(call, _activity(call, activity_id).id)


@company.operation("PUT", "/activities/<id:activity_id>/company", takes=CompanyInput(), gives=CompanyShown())
def ask_company(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Ask it from now on. Who is placed stays."""
    activity, rule = _activity(call, activity_id), Rule(**body)
    try:
        actions.ask(call.session, activity, rule=rule, account_id=call.actor.account_id, now=call.now)
    except RatioWithoutChildren:
        raise invalid(children=[_("先填每次有几个孩子")]) from None
    return _shown(call, activity.id)


@company.operation("GET", "/activities/<id:activity_id>/crew", gives=CrewShown())
def show_crew(call: Call, *, activity_id: int) -> Any:
    """The activities that are held together with it."""
    return _crew(call, _activity(call, activity_id))


@company.operation("PUT", "/activities/<id:activity_id>/crew", takes=CrewInput(), gives=CrewShown(), refuses=(403, 409))
def hold_together(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Hold these together with it: on each day all that need people are given them, or none is. Who has a place keeps
    it. What is in the crew already has to be of my areas too."""
    activity = _activity(call, activity_id)
    mine = {one.id: one for one in queries.could_be_held_with(call.session, activity, scope_ids=call.scope_ids)}
    if not queries.crew_in_scope(call.session, activity, scope_ids=call.scope_ids):
        raise Problem(403, kind="not-allowed", detail=_("同组的活动里有不归您管的，请找管它的人改。"))
    wanted = set(body["activity_ids"]) - {activity.id}
    if not wanted <= mine.keys():
        raise invalid(activity_ids=[_("同组的要是本社区已发布的统筹安排、轮值排班活动")])
    others = [mine[one] for one in sorted(wanted)]
    actions.hold_together(call.session, activity, others=others, account_id=call.actor.account_id, now=call.now)
    return _crew(call, activity)


@company.operation("GET", "/volunteers/<id:volunteer_id>/bonds", gives=BondsShown())
def list_bonds(call: Call, *, volunteer_id: int) -> Any:
    """With whom somebody of my areas is to serve, or not. She herself does not see it."""
    person = _person(call, volunteer_id)
    return {"items": [row.Bond for row in queries.bonds_of(call.session, person.id)]}


@company.operation(
    "POST",
    "/volunteers/<id:volunteer_id>/bonds",
    takes=BondInput(),
    gives=BondShown(),
    status=201,
    refuses=(409,),
)
def bind(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Two people of my areas."""
    person = _person(call, volunteer_id)
    other = volunteers.in_scope(call.session, body["other_id"], scope_ids=call.scope_ids)
    if other is None:
        raise invalid(other_id=[_("没有这个人")])
    wanted = {"kind": body["kind"], "note": body["note"]}
    try:
        return actions.bind(call.session, person, other=other, **wanted, account_id=call.actor.account_id, now=call.now)
    except BoundToHerself:
        raise invalid(other_id=[_("请选另一个人")]) from None


@company.operation("DELETE", "/bonds/<id:bond_id>", status=204)
def loosen(call: Call, *, bond_id: int) -> Any:
    """It does not hold any more."""
    call.needs(Role.COORDINATOR)
    bond = found(queries.bond_in_scope(call.session, bond_id, scope_ids=call.scope_ids))
    actions.loosen(call.session, bond, account_id=call.actor.account_id, now=call.now)


def _shown(call: Call, activity_id: int) -> dict[str, Any]:
    enrolled = count(call.session, activity_id)
    return {**asdict(queries.rule_of(call.session, activity_id)), "enrolled": enrolled}


def _crew(call: Call, activity: Activity) -> dict[str, list[int]]:
    return {"activity_ids": [one.id for one in queries.held_with(call.session, activity.id)]}


def _activity(call: Call, activity_id: int) -> Any:
    call.needs(Role.COORDINATOR)
    return found(activity_in_scope(call.session, activity_id, scope_ids=call.scope_ids))


def _person(call: Call, volunteer_id: int) -> Any:
    call.needs(Role.COORDINATOR)
    return found(volunteers.in_scope(call.session, volunteer_id, scope_ids=call.scope_ids))
