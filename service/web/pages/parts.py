"""/parts: what a co-host sees of an activity that others hold too: its own roles, and in them its own people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.language import _
from service.partners import actions, queries
from service.web import page, visitor

pages = Blueprint("parts", __name__, url_prefix="/parts")


@pages.get("")
@visitor.for_signed_in
def index(db: Session) -> ResponseReturnValue:
    """Everything that teams and organisations of hers hold together with others."""
    rows = queries.parts(db, now=clock.now(db), **_who(db))
    return page.render("parts/index.html", title=_("合办的活动"), rows=rows, back=url_for("me.index"))


@pages.get("/<int:co_host_id>")
@visitor.for_signed_in
def show(db: Session, co_host_id: int) -> ResponseReturnValue:
    """One part. The look at names is written down."""
    now = clock.now(db)
    seen = queries.part_seen(db, co_host_id, now=now, **_who(db))
    if seen is None:
        abort(404)
    co_host, name, activity = seen
    actions.look_at_part(db, co_host, account_id=visitor.me(db).account_id, now=now)
    return page.render(
        "parts/show.html",
        title=_("{title}：我们这一份", title=activity.title),
        name=name,
        activity=activity,
        shifts=queries.part(db, co_host, now=now),
        back=url_for("parts.index"),
    )


def _who(db: Session) -> dict[str, Any]:
    who = visitor.me(db)
    return {"scope_ids": who.scope_ids(), "volunteer_id": who.volunteer_id}
