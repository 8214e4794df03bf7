"""/co/slips: messages on paper for whoever reads no screen: printed together, marked as printed, again if lost."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from service.language import _, counted
from service.notifications import slips
from service.notifications.slips import SlipRow
from service.web import notices, page
from service.web.desk import Desk, at_desk, found, number
from service.web.pages.handouts import card_of

pages = Blueprint("slips", __name__, url_prefix="/co/slips")

#: What begins sooner than that hardly comes in time on paper.
SOON = timedelta(hours=12)
SHOWN_AFTER = timedelta(days=2)


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Those to print, the soonest in front, and those printed lately."""
    return page.render(
        "slips/index.html",
        title=_("要印的纸条"),
        waiting=slips.waiting(desk.db, scope_ids=desk.scope_ids, now=desk.now),
        printed=slips.printed(desk.db, scope_ids=desk.scope_ids, since=desk.now - SHOWN_AFTER),
        soon=desk.now + SOON,
        now=desk.now,
    )


@pages.get("/print")
@at_desk
def paper(desk: Desk) -> Response:
    """All of them on paper, and a button to say that they are."""
    waiting = slips.waiting(desk.db, scope_ids=desk.scope_ids, now=desk.now)
    return page.render("slips/paper.html", title=_("纸条"), cards=[_card(desk, row) for row in waiting], now=desk.now)


@pages.post("/printed")
@at_desk
def mark(desk: Desk) -> ResponseReturnValue:
    """They are on paper. Only those that were on the page: what came meanwhile is still to be printed."""
    ids = {number(one) or 0 for one in request.form.getlist("id")}
    marked = slips.mark_printed(
        desk.db, slip_ids=ids, scope_ids=desk.scope_ids, account_id=desk.account_id, now=desk.now
    )
    notices.notify(counted("记下了，印好{n}张。", "记下了，印好{n}张。", marked))
    return page.see_other(url_for("slips.index"))


@pages.post("/<int:slip_id>/again")
@at_desk
def again(desk: Desk, slip_id: int) -> ResponseReturnValue:
    """It was lost, or marked by mistake."""
    slip = found(slips.in_scope(desk.db, slip_id, scope_ids=desk.scope_ids))
    slips.print_again(desk.db, slip, account_id=desk.account_id, now=desk.now)
    notices.notify(_("放回去了，跟下面的一起再印。"))
    return page.see_other(url_for("slips.index"))


def _card(desk: Desk, row: SlipRow) -> dict[str, object]:
    """One slip as the paper shows it."""
    return {
        **card_of(desk, row.Volunteer, row.Area),
        "id": row.Slip.id,
        "title": row.Slip.title,
        "lines": [line for line in row.Slip.words.splitlines() if line.strip()],
        "link": row.Slip.link,
    }
