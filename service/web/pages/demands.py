"""/co/demands: what people ask for, which line of service covers it and why; the desk decides."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.demands import AUDIENCES, CoverForm, NewDemand
from service.demands import actions, queries
from service.demands.actions import AlreadyDecided, NoLineHere
from service.demands.models import Demand
from service.demands.rules import Fit, Line
from service.language import _
from service.teams.models import Programme
from service.terms import DemandState
from service.web import choices, notices, page, words
from service.web.desk import Desk, at_desk, found, number
from service.web.forms import Form, Option
from service.wording import listed

pages = Blueprint("demands", __name__, url_prefix="/co/demands")
BETWEEN_WORDS = re.compile(r"[、，,;；\s]+")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """What is asked for, and a form for more."""
    return _page(desk, Form.blank(NewDemand(), options=_options(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """One more."""
    form = Form.posted(NewDemand(), options=_options(desk))
    if form.is_valid:
        form.check_offered("area_id")
    if form.has_errors:
        return _page(desk, form)
    made = actions.note(desk.db, account_id=desk.account_id, now=desk.now, **form.loaded)
    return page.see_other(url_for("demands.show", demand_id=made.id))


@pages.get("/<int:demand_id>")
@at_desk
def show(desk: Desk, demand_id: int) -> Response:
    """The lines that cover it, each with why; and all others around."""
    return _one(desk, _here(desk, demand_id))


@pages.post("/<int:demand_id>")
@at_desk
def give(desk: Desk, demand_id: int) -> ResponseReturnValue:
    """To a line."""
    demand = _here(desk, demand_id)
    try:
        chosen = number(request.form.get("programme_id", "")) or 0
        actions.give(desk.db, demand, programme_id=chosen, account_id=desk.account_id, now=desk.now)
    except NoLineHere:
        return _one(desk, demand, refusal=str(words.NOT_OFFERED))
    except AlreadyDecided:
        notices.notify(_("已经定过了。"))
    else:
        notices.notify(_("交给他们了。"))
    return page.see_other(url_for("demands.index"))


@pages.post("/<int:demand_id>/rest")
@at_desk
def let_rest(desk: Desk, demand_id: int) -> ResponseReturnValue:
    """No line is for it."""
    demand = _here(desk, demand_id)
    try:
        actions.let_rest(desk.db, demand, account_id=desk.account_id, now=desk.now)
        notices.notify(_("记下了：没有合适的项目。"))
    except AlreadyDecided:
        notices.notify(_("已经定过了。"))
    return page.see_other(url_for("demands.index"))


@pages.get("/lines")
@at_desk
def lines(desk: Desk) -> Response:
    """Every line of these areas, whom it is for, by which words it is asked for."""
    rows = queries.lines_of(desk.db, scope_ids=desk.scope_ids)
    return page.render(
        "demands/lines.html",
        title=_("服务项目管什么"),
        rows=[(line, _for_whom(line)) for line in rows],
        back=url_for("demands.index"),
    )


@pages.get("/lines/<int:programme_id>")
@at_desk
def cover_form(desk: Desk, programme_id: int) -> Response:
    """What one line covers, to be changed."""
    programme = _programme(desk, programme_id)
    line = next(one for one in queries.lines_of(desk.db, scope_ids=desk.scope_ids) if one.programme_id == programme.id)
    given = {"audiences": sorted(line.audiences), "words": "、".join(line.words)}
    return _cover_page(programme, Form.blank(CoverForm(), given=given))


@pages.post("/lines/<int:programme_id>")
@at_desk
def cover(desk: Desk, programme_id: int) -> ResponseReturnValue:
    """It covers this from now on."""
    programme, form = _programme(desk, programme_id), Form.posted(CoverForm())
    if form.has_errors:
        return _cover_page(programme, form)
    said = [word[:20] for word in BETWEEN_WORDS.split(form.loaded["words"]) if word]
    audiences = form.loaded["audiences"]
    actions.declare(desk.db, programme, audiences=audiences, words=said, account_id=desk.account_id, now=desk.now)
    notices.notify(_("改好了。"))
    return page.see_other(url_for("demands.lines"))


def why(fit: Fit) -> str:
    """`说到：血压、健康讲座；专门给老人的`."""
    said = [_("说到“{words}”", words=listed(fit.heard))] if fit.heard else []
    if fit.is_for_them:
        said.append(_("专门给{people}的", people=_for_whom(fit.line)))
    return _("，").join(said)


def _for_whom(line: Line) -> str:
    return (
        str(_("谁都可以")) if line.is_for_everybody else listed(str(AUDIENCES[one]) for one in sorted(line.audiences))
    )


def _here(desk: Desk, demand_id: int) -> Demand:
    return found(queries.in_scope(desk.db, demand_id, scope_ids=desk.scope_ids))


def _programme(desk: Desk, programme_id: int) -> Programme:
    return found(queries.programme_in_scope(desk.db, programme_id, scope_ids=desk.scope_ids))


def _page(desk: Desk, form: Form) -> Response:
    return page.render(
        "demands/index.html",
        title=_("居民的需求"),
        rows=queries.listed(desk.db, scope_ids=desk.scope_ids),
        audiences=AUDIENCES,
        form=form,
    )


def _one(desk: Desk, demand: Demand, *, refusal: str = "") -> Response:
    fits = queries.fits_of(desk.db, demand)
    known = {fit.line.programme_id for fit in fits}
    around = [line for line in queries.lines_around(desk.db, demand.area_id) if line.programme_id not in known]
    return page.render(
        "demands/show.html",
        title=_("交给哪个项目？"),
        status=422 if refusal else 200,
        demand=demand,
        audience=AUDIENCES[demand.audience],
        is_open=demand.state == DemandState.OPEN,
        fits=[(fit.line, why(fit)) for fit in fits],
        around=around,
        refusal=refusal,
        back=url_for("demands.index"),
    )


def _cover_page(programme: Programme, form: Form) -> Response:
    return page.render(
        "demands/cover.html",
        title=_("{name}管什么", name=programme.name),
        programme=programme,
        form=form,
        back=url_for("demands.lines"),
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {"area_id": choices.communities(desk)}
