"""/me/messages: what a volunteer was told, and why not; by her own eyes only, so with the texts."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from service.language import _
from service.notifications import queries
from service.notifications.subjects import subjects
from service.reminders.queries import silent
from service.web import page, told, visitor, where

pages = Blueprint("messages", __name__)


@pages.get("/me/messages")
@visitor.for_volunteers
def index(db: Session) -> Response:
    """Her messages, newest first, and the reminders to come."""
    where.show_own_landline(db)
    her = visitor.me(db).volunteer_id or 0
    messages = queries.of_person(db, her)
    calls = queries.calls_of(db, [one.id for one in messages])
    return page.render(
        "messages/mine.html",
        title=_("我的消息"),
        duties={number: subject.duties for number, subject in subjects(db, messages).items()},
        messages=[(one, told.of_message(one, calls.get(one.id))) for one in messages],
        silent=[(told.of_reminder(row.Reminder), row.Shift, row.Activity) for row in silent(db, her)],
    )
