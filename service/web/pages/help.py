"""Plain words about the service, and about what is kept of whom."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.language import _
from service.retention.queries import days_kept
from service.web import kept, page, visitor, where

pages = Blueprint("help", __name__)


@pages.get("/help")
@visitor.for_anyone
def index(db: Session) -> ResponseReturnValue:
    """How to sign up, answer and withdraw, in short sentences."""
    where.show_own_landline(db)
    return page.render("help/index.html", title=_("怎么用"))


@pages.get("/about")
@visitor.for_anyone
def about(db: Session) -> ResponseReturnValue:
    """What this is, who is behind it, what it costs, whose the program is."""
    where.show_own_landline(db)
    return page.render("help/about.html", title=_("关于轮值"))


@pages.get("/privacy")
@visitor.for_anyone
def privacy(db: Session) -> ResponseReturnValue:
    """What is kept, for what, how long, and how to take consent back (PIPL art. 17)."""
    where.show_own_landline(db)
    return page.render(
        "help/privacy.html",
        title=_("您的信息"),
        is_volunteer=visitor.volunteer(db) is not None,
        times=kept.promised(days_kept(db)),
    )
