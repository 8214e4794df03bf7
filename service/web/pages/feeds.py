"""/calendar/<token>.ics: a person's shifts for her own calendar, which fetches it again and again; on and off."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock, links, wording
from service.language import _
from service.roster.duties import DutyRow, of_calendar
from service.volunteers import actions
from service.volunteers.queries import feed_of
from service.web import ics, notices, outcome, page, visitor, where
from service.web.limits import limiter
from service.web.outcome import Outcome

pages = Blueprint("feeds", __name__)

#: How far back a feed tells: what was called off last week must not stand in a calendar for good.
BACK = timedelta(weeks=4)
COMES = (Outcome.CONFIRMED, Outcome.STANDS_BY, Outcome.SERVED, Outcome.OFFERED)


@pages.get(f"{links.FEED_PATH}<token>.ics")
@limiter.limit("60/minute")
@visitor.for_anyone
def feed(db: Session, token: str) -> ResponseReturnValue:
    """All of hers; what was called off or given up as CANCELLED. Calendars do not log in: the link is the key."""
    try:
        volunteer_id, epoch = links.read_feed_token(token)
    except links.BrokenLink:
        abort(404)
    known = feed_of(db, volunteer_id)
    if known is None or known.closed_at is not None or known.epoch != epoch:
        abort(404)
    now = clock.now(db)
    rows = of_calendar(db, volunteer_id, from_at=now - BACK)
    places = where.places(db, {row.Shift.place_id for row in rows})
    entries = [_entry(row, places[row.Shift.place_id], now=now) for row in rows]
    return ics.calendar_answer(entries, stamp=now, is_feed=True)


@pages.post("/me/calendar/<any(open, close, renew):what>")
@visitor.for_volunteers
def change(db: Session, what: str) -> ResponseReturnValue:
    """Turn it on or off, or take another address because somebody else has this one."""
    her, now = visitor.me(db).volunteer_id or 0, clock.now(db)
    if what in ("close", "renew"):
        actions.close_feed(db, volunteer_id=her, now=now)
    if what in ("open", "renew"):
        actions.open_feed(db, volunteer_id=her, now=now)
    said = {
        "open": _("开通了。把下面的地址加到手机日历，以后班次有变动，日历自己会跟着变。"),
        "close": _("停用了，原来的地址再也看不到您的班次。"),
        "renew": _("换好了，原来的地址不能用了，请把新地址加到手机日历。"),
    }
    notices.notify(said[what])
    return page.see_other(url_for("me.profile"))


def _entry(row: DutyRow, place: where.Where, *, now: datetime) -> ics.Entry:
    """The same name as in the file of one shift, so that a calendar that has both shows one."""
    assignment, shift, activity = row.Assignment, row.Shift, row.Activity
    became = outcome.of_place(assignment, shift, now=now)
    signup_id = assignment.signup_id
    return ics.Entry(
        uid=f"signup-{signup_id}@lunzhi" if signup_id else f"assignment-{assignment.id}@lunzhi",
        title=_("候备：{title}", title=activity.title) if assignment.is_stand_by else activity.title,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        place=place.whole,
        description=_("联系电话：{phone}", phone=wording.phone(activity.contact_phone)),
        is_cancelled=became not in COMES,
        is_tentative=became in (Outcome.OFFERED, Outcome.STANDS_BY),
    )
