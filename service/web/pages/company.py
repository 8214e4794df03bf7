"""怎么搭配: what an activity asks of those on duty together; who is to serve with whom, and who is not."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.company import BondInput, CompanyInput
from service.activities.models import Activity
from service.company import actions, queries
from service.company.actions import BoundAlready, BoundToHerself, RatioWithoutChildren
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
    return _asked(desk, activity, Form.blank(CompanyInput(), given=asdict(queries.rule_of(desk.db, activity.id))))


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


def _asked(desk: Desk, activity: Activity, form: Form) -> Response:
    enrolled, rule = count(desk.db, activity.id), queries.rule_of(desk.db, activity.id)
    return page.render(
        "company/activity.html",
        title=_("怎么搭配"),
        activity=activity,
        form=form,
        enrolled=enrolled,
        adults=adults_for(enrolled, rule.per_adult),
    )


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
