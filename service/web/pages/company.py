"""怎么搭配: what an activity asks of those on duty together, and what is held together with it; who is to serve with
whom, and who is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.company import BondInput, CompanyInput, CrewInput
from service.activities.models import Activity
from service.company import actions, queries
from service.company.actions import BoundAlready, BoundToHerself, CrewRefused, InAnotherCrew, RatioWithoutChildren
from service.company.rules import Rule, adults_for
from service.language import _
from service.pupils.queries import count
from service.volunteers.models import Volunteer
from service.web import choices, notices, page
from service.web.desk import Desk, activity_here, at_desk, found, volunteer_here
from service.web.forms import Form, Option

pages = Blueprint("company", __name__, url_prefix="/co")


@pages.get("/activities/<int:activity_id>/company")
@at_desk
def show(desk: Desk, activity_id: int) -> Response:
    """What is asked now."""
    activity = activity_here(desk, activity_id)
    return _asked(desk, activity, _rule_form(desk, activity))


@pages.post("/activities/<int:activity_id>/company")
@at_desk
def ask(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Ask it from now on."""
    activity, form = activity_here(desk, activity_id), Form.posted(CompanyInput())
    if form.is_valid:
        rule = Rule(**form.loaded)
        try:
            actions.ask(desk.db, activity, rule=rule, account_id=desk.account_id, now=desk.now)
        except RatioWithoutChildren:
            form.refuse(_("先填每次有几个孩子"), at="children")
        else:
            notices.notify(_("记下了。以后排班照着办；已经排好的不动，不合的在班表上标出来。"))
            return page.see_other(url_for("roster.index", activity_id=activity.id))
    return _asked(desk, activity, form)


@pages.post("/activities/<int:activity_id>/crew")
@at_desk
def hold_together(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Hold the ticked activities together with this one."""
    activity = activity_here(desk, activity_id)
    mine = {one.id: one for one in queries.could_be_held_with(desk.db, activity, scope_ids=desk.scope_ids)}
    form = Form.posted(CrewInput(), options=_activities(mine.values()))
    form.check_offered("activity_ids")
    if not queries.crew_in_scope(desk.db, activity, scope_ids=desk.scope_ids):
        form.refuse(_("同组的活动里有不归您管的，请找管它的人改"))
    if form.is_valid:
        others = [mine[number] for number in sorted(set(form.loaded["activity_ids"]))]
        try:
            actions.hold_together(desk.db, activity, others=others, account_id=desk.account_id, now=desk.now)
        except CrewRefused:
            form.refuse(_("这个活动还没有发布，或者不用统筹安排，不能同组"))
        except InAnotherCrew:
            form.refuse(_("勾选的活动里有已经和别的活动同组的，先在那边去掉"), at="activity_ids")
        else:
            notices.notify(_("记下了。以后排班，同一天里同组的要么都开，要么都不开。"))
            return page.see_other(url_for("company.show", activity_id=activity.id))
    return _asked(desk, activity, _rule_form(desk, activity), crew=form)


@pages.get("/people/<int:volunteer_id>/company")
@at_desk
def of_person(desk: Desk, volunteer_id: int) -> Response:
    """With whom somebody is to serve, or not."""
    return _bonds(desk, volunteer_here(desk, volunteer_id), Form.blank(BondInput(), options=_people(desk)))


@pages.post("/people/<int:volunteer_id>/company")
@at_desk
def bind(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Two people of these areas."""
    person, form = volunteer_here(desk, volunteer_id), Form.posted(BondInput(), options=_people(desk))
    form.check_offered("other_id")
    if form.is_valid:
        other = volunteer_here(desk, form.loaded["other_id"])
        wanted = {"kind": form.loaded["kind"], "note": form.loaded["note"]}
        try:
            actions.bind(desk.db, person, other=other, **wanted, account_id=desk.account_id, now=desk.now)
        except BoundToHerself:
            form.refuse(_("请选另一个人"), at="other_id")
        except BoundAlready:
            form.refuse(_("他们两个已经记过了，先去掉原来的"), at="other_id")
        else:
            notices.notify(_("记下了，排班、找人的时候照着办。"))
            return page.see_other(url_for("company.of_person", volunteer_id=person.id))
    return _bonds(desk, person, form)


@pages.post("/people/<int:volunteer_id>/company/<int:bond_id>/loosen")
@at_desk
def loosen(desk: Desk, volunteer_id: int, bond_id: int) -> ResponseReturnValue:
    """It does not hold any more."""
    person = volunteer_here(desk, volunteer_id)
    bond = found(queries.bond_in_scope(desk.db, bond_id, scope_ids=desk.scope_ids))
    actions.loosen(desk.db, bond, account_id=desk.account_id, now=desk.now)
    notices.notify(_("去掉了。"))
    return page.see_other(url_for("company.of_person", volunteer_id=person.id))


def _asked(desk: Desk, activity: Activity, form: Form, *, crew: Form | None = None) -> Response:
    enrolled, rule = count(desk.db, activity.id), queries.rule_of(desk.db, activity.id)
    return page.render(
        "company/activity.html",
        title=_("怎么搭配"),
        activity=activity,
        form=crew if crew is not None else form,
        asked=form,
        crew=crew if crew is not None else _crew_form(desk, activity),
        enrolled=enrolled,
        adults=adults_for(enrolled, rule.per_adult),
    )


def _rule_form(desk: Desk, activity: Activity) -> Form:
    return Form.blank(CompanyInput(), given=asdict(queries.rule_of(desk.db, activity.id)))


def _crew_form(desk: Desk, activity: Activity) -> Form:
    held = [one.id for one in queries.held_with(desk.db, activity.id)]
    could = queries.could_be_held_with(desk.db, activity, scope_ids=desk.scope_ids)
    return Form.blank(CrewInput(), given={"activity_ids": held}, options=_activities(could))


def _activities(those: Iterable[Activity]) -> dict[str, list[Option]]:
    return {"activity_ids": [Option(value=str(one.id), text=one.title) for one in those]}


def _bonds(desk: Desk, person: Volunteer, form: Form) -> Response:
    return page.render(
        "company/person.html",
        title=_("{name}和谁一起排", name=person.name),
        person=person,
        bonds=queries.bonds_of(desk.db, person.id),
        form=form,
    )


def _people(desk: Desk) -> dict[str, list[Option]]:
    return {"other_id": choices.people(desk)}
