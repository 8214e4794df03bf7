"""/co/promises: what was promised to courtyards and communities (一院一策), what is overdue, what came of it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.promises import NewPromise, OwnerInput, PromiseMove
from service.calendars.rules import local
from service.language import _
from service.places.models import Area
from service.promises import actions, queries
from service.promises.models import MOVES, ForbiddenMove, Promise
from service.terms import AreaKind, PromiseState
from service.volunteers.models import Volunteer
from service.web import choices, notices, page, words
from service.web.desk import Desk, at_desk, found, number
from service.web.forms import Form, Option

pages = Blueprint("promises", __name__, url_prefix="/co/promises")
#: To what something can be promised.
PROMISED_TO = (AreaKind.COMMUNITY, AreaKind.COURTYARD)


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """All of a year, or what is overdue; and a form for one more."""
    area_id = number(request.args.get("area_id", ""))
    given = {"area_id": area_id} if area_id else {}
    return _page(desk, Form.blank(NewPromise(), given=given, options=_options(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """One more."""
    form = Form.posted(NewPromise(), options=_options(desk))
    if form.is_valid:
        form.check_offered("area_id", "owner_id")
    if form.has_errors:
        return _page(desk, form)
    made = actions.promise(desk.db, account_id=desk.account_id, now=desk.now, **form.loaded)
    notices.notify(_("记下了：{title}。", title=made.title))
    return page.see_other(url_for("promises.show", promise_id=made.id))


@pages.get("/<int:promise_id>")
@at_desk
def show(desk: Desk, promise_id: int) -> Response:
    """One: how far it is, who owns it, until when."""
    made = _here(desk, promise_id)
    return _one(desk, made, Form.blank(PromiseMove(), options=_steps(made)), _owner_form(desk, made))


@pages.post("/<int:promise_id>")
@at_desk
def move(desk: Desk, promise_id: int) -> ResponseReturnValue:
    """It is being done, done, or dropped for a reason."""
    made = _here(desk, promise_id)
    form = Form.posted(PromiseMove(), options=_steps(made))
    if form.is_valid:
        to, reason = form.loaded["state"], form.loaded["reason"]
        try:
            actions.move_on(desk.db, made, to=to, reason=reason, account_id=desk.account_id, now=desk.now)
        except ForbiddenMove:
            form.refuse(_("已经有了结果，不能再改"))
        else:
            notices.notify(_("改好了。"))
            return page.see_other(url_for("promises.show", promise_id=made.id))
    return _one(desk, made, form, _owner_form(desk, made))


@pages.post("/<int:promise_id>/owner")
@at_desk
def hand_on(desk: Desk, promise_id: int) -> ResponseReturnValue:
    """Somebody else owns it, or it is due on another day."""
    made, form = _here(desk, promise_id), Form.posted(OwnerInput(), options=_options(desk))
    if form.is_valid:
        form.check_offered("owner_id")
    if form.has_errors:
        return _one(desk, made, Form.blank(PromiseMove(), options=_steps(made)), form)
    actions.hand_on(desk.db, made, account_id=desk.account_id, now=desk.now, **form.loaded)
    notices.notify(_("改好了。"))
    return page.see_other(url_for("promises.show", promise_id=made.id))


def _here(desk: Desk, promise_id: int) -> Promise:
    return found(queries.in_scope(desk.db, promise_id, scope_ids=desk.scope_ids))


def _page(desk: Desk, form: Form) -> Response:
    today = local(desk.now).date()
    is_overdue = request.args.get("overdue") == "1"
    rows = queries.listed(
        desk.db,
        scope_ids=desk.scope_ids,
        year=None if is_overdue else today.year,
        overdue_on=today if is_overdue else None,
    )
    ahead = [] if is_overdue else queries.listed(desk.db, scope_ids=desk.scope_ids, year=today.year + 1)
    return page.render(
        "promises/index.html",
        title=_("一院一策"),
        rows=[*rows, *ahead],
        tally=queries.tally([one for one, _area, _owner in rows], day=today),
        year=today.year,
        today=today,
        is_overdue=is_overdue,
        form=form,
    )


def _one(desk: Desk, made: Promise, form: Form, owner: Form) -> Response:
    return page.render(
        "promises/show.html",
        title=made.title,
        made=made,
        area=desk.db.get_one(Area, made.area_id),
        who=desk.db.get_one(Volunteer, made.owner_id),
        today=local(desk.now).date(),
        form=owner if owner.has_errors else form,
        step=form,
        owner=owner,
        can_move=bool(MOVES[PromiseState(made.state)]),
        back=url_for("promises.index"),
    )


def _owner_form(desk: Desk, made: Promise) -> Form:
    return Form.blank(OwnerInput(), given=made, options=_options(desk))


def _steps(made: Promise) -> dict[str, list[Option]]:
    """Where it may go from where it is."""
    reached = MOVES[PromiseState(made.state)]
    return {
        "state": [Option(value=one, text=str(said)) for one, said in words.PROMISE_STATES.items() if one in reached]
    }


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {"area_id": choices.areas_of_kind(desk, PROMISED_TO), "owner_id": choices.people(desk)}
