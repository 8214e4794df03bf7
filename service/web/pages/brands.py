"""/ad/areas/<id>/brand: what a community calls itself, in which colour, under which mark; and the files of that."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.brands import BrandInput
from service.brands import actions, queries
from service.brands.actions import BrandRefused
from service.brands.rules import MarkRefused
from service.language import _
from service.places.models import Area
from service.places.queries import in_scope
from service.web import notices, page, visitor, words
from service.web.desk import Desk, at_office, found
from service.web.forms import Form

pages = Blueprint("brands", __name__, url_prefix="/ad/areas/<int:area_id>/brand")
files = Blueprint("brand_files", __name__, url_prefix="/brands")


@pages.get("")
@at_office
def show(desk: Desk, area_id: int) -> Response:
    """As it is now."""
    area = _area(desk, area_id)
    kept = queries.own(desk.db, area.id)
    given = {"name": kept.name, "accent": kept.accent} if kept else {}
    return _page(desk, area, Form.blank(BrandInput(), given=given))


@pages.post("")
@at_office
def choose(desk: Desk, area_id: int) -> ResponseReturnValue:
    """From now on it is shown so."""
    area, form, sent = _area(desk, area_id), Form.posted(BrandInput()), request.files.get("mark")
    if form.has_errors:
        return _page(desk, area, form)
    try:
        actions.choose(
            desk.db,
            area,
            **form.loaded,
            mark=sent.read() if sent is not None else None,
            account_id=desk.account_id,
            now=desk.now,
        )
    except BrandRefused as refused:
        form.refuse(words.brand_problem(refused.problem), at="accent")
        return _page(desk, area, form)
    except MarkRefused as refused:
        form.refuse(words.brand_problem(refused.problem))
        return _page(desk, area, form)
    notices.notify(_("存好了，“{name}”的网页和纸上都会有。", name=area.name))
    return page.see_other(url_for("brands.show", area_id=area.id))


@pages.post("/give-up")
@at_office
def give_up(desk: Desk, area_id: int) -> ResponseReturnValue:
    """It is shown no more."""
    area = _area(desk, area_id)
    actions.give_up(desk.db, area, account_id=desk.account_id, now=desk.now)
    notices.notify(_("去掉了。"))
    return page.see_other(url_for("areas.show", area_id=area.id))


@files.get("/<int:area_id>/<digest>.<any(css, png):kind>")
@visitor.for_anyone
def look(db: Session, area_id: int, digest: str, kind: str) -> Response:
    """Its colour, or its mark: kept by browsers for a year, since another look has another address."""
    kept = queries.own(db, area_id)
    if kept is None or kept.digest != digest or (kind == "png" and kept.mark is None):
        abort(404)
    if kind == "css":
        answer = Response(f".brand__own{{color:{kept.accent}}}\n", mimetype="text/css")
    else:
        answer = Response(kept.mark, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def _area(desk: Desk, area_id: int) -> Area:
    return found(in_scope(desk.db, area_id, scope_ids=desk.scope_ids))


def _page(desk: Desk, area: Area, form: Form) -> Response:
    return page.render(
        "brands/show.html",
        title=_("{name}的品牌", name=area.name),
        area=area,
        form=form,
        kept=queries.own(desk.db, area.id),
        back=url_for("areas.show", area_id=area.id),
    )
