"""/co/courtyards: every courtyard with its council and who answers for it; one courtyard at a page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.courtyards import MANAGED, ChargeInput, FactsInput
from service.calendars.rules import local
from service.courtyards import actions, queries
from service.courtyards.actions import AlreadyEntrusted
from service.language import Lazy, _
from service.partners.queries import listed as partners_of
from service.places import queries as places
from service.places.models import Area
from service.promises.queries import listed as promises_to
from service.terms import AreaKind
from service.web import notices, page
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("courtyards", __name__, url_prefix="/co/courtyards")

LACKS = {
    "council": Lazy("没有理事会的"),
    "person": Lazy("没有人负责的"),
    "management": Lazy("没有物业的"),
}
AS_TYPED = {True: "yes", False: "no", None: ""}
AS_MEANT = {"yes": True, "no": False, "": None}


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """All of them, or those that lack something; how many of each."""
    rows = queries.report(desk.db, scope_ids=desk.scope_ids, day=local(desk.now).date())
    lacks = request.args.get("lacks", "")
    return page.render(
        "courtyards/index.html",
        title=_("院落"),
        wide=True,
        rows=[row for row in rows if lacks not in LACKS or lacks in row.lacks],
        total=len(rows),
        councils=sum(row.council is not None for row in rows),
        members=sum(row.members for row in rows),
        lacking=[(name, text, sum(name in row.lacks for row in rows)) for name, text in LACKS.items()],
        lacks=lacks,
    )


@pages.get("/<int:area_id>")
@at_desk
def show(desk: Desk, area_id: int) -> Response:
    """One: what it is, who answers for it and for what is in it."""
    area = _area(desk, area_id)
    return _page(desk, area, facts=_facts(desk, area), charge=_charge(desk, area))


@pages.post("/<int:area_id>")
@at_desk
def describe(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Write down what it is."""
    area, form = _area(desk, area_id), Form.posted(FactsInput(), options=_managed())
    if form.has_errors:
        return _page(desk, area, facts=form, charge=_charge(desk, area))
    given = dict(form.loaded)
    changes = {**given, "is_managed": AS_MEANT[given.pop("managed")]}
    changes.pop("managed", None)
    actions.describe(desk.db, area, changes=changes, account_id=desk.account_id, now=desk.now)
    notices.notify(_("改好了。"))
    return page.see_other(url_for("courtyards.show", area_id=area.id))


@pages.post("/<int:area_id>/charges")
@at_desk
def entrust(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Somebody answers for it from a day on."""
    area = _area(desk, area_id)
    form = Form.posted(ChargeInput(), options=_people(desk, area))
    if form.is_valid:
        form.check_offered("volunteer_id")
    if form.is_valid:
        _entrust(desk, area, form)
    if form.has_errors:
        return _page(desk, area, facts=_facts(desk, area), charge=form, wrong=form)
    notices.notify(_("记下了。"))
    return page.see_other(url_for("courtyards.show", area_id=area.id))


@pages.post("/charges/<int:charge_id>/end")
@at_desk
def end(desk: Desk, charge_id: int) -> ResponseReturnValue:
    """She answers for it no more, from today on."""
    charge = found(queries.charge_in_scope(desk.db, charge_id, scope_ids=desk.scope_ids))
    area_id = charge.area_id
    actions.end(desk.db, charge, on=local(desk.now).date(), account_id=desk.account_id, now=desk.now)
    notices.notify(_("从今天起不再负责。"))
    return page.see_other(url_for("courtyards.show", area_id=area_id))


def _entrust(desk: Desk, area: Area, form: Form) -> None:
    today = local(desk.now).date()
    term: dict[str, Any] = {**form.loaded, "from_on": form.loaded["from_on"] or today}
    if term["until_on"] is not None and term["until_on"] <= term["from_on"]:
        form.refuse(_("结束日期要在开始日期之后"), at="until_on")
        return
    try:
        with desk.db.begin_nested():
            actions.entrust(desk.db, area, account_id=desk.account_id, now=desk.now, **term)
    except AlreadyEntrusted:
        form.refuse(_("这段时间里已经安排了别人，请先结束那一段"))


def _area(desk: Desk, area_id: int) -> Area:
    """A courtyard, or what is in one: a building, a unit, a site."""
    area = found(places.in_scope(desk.db, area_id, scope_ids=desk.scope_ids))
    return found(area if area.kind in (AreaKind.COURTYARD, AreaKind.BUILDING, AreaKind.SITE) else None)


def _facts(desk: Desk, area: Area) -> Form:
    facts = queries.facts_of(desk.db, area.id)
    names = ("manager", "owner", "built_in", "households")
    known = {name: value for name in names if (value := getattr(facts, name, None)) not in (None, "")}
    managed = AS_TYPED[facts.is_managed] if facts else ""
    return Form.blank(FactsInput(), given={"managed": managed, **known}, options=_managed())


def _charge(desk: Desk, area: Area) -> Form:
    return Form.blank(ChargeInput(), options=_people(desk, area))


def _managed() -> dict[str, list[Option]]:
    return {"managed": [Option(value=value, text=str(text)) for value, text in MANAGED.items() if value]}


def _people(desk: Desk, area: Area) -> dict[str, list[Option]]:
    return {"volunteer_id": [Option(value=str(one.id), text=one.name) for one in queries.can_answer(desk.db, area)]}


def _page(desk: Desk, area: Area, *, facts: Form, charge: Form, wrong: Form | None = None) -> Response:
    today = local(desk.now).date()
    inside = [one for one in places.subtree(desk.db, area.id) if one.id != area.id]
    return page.render(
        "courtyards/show.html",
        title=area.name,
        form=wrong or facts,
        facts=facts,
        charge=charge,
        area=area,
        is_courtyard=area.kind == AreaKind.COURTYARD,
        today=today,
        answers=queries.answers_for(desk.db, area, day=today),
        charges=queries.charges_of(desk.db, area.id),
        promises=promises_to(desk.db, scope_ids=desk.scope_ids, area_id=area.id),
        partners=partners_of(desk.db, scope_ids=desk.scope_ids, area_id=area.id),
        inside=[(one, queries.answers_for(desk.db, one, day=today)) for one in inside],
        back=url_for("courtyards.index"),
    )
