"""/me/data: a copy of all that is kept about whoever is logged in; /me/erasure: to be forgotten."""

from __future__ import annotations

import json

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.calendars.rules import local
from service.language import _
from service.people import erasing
from service.people.actions import HasRoles
from service.people.ahead import ahead
from service.people.own_data import own_data
from service.web import notices, page, visitor, where
from service.web.limits import limiter

pages = Blueprint("own_data", __name__, url_prefix="/me")


@pages.post("/data")
@limiter.limit("5/hour")
@visitor.for_volunteers
def export(db: Session) -> Response:
    """All of it as a file, made at once and kept nowhere; that it was made is written down."""
    copy = own_data(db, visitor.herself(db), account_id=visitor.me(db).account_id, now=clock.now(db))
    name = f"lunzhi-{local(clock.now(db)).date().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(json.dumps(copy, ensure_ascii=False, indent=1), mimetype="application/json", headers=headers)


@pages.get("/erasure")
@visitor.for_volunteers
def ask_form(db: Session) -> ResponseReturnValue:
    """What would be deleted, what stays and why, and what she has before her."""
    where.show_own_landline(db)
    her, now = visitor.herself(db), clock.now(db)
    return page.render(
        "me/erasure.html",
        title=_("注销，删掉我的资料"),
        ahead=ahead(db, her.id, now=now, day=local(now).date()),
        asked=erasing.pending(db, her.id),
        days=erasing.WAIT.days,
    )


@pages.post("/erasure")
@visitor.for_volunteers
def ask(db: Session) -> ResponseReturnValue:
    """She wants to be forgotten; some days she may think again."""
    try:
        made = erasing.ask(db, visitor.herself(db), account_id=visitor.me(db).account_id, now=clock.now(db))
    except HasRoles:
        notices.notify(_("您有工作台的权限，请管理员先收回，再来注销。"))
        return page.see_other(url_for("own_data.ask_form"))
    text = _("记下了。{day}以后删掉，在那以前随时可以反悔。", day=local(made.due_at).strftime("%Y-%m-%d"))
    notices.offer_undo(text, address=url_for("own_data.take_back"))
    return page.see_other(url_for("me.profile"))


@pages.post("/erasure/back")
@visitor.for_volunteers
def take_back(db: Session) -> ResponseReturnValue:
    """She has thought again."""
    notices.withdraw_undo()
    erasing.take_back(db, visitor.herself(db).id, account_id=visitor.me(db).account_id, now=clock.now(db))
    notices.notify(_("好的，不注销了，资料都还在。"))
    return page.see_other(url_for("me.profile"))
