"""/co/replies: how those who were asked have answered, week by week: a picture, and the table it is drawn from."""

from __future__ import annotations

from datetime import time, timedelta

from flask import Blueprint, Response

from service.calendars.rules import instant, local
from service.language import _
from service.roster.replies import replies
from service.web import page
from service.web.desk import Desk, at_desk
from service.wording import day

pages = Blueprint("replies", __name__, url_prefix="/co/replies")

WEEKS = 8


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """The weeks behind, this one last."""
    today = local(desk.now).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
    counted = replies(
        desk.db, scope_ids=desk.scope_ids, from_at=instant(mondays[0], time.min), until_at=desk.now + timedelta(hours=1)
    )
    return page.render(
        "replies/index.html",
        title=_("请了多少人，怎么回的"),
        wide=True,
        is_anything=bool(counted),
        rows=[
            (_("{day}起", day=day(on)), f"{on.month}/{on.day}", tuple(counted[on]) if on in counted else (0, 0, 0, 0))
            for on in mondays
        ],
    )
