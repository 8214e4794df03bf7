"""/parts: what a co-host was asked, and what it sees of an activity once it agreed: its own roles, and in them its own
people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.partners import HostingAnswer
from schemas.roster import Reply
from service import clock
from service.activities.models import Activity, Series
from service.language import _
from service.partners import actions, queries
from service.partners.models import CoHost, ForbiddenMove
from service.terms import CoHostState
from service.web import notices, page, planned, visitor, where, words
from service.web.forms import Form
from service.wording import listed

pages = Blueprint("parts", __name__, url_prefix="/parts")


@pages.get("")
@visitor.for_signed_in
def index(db: Session) -> ResponseReturnValue:
    """Everything that teams and organisations of hers were asked to hold, and hold together with others."""
    now = clock.now(db)
    return page.render(
        "parts/index.html",
        title=_("合办的活动"),
        askings=queries.askings(db, now=now, **_who(db)),
        rows=queries.parts(db, now=now, **_who(db)),
        back=url_for("me.index"),
    )


@pages.get("/<int:co_host_id>")
@visitor.for_signed_in
def show(db: Session, co_host_id: int) -> ResponseReturnValue:
    """One part, once it was agreed to; the look at names is written down. Before that, what is asked."""
    now = clock.now(db)
    seen = queries.part_seen(db, co_host_id, now=now, **_who(db))
    if seen is None:
        return _asking(db, co_host_id, Form.blank(HostingAnswer()))
    co_host, name, activity = seen
    actions.look_at_part(db, co_host, account_id=visitor.me(db).account_id, now=now)
    return page.render(
        "parts/show.html",
        title=_("{title}：我们这一份", title=activity.title),
        name=name,
        activity=activity,
        co_host=co_host,
        shifts=queries.part(db, co_host, now=now),
        back=url_for("parts.index"),
    )


@pages.post("/<int:co_host_id>")
@visitor.for_signed_in
def answer(db: Session, co_host_id: int) -> ResponseReturnValue:
    """Yes or no; or no after a yes."""
    co_host, _name, _activity = _asked(db, co_host_id)
    form = Form.posted(HostingAnswer())
    if form.is_valid:
        is_yes, reason = form.loaded["reply"] == Reply.ACCEPT, form.loaded["reason"]
        account_id = visitor.me(db).account_id
        try:
            actions.answer(db, co_host, is_yes=is_yes, reason=reason, account_id=account_id, now=clock.now(db))
        except ForbiddenMove:
            form.refuse(_("已经答复过了"))
        else:
            notices.notify(_("答应了，一起办。") if is_yes else _("告诉他们了，不一起办。"))
            return page.see_other(url_for("parts.index"))
    return _asking(db, co_host_id, form)


def _asking(db: Session, co_host_id: int, form: Form) -> Response:
    co_host, name, activity = _asked(db, co_host_id)
    roles = queries.roles_of(db, [co_host.id])[co_host.id]
    return page.render(
        "parts/asking.html",
        title=_("一起办：{title}", title=activity.title),
        name=name,
        activity=activity,
        co_host=co_host,
        is_open=co_host.state == CoHostState.ASKED,
        can_leave=co_host.state == CoHostState.ACCEPTED,
        state=words.CO_HOST_STATES[co_host.state],
        facts=[
            (_("哪里请的"), where.place(db, activity.area_id).community),
            (_("什么时候"), _when(activity.series[0])),
            (
                _("请你们出人的岗位"),
                listed(planned.role(role) for role in roles),
            ),
        ],
        form=form,
        back=url_for("parts.index"),
    )


def _when(series: Series) -> str:
    return _("{dates}，{hours}", dates=planned.dates(series), hours=planned.hours(series))


def _asked(db: Session, co_host_id: int) -> tuple[CoHost, str, Activity]:
    """What was asked of whom, if she speaks for it; else 404."""
    seen = queries.asking_seen(db, co_host_id, now=clock.now(db), **_who(db))
    if seen is None:
        abort(404)
    co_host, name, activity = seen
    return co_host, name, activity


def _who(db: Session) -> dict[str, Any]:
    who = visitor.me(db)
    return {"scope_ids": who.scope_ids(), "volunteer_id": who.volunteer_id}
