"""A second look at a draft: ask for one, and say what came of it."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from schemas.reviews import DecisionInput
from service.activities import reviewing
from service.activities.reviewing import ReviewRefused
from service.language import _
from service.terms import ReviewState
from service.web import notices, page, words
from service.web.desk import Desk, activity_here, at_desk
from service.web.forms import Form
from service.web.pages.roster import Refusal, board_page

pages = Blueprint("reviews", __name__, url_prefix="/co/activities/<int:activity_id>/review")


@pages.post("")
@at_desk
def ask(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Somebody else is to look at it."""
    activity = activity_here(desk, activity_id)
    try:
        reviewing.ask(desk.db, activity, account_id=desk.account_id, now=desk.now)
    except ReviewRefused as refused:
        return board_page(desk, activity, refusal=Refusal(words.review_problem(refused.problem)), status=422)
    notices.notify(_("请别的协调员看一眼了。看过了就能发布，退回来会写明原因。"))
    return page.see_other(url_for("roster.index", activity_id=activity.id))


@pages.post("/<int:review_id>")
@at_desk
def decide(desk: Desk, activity_id: int, review_id: int) -> ResponseReturnValue:
    """It may be published, or goes back with a reason."""
    activity, form = activity_here(desk, activity_id), Form.posted(DecisionInput())
    if form.has_errors:
        return board_page(desk, activity, refusal=Refusal(words.review_problem("reason_missing")), status=422)
    try:
        made = reviewing.decide(
            desk.db, activity, review_id=review_id, account_id=desk.account_id, now=desk.now, **form.loaded
        )
    except ReviewRefused as refused:
        return board_page(desk, activity, refusal=Refusal(words.review_problem(refused.problem)), status=422)
    is_approved = made.state == ReviewState.APPROVED
    notices.notify(_("看过了，可以发布了。") if is_approved else _("退回去了，原因写在对方的工作台上。"))
    return page.see_other(url_for("roster.index", activity_id=activity.id))
