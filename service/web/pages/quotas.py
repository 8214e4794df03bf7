"""/co/quotas: so many in so many days, how many were held, and what must still be planned."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.quotas import CountingInput, NewQuota
from service.activities.queries import published_in
from service.calendars.rules import local
from service.language import _
from service.places.queries import communities_of
from service.quotas import actions, queries
from service.quotas.models import Quota
from service.web import choices, notices, page
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("quotas", __name__, url_prefix="/co/quotas")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """How far each has come, and a form for another."""
    return _page(desk, Form.blank(NewQuota(), options=_options(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """Another one."""
    form = Form.posted(NewQuota(), options=_options(desk))
    if form.is_valid:
        form.check_offered("area_id", "activity_ids")
    if form.has_errors:
        return _page(desk, form)
    actions.set_quota(desk.db, account_id=desk.account_id, now=desk.now, **form.loaded)
    notices.notify(_("记下了：{title}，要办{n}场。", title=form.loaded["title"], n=form.loaded["needed"]))
    return page.see_other(url_for("quotas.index"))


@pages.get("/<int:quota_id>")
@at_desk
def show(desk: Desk, quota_id: int) -> Response:
    """Which activities count, to be changed."""
    quota = _here(desk, quota_id)
    counted = [one.id for one in queries.standing(desk.db, quota, now=desk.now).activities]
    form = Form.blank(CountingInput(), given={"activity_ids": counted}, options=_options(desk))
    return _counting_page(desk, quota, form)


@pages.post("/<int:quota_id>")
@at_desk
def count(desk: Desk, quota_id: int) -> ResponseReturnValue:
    """From now on these count."""
    quota, form = _here(desk, quota_id), Form.posted(CountingInput(), options=_options(desk))
    if form.is_valid:
        form.check_offered("activity_ids")
    if form.has_errors:
        return _counting_page(desk, quota, form)
    actions.count(desk.db, quota, activity_ids=form.loaded["activity_ids"])
    notices.notify(_("改好了。"))
    return page.see_other(url_for("quotas.index"))


@pages.post("/<int:quota_id>/close")
@at_desk
def close(desk: Desk, quota_id: int) -> ResponseReturnValue:
    """Nobody is alarmed of it any more."""
    quota = _here(desk, quota_id)
    actions.close(desk.db, quota, account_id=desk.account_id, now=desk.now)
    notices.notify(_("“{title}”不再提醒了。", title=quota.title))
    return page.see_other(url_for("quotas.index"))


def _here(desk: Desk, quota_id: int) -> Quota:
    return found(queries.in_scope(desk.db, quota_id, scope_ids=desk.scope_ids))


def _page(desk: Desk, form: Form) -> Response:
    quotas = queries.listed(desk.db, scope_ids=desk.scope_ids, now=desk.now)
    known = communities_of(desk.db, {one.quota.area_id for one in quotas})
    return page.render(
        "quotas/index.html",
        title=_("任务量"),
        form=form,
        today=local(desk.now).date(),
        quotas=quotas,
        areas={area_id: area.name for area_id, (area, _community) in known.items()},
    )


def _counting_page(desk: Desk, quota: Quota, form: Form) -> Response:
    return page.render(
        "quotas/counting.html", title=_("哪些活动算数"), form=form, quota=quota, back=url_for("quotas.index")
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {
        "area_id": choices.communities(desk),
        "activity_ids": [
            Option(value=str(one.id), text=one.title) for one in published_in(desk.db, scope_ids=desk.scope_ids)
        ],
    }
