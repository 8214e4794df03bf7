"""/co/people: the people of one's areas, looked through; what a coordinator asks of one of them: her telephone number,
whether she may be asked to step in. Each leaves a row in the audit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from schemas.desk import PhoneLook
from schemas.fields import Phone
from schemas.people import PeopleAsked
from service import secrets, wording
from service.calendars.rules import local
from service.language import _
from service.people import actions, queries
from service.signups.queries import concerned
from service.teams.queries import listed as listed_teams
from service.volunteers.actions import look_at_phone, revise
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone, in_scope
from service.web import notices, page
from service.web.desk import Desk, at_desk, found, number
from service.web.forms import Form, Option

pages = Blueprint("people", __name__, url_prefix="/co/people")

A_PAGE = 30
MOST_TEAMS = 200
#: As many digits are a telephone number, fewer are part of one.
SHORTEST_PHONE = 7


@pages.get("")
@at_desk
def index(desk: Desk) -> ResponseReturnValue:
    """Who was looked for, by pinyin; everybody at first. Whole telephone numbers never stand in the address."""
    form = Form.filled(PeopleAsked(), request.args, options=_options(desk))
    return _list(desk, form)


@pages.post("")
@at_desk
def look(desk: Desk) -> ResponseReturnValue:
    """By a whole telephone number straight to the person; by anything else to the list."""
    form = Form.posted(PeopleAsked(), options=_options(desk))
    typed = form.loaded.get("q", "")
    if form.has_errors:
        return _list(desk, form)
    if sum(character.isdigit() for character in typed) < SHORTEST_PHONE:
        given: dict[str, Any] = {name: values[0] for name, values in form.kept.items() if values and values[0]}
        return page.see_other(url_for("people.index", **given))
    try:
        person = by_phone(desk.db, Phone().deserialize(typed))
    except ValidationError as error:
        form.refuse(str(error.messages[0]), at="q")
        return _list(desk, form)
    here = person and in_scope(desk.db, person.id, scope_ids=desk.scope_ids)
    actions.note_search(desk.db, account_id=desk.account_id, now=desk.now, found=int(here is not None), by=["phone"])
    if here is None:
        form.refuse(_("您管的地方没有人登记过这个号码"), at="q")
        return _list(desk, form)
    return page.see_other(url_for("person.show", volunteer_id=here.id))


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


def _list(desk: Desk, form: Form) -> ResponseReturnValue:
    asked = asked_for(form.loaded) if form.is_valid else queries.Asked()
    last = number(request.args.get("after", ""))
    after = in_scope(desk.db, last, scope_ids=desk.scope_ids) if last else None
    day = local(desk.now).date()
    rows = (
        []
        if form.has_errors
        else queries.listed(
            desk.db, asked, scope_ids=desk.scope_ids, now=desk.now, day=day, after=after, limit=A_PAGE + 1
        )
    )
    shown = rows[:A_PAGE]
    by = [name for name, value in form.loaded.items() if value]
    actions.note_search(desk.db, account_id=desk.account_id, now=desk.now, found=len(shown), by=by)
    return page.render(
        "people/index.html",
        title=_("志愿者"),
        form=form,
        cards=[(card, _masked(card.person)) for card in shown],
        is_asked=bool(by),
        is_narrowed=any(name != "q" for name in by),
        later=page.here(after=shown[-1].person.id) if len(rows) > A_PAGE else None,
    )


def asked_for(given: dict[str, Any]) -> queries.Asked:
    """What was typed, as the query takes it."""
    return queries.Asked(**{"text" if name == "q" else name: value for name, value in given.items()})


def _masked(person: Volunteer) -> str:
    return wording.masked_phone(secrets.unseal(person.phone_sealed)) if person.phone_sealed else ""


def _options(desk: Desk) -> dict[str, list[Option]]:
    teams = listed_teams(desk.db, scope_ids=desk.scope_ids, limit=MOST_TEAMS)
    return {
        "tag": [Option(value=tag, text=tag) for tag in queries.tags(desk.db, scope_ids=desk.scope_ids)],
        "team_id": [Option(value=str(team.id), text=team.name) for team in teams],
    }


def _ask_why(person: Volunteer, form: Form) -> ResponseReturnValue:
    title = _("为什么要看{name}的电话？", name=person.name)
    return page.render("roster/phone_why.html", title=title, form=form, person=person, back=_back())


def _person(desk: Desk, volunteer_id: int) -> Volunteer:
    return found(concerned(desk.db, volunteer_id, scope_ids=desk.scope_ids))


def _back() -> str:
    """Where she came from; the dashboard when the address does not say."""
    return page.local_path(request.values.get("back", ""), otherwise="/co")
