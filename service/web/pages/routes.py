"""/me/rounds/<shift>: the stops of her round; /co/activities/<id>/route: the round an activity walks."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.routes import RouteInput, VisitInput
from service import clock
from service.activities.models import Activity, Shift
from service.findings.actions import NotHerShift, Writer, can_write
from service.language import _
from service.places.queries import subtree
from service.roster.queries import serves_in
from service.routes import actions, queries
from service.routes.actions import RouteRefused, UnknownStop
from service.routes.models import Route
from service.routes.rules import StopPlan
from service.scores.queries import of_shift as scores_of
from service.scores.queries import sheet_of
from service.web import notices, page, visitor, words
from service.web.desk import Desk, activity_here, at_desk
from service.web.forms import Form

pages = Blueprint("routes", __name__)
desk_pages = Blueprint("routes_desk", __name__, url_prefix="/co/activities/<int:activity_id>/route")


@pages.get("/me/rounds/<int:shift_id>")
@visitor.for_volunteers
def walk(db: Session, shift_id: int) -> Response:
    """Her round, stop after stop."""
    shift, route = _my_round(db, shift_id)
    now, her = clock.now(db), visitor.me(db).volunteer_id or 0
    return page.render(
        "routes/round.html",
        title=_("走一圈"),
        shift=shift,
        activity=db.get_one(Activity, shift.activity_id),
        stops=queries.of_shift(db, route, shift, now=now),
        been=queries.visits(db, shift.id),
        sheet=sheet_of(db, shift.activity_id),
        scores=scores_of(db, shift.id),
        may_write=can_write(db, shift, volunteer_id=her, now=now),
        back=url_for("me.index"),
    )


@pages.post("/me/rounds/<int:shift_id>/<int:stop_id>")
@visitor.for_volunteers
def visit(db: Session, shift_id: int, stop_id: int) -> ResponseReturnValue:
    """She has been there."""
    shift, _route = _my_round(db, shift_id)
    form, who = Form.posted(VisitInput()), visitor.me(db)
    if form.has_errors:
        abort(404)
    by = Writer(account_id=who.account_id, volunteer_id=who.volunteer_id)
    try:
        made = actions.visit(db, shift, stop_id=stop_id, by=by, now=clock.now(db), **form.loaded)
    except UnknownStop:
        abort(404)
    except NotHerShift:
        notices.notify(_("只有值这一班的人能写，从开始到结束后24小时。"))
    else:
        notices.notify(_("记下了，有问题的已经记进“发现”。") if made.finding_id else _("记下了，这一处没有问题。"))
    return page.see_other(url_for("routes.walk", shift_id=shift.id))


def _my_round(db: Session, shift_id: int) -> tuple[Shift, Route]:
    """The shift and its route, if she serves in it; else 404."""
    if not serves_in(db, shift_id, volunteer_id=visitor.me(db).volunteer_id or 0):
        abort(404)
    shift = db.get_one(Shift, shift_id)
    route = queries.of_activity(db, shift.activity_id)
    if route is None:
        abort(404)
    return shift, route


@desk_pages.get("")
@at_desk
def show(desk: Desk, activity_id: int) -> Response:
    """The round as it is: what was seen when, what comes when, and the form to lay it anew."""
    activity = activity_here(desk, activity_id)
    route = queries.of_activity(desk.db, activity.id)
    return _page(desk, activity, Form.blank(RouteInput(), given=_as_typed(desk, route)))


@desk_pages.post("")
@at_desk
def lay(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Lay it, or lay it anew."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(RouteInput())
    stops = _read(desk, activity, form) if form.is_valid else []
    if form.is_valid:
        _lay(desk, activity, form, stops)
    if form.has_errors:
        return _page(desk, activity, form)
    notices.notify(_("路线定好了：{n}处。", n=len(stops)))
    return page.see_other(url_for("routes_desk.show", activity_id=activity.id))


def _lay(desk: Desk, activity: Activity, form: Form, stops: list[StopPlan]) -> None:
    given = {name: form.loaded[name] for name in ("at_once", "within_days")}
    try:
        actions.lay_route(desk.db, activity, stops=stops, account_id=desk.account_id, now=desk.now, **given)
    except RouteRefused as refused:
        for name, texts in words.route_problems(refused).items():
            form.refuse(*texts, at=name if name in form.schema.fields else None)


def _read(desk: Desk, activity: Activity, form: Form) -> list[StopPlan]:
    """The lines as stops: a place of the community, after a slash what it is called there."""
    known = {area.name: area.id for area in subtree(desk.db, activity.area_id)}
    checks = tuple(line.strip()[:80] for line in form.loaded["checks"].splitlines() if line.strip())
    stops = []
    for line in filter(None, (line.strip() for line in form.loaded["stops"].splitlines())):
        place, _slash, name = (part.strip() for part in line.replace("／", "/").partition("/"))
        if place not in known:
            form.refuse(_("没有叫“{place}”的地方，请写院落、楼或者场所的名字", place=place), at="stops")
            return []
        stops.append(StopPlan(place_id=known[place], name=name[:80], checks=checks))
    return stops


def _as_typed(desk: Desk, route: Route | None) -> dict[str, object]:
    if route is None:
        return {}
    stops = queries.stops(desk.db, route, now=desk.now)
    lines = [f"{stop.place}/{stop.row.name}" if stop.row.name else stop.place for stop in stops]
    checks = dict.fromkeys(check for stop in stops for check in stop.row.checks)
    typed = {"at_once": route.at_once, "within_days": route.within_days}
    numbers = {name: number for name, number in typed.items() if number is not None}
    return {"stops": "\n".join(lines), "checks": "\n".join(checks), **numbers}


def _page(desk: Desk, activity: Activity, form: Form) -> Response:
    route = queries.of_activity(desk.db, activity.id)
    return page.render(
        "routes/show.html",
        title=_("巡查路线"),
        form=form,
        activity=activity,
        route=route,
        stops=queries.stops(desk.db, route, now=desk.now) if route else [],
        coming=queries.coming(desk.db, route, now=desk.now, limit=7) if route else [],
        sheet=sheet_of(desk.db, activity.id),
        back=url_for("roster.index", activity_id=activity.id),
    )
