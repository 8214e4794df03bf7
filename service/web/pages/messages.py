"""/me/messages: what somebody was told, and why not; by her own eyes only, so with the texts.

Opening it is seeing what is on it: the ledger says so, and the number beside 我的消息 goes.
"""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from service import clock
from service.language import _
from service.notifications import queries
from service.notifications.fates import fates
from service.notifications.subjects import subjects
from service.reminders.queries import silent
from service.terms import NotificationState
from service.web import page, told, visitor, where

pages = Blueprint("messages", __name__)


@pages.get("/me/messages")
@visitor.for_signed_in
def index(db: Session) -> Response:
    """Her messages, newest first, and the reminders to come; those of a coordinator, too."""
    where.show_own_landline(db)
    who = visitor.me(db)
    her = who.volunteer_id or 0
    both = [*queries.of_person(db, her), *queries.of_account(db, who.account_id)]
    messages = sorted(both, key=lambda one: (one.send_at, one.id), reverse=True)
    new = {one.id for one in messages if one.state == NotificationState.SENT and one.seen_at is None}
    queries.mark_seen(db, volunteer_id=who.volunteer_id, account_id=who.account_id, now=clock.now(db))
    became = fates(db, messages)
    return page.render(
        "messages/mine.html",
        title=_("我的消息"),
        duties={number: subject.duties for number, subject in subjects(db, messages).items()},
        messages=[(one, told.of_message(one, became[one.id])) for one in messages],
        new=new,
        back=url_for("me.index" if who.volunteer_id else "dashboard.index"),
        silent=[(told.of_reminder(row.Reminder), row.Shift, row.Activity) for row in silent(db, her)],
    )
