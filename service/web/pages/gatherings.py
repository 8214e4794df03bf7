"""/co/areas/<id>/gathering: everybody who holds a role there, called to a meeting at once; answers on its roster."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.gatherings import NewGathering
from service.accounts.models import Account
from service.activities.actions import ActivityRefused
from service.calendars.rules import local
from service.gatherings import actions, queries
from service.gatherings.actions import NotAHead
from service.gatherings.queries import Head, Held
from service.language import _
from service.places import queries as places
from service.places.models import Area
from service.terms import Headship
from service.web import notices, page, words
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option
from service.wording import listed

pages = Blueprint("gatherings", __name__, url_prefix="/co/areas/<int:area_id>/gathering")


@pages.get("")
@at_desk
def show(desk: Desk, area_id: int) -> Response:
    """Whom it would reach, and what, when."""
    area = _area(desk, area_id)
    heads = _heads(desk, area)
    line = places.helpline(desk.db, area)
    given = {
        "title": _("{place}碰头会", place=area.name),
        "on": local(desk.now).date() + timedelta(days=1),
        "volunteer_ids": [head.person.id for head in heads if not head.is_substitute_only],
        "contact_name": desk.db.get_one(Account, desk.account_id).name,
        **({"contact_phone": line[1]} if line else {}),
    }
    return _page(area, heads, Form.blank(NewGathering(), given=given, options=_options(heads)))


@pages.post("")
@at_desk
def call(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Call them."""
    area = _area(desk, area_id)
    heads = _heads(desk, area)
    form = Form.posted(NewGathering(), options=_options(heads))
    if form.is_valid:
        form.check_offered("volunteer_ids")
    if form.has_errors:
        return _page(area, heads, form)
    given = dict(form.loaded)
    contact = given.pop("contact_name"), given.pop("contact_phone")
    try:
        with desk.db.begin_nested():
            called = actions.call_together(
                desk.db,
                area,
                role=_("到会"),
                contact=contact,
                account_id=desk.account_id,
                now=desk.now,
                **given,
            )
    except NotAHead:
        form.refuse(_("至少请一位"), at="volunteer_ids")
        return _page(area, heads, form)
    except ActivityRefused as refused:
        form.refuse(*words.activity_problems(refused.problems), at="on")
        return _page(area, heads, form)
    notices.notify(_("正在问{n}个人能不能来，谁回了什么都在这里。", n=called.asked))
    if called.skipped:
        names = {head.person.id: head.person.name for head in heads}
        notices.notify(_("那时来不了，没有问：{people}。", people=listed(names[one] for one, _why in called.skipped)))
    return page.see_other(url_for("roster.index", activity_id=called.activity.id, on=given["on"].isoformat()))


def said(one: Held) -> str:
    """`2号楼负责人`, `园丁街一号楼院议事会带队`."""
    if one.what == Headship.HOLDER:
        return _("{place}负责人", place=one.area)
    if one.what == Headship.SUBSTITUTE:
        return _("{place}替补", place=one.area)
    if one.what == Headship.LEAD:
        return _("{team}带队", team=one.team)
    return _("{team}，管{place}", team=one.team, place=one.area)


def _area(desk: Desk, area_id: int) -> Area:
    return found(places.in_scope(desk.db, area_id, scope_ids=desk.scope_ids))


def _heads(desk: Desk, area: Area) -> list[Head]:
    return queries.heads(desk.db, area, day=local(desk.now).date())


def _options(heads: list[Head]) -> dict[str, list[Option]]:
    return {
        "volunteer_ids": [
            Option(value=str(head.person.id), text=head.person.name, hint=listed(map(said, head.held)))
            for head in heads
        ]
    }


def _page(area: Area, heads: list[Head], form: Form) -> Response:
    return page.render(
        "gatherings/show.html",
        title=_("叫齐{place}的人", place=area.name),
        area=area,
        heads=heads,
        form=form,
        back=url_for("courtyards.index"),
    )
