"""What a coordinator does about one person: look at her telephone number, note that she does not want to be asked to
step in. Each leaves a row in the audit."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from schemas.desk import PhoneLook
from service.language import _
from service.signups.queries import concerned
from service.volunteers.actions import look_at_phone, revise
from service.volunteers.models import Volunteer
from service.web import notices, page
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form

pages = Blueprint("people", __name__, url_prefix="/co/people")


@pages.get("/<int:volunteer_id>/phone")
@at_desk
def phone_form(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Ask what the number is needed for."""
    return _ask_why(_person(desk, volunteer_id), Form.blank(PhoneLook()))


@pages.post("/<int:volunteer_id>/phone")
@at_desk
def phone(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """The number in full. Shown at once and kept nowhere: neither in the address nor in the session."""
    person = _person(desk, volunteer_id)
    form = Form.posted(PhoneLook())
    if form.has_errors:
        return _ask_why(person, form)
    number = look_at_phone(desk.db, person, account_id=desk.account_id, now=desk.now, why=form.loaded["why"].value)
    shown = page.render(
        "roster/phone.html", title=_("{name}的电话", name=person.name), person=person, number=number, back=_back()
    )
    answer = make_response(shown)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/<int:volunteer_id>/stepping-in")
@at_desk
def stepping_in(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Whether she may be asked to step in, and the other way round to press."""
    person = _person(desk, volunteer_id)
    title = _("{name}：顶班和替班", name=person.name)
    return page.render("roster/stepping_in.html", title=title, person=person, back=_back())


@pages.post("/<int:volunteer_id>/stepping-in/<any(on, off):answer>")
@at_desk
def step_in(desk: Desk, volunteer_id: int, answer: str) -> ResponseReturnValue:
    """She said so, by telephone or face to face."""
    person = _person(desk, volunteer_id)
    revise(desk.db, person, changes={"steps_in": answer == "on"}, account_id=desk.account_id, now=desk.now)
    notices.notify(
        _("记下了：缺人的时候可以问{name}。", name=person.name)
        if answer == "on"
        else _("记下了：以后不请{name}顶班、替班。", name=person.name)
    )
    return page.see_other(_back())


def _ask_why(person: Volunteer, form: Form) -> ResponseReturnValue:
    title = _("为什么要看{name}的电话？", name=person.name)
    return page.render("roster/phone_why.html", title=title, form=form, person=person, back=_back())


def _person(desk: Desk, volunteer_id: int) -> Volunteer:
    return found(concerned(desk.db, volunteer_id, scope_ids=desk.scope_ids))


def _back() -> str:
    """Where she came from; the dashboard when the address does not say."""
    return page.local_path(request.values.get("back", ""), otherwise="/co")
