"""What a coordinator changes about an activity that exists: its words, and whether it is held."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from schemas.activities import Cancellation
from schemas.desk import WordsInput
from service import wording
from service.activities import actions
from service.activities.models import Activity
from service.language import _
from service.roster.queries import holders_from
from service.terms import ActivityState
from service.web import notices, page, words
from service.web.conflict import conflict_page
from service.web.desk import Desk, activity_here, at_desk, typed_version
from service.web.forms import Form
from service.web.pages.roster import Refusal, board_page

pages = Blueprint("changing", __name__, url_prefix="/co/activities/<int:activity_id>")


@pages.get("/edit")
@at_desk
def edit_form(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """The words and the contact as they are."""
    activity = activity_here(desk, activity_id)
    return _ask_words(activity, Form.blank(WordsInput(), given=_as_typed(activity)))


@pages.post("/edit")
@at_desk
def edit(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Other words. Whoever saved meanwhile is shown, not overwritten."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(WordsInput())
    if form.has_errors:
        return _ask_words(activity, form)
    if typed_version() != activity.version:
        return _conflict(activity, form)
    try:
        with desk.db.begin_nested():
            actions.revise(desk.db, activity, changes=form.loaded, now=desk.now, account_id=desk.account_id)
    except actions.ActivityRefused as refused:
        form.refuse(*words.activity_problems(refused.problems))
        return _ask_words(activity, form)
    except StaleDataError:
        desk.db.refresh(activity)
        return _conflict(activity, form)
    notices.notify(_("改好了。"))
    return page.see_other(_back(activity))


@pages.post("/publish")
@at_desk
def publish(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Open a kept draft to volunteers."""
    activity = activity_here(desk, activity_id)
    try:
        with desk.db.begin_nested():
            actions.publish(desk.db, activity, now=desk.now, account_id=desk.account_id)
    except actions.ActivityRefused as refused:
        desk.db.refresh(activity)
        refusal = _("没有发布：{reasons}。", reasons=wording.listed(words.activity_problems(refused.problems)))
        return board_page(desk, activity, refusal=Refusal(refusal), status=422)
    notices.notify(_("发布了，志愿者现在就能报名。"))
    return page.see_other(_back(activity))


@pages.get("/cancel")
@at_desk
def cancel_form(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """What is called off, whom it concerns, and why."""
    activity = activity_here(desk, activity_id)
    if activity.state == ActivityState.CANCELLED:
        return page.see_other(_back(activity))
    return _ask_why(desk, activity, Form.blank(Cancellation()))


@pages.post("/cancel")
@at_desk
def cancel(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Call the activity off with every shift still to come; all concerned are told the reason."""
    activity = activity_here(desk, activity_id)
    form = Form.posted(Cancellation())
    if form.has_errors:
        return _ask_why(desk, activity, form)
    reason = form.loaded["reason"]
    actions.cancel_activity(desk.db, activity, reason=reason, now=desk.now, account_id=desk.account_id)
    notices.notify(_("活动取消了，排上的人都会收到通知。"))
    return page.see_other(_back(activity))


def _ask_words(activity: Activity, form: Form) -> ResponseReturnValue:
    title = _("改文字、联系人和换班")
    return page.render("roster/edit.html", title=title, form=form, activity=activity, back=_back(activity))


def _ask_why(desk: Desk, activity: Activity, form: Form) -> ResponseReturnValue:
    return page.render(
        "desk/call_off.html",
        title=_("取消整个活动"),
        form=form,
        what=activity.title,
        when=None,
        people=holders_from(desk.db, activity.id, from_at=desk.now),
        action=url_for("changing.cancel", activity_id=activity.id),
        back=_back(activity),
        go=_("取消整个活动"),
    )


def _conflict(activity: Activity, form: Form) -> ResponseReturnValue:
    return conflict_page(form, given=_as_typed(activity), version=activity.version, back=_back(activity))


def _as_typed(activity: Activity) -> dict[str, object]:
    known = {name: getattr(activity, name) for name in WordsInput().fields}
    return {**known, "contact_phone": wording.phone(activity.contact_phone)}


def _back(activity: Activity) -> str:
    return url_for("roster.index", activity_id=activity.id)
