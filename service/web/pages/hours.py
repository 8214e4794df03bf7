"""/co/hours: how long each person served, drills beside it; /me/hours: the same for oneself, shift by shift."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from schemas.hours import HoursAsked
from service import clock
from service.calendars.rules import local
from service.hours import actions, queries
from service.language import _
from service.web import page, visitor
from service.web.desk import Desk, asked_day, at_desk
from service.web.forms import Form

pages = Blueprint("hours", __name__, url_prefix="/co/hours")
own_pages = Blueprint("own_hours", __name__, url_prefix="/me/hours")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Of the days asked for; of this year if none are. What it shows is written down."""
    from_on, until_on = _days(desk.now)
    lines = queries.ledger(desk.db, scope_ids=desk.scope_ids, from_on=from_on, until_on=until_on, now=desk.now)
    actions.look(
        desk.db, from_on=from_on, until_on=until_on, people=len(lines), account_id=desk.account_id, now=desk.now
    )
    return page.render("hours/index.html", title=_("服务时长"), wide=True, lines=lines, **_asked(from_on, until_on))


@own_pages.get("")
@visitor.for_volunteers
def mine(db: Session) -> Response:
    """Her own, and what it is made of."""
    now, her = clock.now(db), visitor.me(db).volunteer_id or 0
    from_on, until_on = _days(now)
    days = {"from_on": from_on, "until_on": until_on}
    return page.render(
        "hours/mine.html",
        title=_("我的服务时长"),
        tally=queries.of_person(db, her, now=now, **days),
        rows=queries.served(db, her, now=now, **days),
        seen=queries.SEEN,
        **_asked(from_on, until_on),
    )


def _days(now: datetime) -> tuple[date, date]:
    """As the address has them; broken ones, or an end before the start, count as none."""
    until_on = asked_day("until_on") or local(now).date()
    from_on = asked_day("from_on") or date(until_on.year, 1, 1)
    return (from_on, until_on) if from_on <= until_on else (date(until_on.year, 1, 1), until_on)


def _asked(from_on: date, until_on: date) -> dict[str, Any]:
    """The days, and the form that asks for others."""
    given = {"from_on": from_on, "until_on": until_on}
    return {**given, "asking": Form.blank(HoursAsked(), given=given), "path": request.path}
