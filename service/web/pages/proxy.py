"""/co/proxy, the phone desk: find the person who asks, or register her in four fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, request, session, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from schemas.fields import Phone
from schemas.proxy import NewPersonInput, SearchInput
from service.language import _
from service.people.actions import note_search
from service.places.models import Area
from service.terms import AreaKind, ConsentHow
from service.volunteers.actions import PhoneTaken, register
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone, in_scope, namesakes, search
from service.web import choices, notices, page
from service.web.desk import Desk, at_desk, number
from service.web.forms import Form, Option

pages = Blueprint("proxy", __name__, url_prefix="/co/proxy")

#: As many digits are a telephone number, fewer are part of nothing.
SHORTEST_PHONE = 7


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Ask who it is; with `?q=`, who is called so. Telephone numbers never stand in the address."""
    asked = request.args.get("q", "")[:60].strip()
    people = _found(desk, asked) if asked else None
    return _search_page(desk, Form.blank(SearchInput(), given={"who": asked}), people)


@pages.post("")
@at_desk
def look(desk: Desk) -> ResponseReturnValue:
    """By telephone number straight to the person, or to registering her; by name or pinyin to the list."""
    form = Form.posted(SearchInput())
    if form.has_errors:
        return _search_page(desk, form, None)
    if sum(character.isdigit() for character in form.loaded["who"]) < SHORTEST_PHONE:
        return page.see_other(url_for("proxy.index", q=form.loaded["who"], activity=activity_id()))
    try:
        phone = Phone().deserialize(form.loaded["who"])
    except ValidationError as error:
        form.refuse(str(error.messages[0]), at="who")
        return _search_page(desk, form, None)
    person = by_phone(desk.db, phone)
    is_here = person is not None and in_scope(desk.db, person.id, scope_ids=desk.scope_ids) is not None
    _note(desk, by="phone", found=int(is_here))
    if person is not None and is_here:
        return page.see_other(url_for("proxy_signup.choose", volunteer_id=person.id, activity=activity_id()))
    if person is not None:
        form.refuse(_("这个号码登记在别的社区，请本人上网报名，或者请那边的社区代报"), at="who")
        return _search_page(desk, form, None)
    session["proxy_phone"] = phone
    notices.notify(_("这个号码还没有登记，请登记新人。"))
    return page.see_other(url_for("proxy.new", activity=activity_id()))


@pages.get("/new")
@at_desk
def new(desk: Desk) -> Response:
    """Four fields; the number that was looked for is there already."""
    areas = _areas(desk)
    given = {"phone": session.pop("proxy_phone", None), "area_id": areas[0].id if len(areas) == 1 else None}
    return _new_page(Form.blank(NewPersonInput(), given=given, options=_options(areas)))


@pages.post("/new")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """Register her, unless she is known already."""
    areas = _areas(desk)
    form = Form.posted(NewPersonInput(), options=_options(areas))
    if form.is_valid and form.loaded["area_id"] not in {area.id for area in areas}:
        form.refuse(_("请选择列出的社区"), at="area_id")
    if form.has_errors:
        return _new_page(form)
    same = [] if "anyway" in request.form else namesakes(desk.db, form.loaded["name"], scope_ids=desk.scope_ids)
    if same and not form.loaded.get("phone"):
        return _new_page(form, same=same, status=422)
    try:
        person = _register(desk, form)
    except PhoneTaken:
        return _taken(desk, form)
    return page.see_other(url_for("proxy_signup.choose", volunteer_id=person.id, activity=activity_id()))


def activity_id() -> int | None:
    """The activity she is signed up for, if the way here began at one; handed on from page to page."""
    return number(request.values.get("activity", "")) or None


def _register(desk: Desk, form: Form) -> Volunteer:
    """A year of birth stands for its last day: whoever may be too young counts as too young."""
    given = form.loaded
    year = given.get("birth_year")
    return register(
        desk.db,
        area_id=given["area_id"],
        name=given["name"],
        phone=given.get("phone") or None,
        how=ConsentHow.ORAL,
        now=desk.now,
        birth_on=date(year, 12, 31) if year else None,
        recorded_by=desk.account_id,
    )


def _taken(desk: Desk, form: Form) -> Response:
    """Somebody has this number: she, very likely, if she lives here."""
    known = by_phone(desk.db, form.loaded["phone"])
    here = known and in_scope(desk.db, known.id, scope_ids=desk.scope_ids)
    form.refuse(_("这个号码已经登记过"), at="phone")
    return _new_page(form, same=[here] if here else [])


def _found(desk: Desk, asked: str) -> Sequence[Volunteer]:
    people = search(desk.db, asked, scope_ids=desk.scope_ids)
    _note(desk, by="name", found=len(people))
    return people


def _note(desk: Desk, *, by: str, found: int) -> None:
    """Looking for somebody shows who there is."""
    note_search(desk.db, account_id=desk.account_id, now=desk.now, by=[by], found=found)


def _search_page(desk: Desk, form: Form, people: Sequence[Volunteer] | None) -> Response:
    areas = {area.id: area.name for area in _areas(desk)}
    return page.render(
        "proxy/index.html", title=_("代报名"), form=form, people=people, areas=areas, activity=activity_id()
    )


def _new_page(form: Form, *, same: Sequence[Volunteer] = (), status: int = 200) -> Response:
    return page.render(
        "proxy/new.html", title=_("登记新人"), form=form, same=same, activity=activity_id(), status=status
    )


def _areas(desk: Desk) -> list[Area]:
    """The communities of these areas; an area below a community stands for itself."""
    areas = choices.areas(desk)
    communities = [area for area in areas if area.kind == AreaKind.COMMUNITY]
    return communities or [area for area in areas if area.id in desk.scope_ids]


def _options(areas: Sequence[Area]) -> dict[str, list[Option]]:
    return {"area_id": [Option(value=str(area.id), text=area.name) for area in areas]}
