"""/co/activities/<id>/co-hosts: who holds an activity together with whom."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.partners import CoHostForm
from service.activities.models import Activity
from service.calendars.rules import local
from service.language import _
from service.partners import actions, queries
from service.partners.actions import AlreadyCoHost, KnownToNobody
from service.partners.models import ForbiddenMove
from service.web import notices, page, words
from service.web.desk import Desk, activity_here, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("co_hosts", __name__, url_prefix="/co")


@pages.get("/activities/<int:activity_id>/co-hosts")
@at_desk
def shared(desk: Desk, activity_id: int) -> Response:
    """Who holds it too, with which roles."""
    activity = activity_here(desk, activity_id)
    return _page(desk, activity, Form.blank(CoHostForm(), options=_hosts(desk, activity)))


@pages.post("/activities/<int:activity_id>/co-hosts")
@at_desk
def share(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """One more."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(CoHostForm(), options=_hosts(desk, activity))
    if form.is_valid:
        form.check_offered("host", "role_ids")
    if form.is_valid and not form.loaded["role_ids"]:
        form.refuse(_("至少选一个岗位"), at="role_ids")
    if form.is_valid:
        kind, _colon, number = form.loaded["host"].partition(":")
        host = {f"{kind}_id": int(number), "role_ids": form.loaded["role_ids"]}
        try:
            actions.share(desk.db, activity, account_id=desk.account_id, now=desk.now, **host)
        except AlreadyCoHost:
            form.refuse(_("已经在合办这个活动，或者已经问过"), at="host")
        except KnownToNobody:
            form.refuse(_("突击检查不能让别人知道，不能和别人合办"))
        else:
            notices.notify(_("问他们了。答应以后，活动页面上才写他们的名字；他们只看得到自己的岗位和自己的人。"))
            return page.see_other(url_for("co_hosts.shared", activity_id=activity.id))
    return _page(desk, activity, form)


@pages.post("/co-hosts/<int:co_host_id>/ask")
@at_desk
def ask(desk: Desk, co_host_id: int) -> ResponseReturnValue:
    """Ask it now, or once more after a no."""
    co_host = found(queries.co_host_in_scope(desk.db, co_host_id, scope_ids=desk.scope_ids))
    try:
        actions.ask(desk.db, co_host, account_id=desk.account_id, now=desk.now)
        notices.notify(_("问他们了。"))
    except ForbiddenMove:
        notices.notify(_("已经问过了。"))
    return page.see_other(url_for("co_hosts.shared", activity_id=co_host.activity_id))


@pages.post("/co-hosts/<int:co_host_id>/end")
@at_desk
def part_ways(desk: Desk, co_host_id: int) -> ResponseReturnValue:
    """It holds the activity no more."""
    co_host = found(queries.co_host_in_scope(desk.db, co_host_id, scope_ids=desk.scope_ids))
    actions.part_ways(desk.db, co_host, account_id=desk.account_id, now=desk.now)
    notices.notify(_("不再合办了；他们的人已经定下的班不变。"))
    return page.see_other(url_for("co_hosts.shared", activity_id=co_host.activity_id))


def _page(desk: Desk, activity: Activity, form: Form) -> Response:
    rows = queries.co_hosts(desk.db, [activity.id])
    return page.render(
        "partners/shared.html",
        title=_("和谁合办"),
        activity=activity,
        rows=rows,
        roles=queries.roles_of(desk.db, [co_host.id for co_host, _name in rows]),
        spoken_for=_spoken_for(desk, activity),
        states=words.CO_HOST_STATES,
        colours=words.CO_HOST_COLOURS,
        form=form,
        back=url_for("roster.index", activity_id=activity.id),
    )


def _spoken_for(desk: Desk, activity: Activity) -> set[int]:
    """The co-hosts for which this desk can answer too: they are of its own areas."""
    return set(queries.spoken_for(desk.db, activity.id, scope_ids=desk.scope_ids, day=local(desk.now).date()))


def _hosts(desk: Desk, activity: Activity) -> dict[str, list[Option]]:
    teams, partners = queries.can_co_host(desk.db, activity)
    return {
        "host": [
            *(Option(value=f"team:{team.id}", text=team.name) for team in teams),
            *(Option(value=f"partner:{one.id}", text=one.name) for one in partners),
        ],
        "role_ids": [Option(value=str(role.id), text=role.name) for role in activity.roles],
    }
