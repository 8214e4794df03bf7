"""Answering by the link in a message whether one steps in for somebody, without logging in: GET shows, POST acts.

Chat programs and link scanners open links; so opening one changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.offers import StepInInput
from service import clock, links
from service.activities.models import Activity, Shift
from service.backfill import answering, queries
from service.backfill.answering import InvitationClosed
from service.backfill.models import ForbiddenMove, Invitation
from service.language import Lazy, _
from service.places.models import Area
from service.roster.actions import OfferClosed, TooHot
from service.signups.actions import SignUpRefused
from service.terms import InvitationState, ShiftState
from service.volunteers.models import Volunteer
from service.web import page, visitor, where, words
from service.web.forms import Form
from service.web.limits import limiter
from service.web.security import csrf

pages = Blueprint("asks", __name__)
# The token is the permission: whoever holds the link may answer. A cookie adds nothing, and a
# message opened in a strange browser must still work.
csrf.exempt(pages)


class Standing(StrEnum):
    """How the asking stands, to the one who is asked."""

    WANTED = "wanted"
    SAID_NO = "said_no"
    THANKED = "thanked"
    FILLED = "filled"
    CALLED_OFF = "called_off"
    OVER = "over"


SAID = {
    Standing.WANTED: Lazy("想请您顶个班"),
    Standing.SAID_NO: Lazy("您回复了来不了"),
    Standing.THANKED: Lazy("谢谢您！刚刚已经有人顶上了，这次不用来。再缺人的时候先请您。"),
    Standing.FILLED: Lazy("已经有人顶上了，这次不用来，谢谢您。"),
    Standing.CALLED_OFF: Lazy("这一班取消了"),
    Standing.OVER: Lazy("这一班结束了"),
}
TITLES = {**SAID, Standing.THANKED: Lazy("已经有人顶上了"), Standing.FILLED: Lazy("已经有人顶上了")}


@dataclass(frozen=True, slots=True)
class Asked:
    """The asking behind a link, with all the page says of it."""

    invitation: Invitation
    shift: Shift
    activity: Activity
    role: str
    name: str
    standing: Standing
    missing: int


@pages.get(f"{links.ASK_PATH}<token>")
@limiter.limit("60/minute")
@visitor.for_anyone
def show(db: Session, token: str) -> ResponseReturnValue:
    """What is asked, and two buttons. Changes nothing."""
    asked = _read(db, token)
    if asked.invitation.state == InvitationState.ACCEPTED:
        return _to_her_place(asked.invitation)
    return _page(db, token, asked, Form.blank(StepInInput()))


@pages.post(f"{links.ASK_PATH}<token>")
@limiter.limit("30/minute")
@visitor.for_anyone
def answer(db: Session, token: str) -> ResponseReturnValue:
    """Take the answer. Sending it twice is harmless."""
    asked = _read(db, token)
    form = Form.posted(StepInInput())
    if form.has_errors:
        return _page(db, token, asked, form)
    reply = answering.accept if form.loaded["answer"] == "yes" else answering.decline
    try:
        with db.begin_nested():
            invitation = reply(db, invitation_id=asked.invitation.id, now=clock.now(db))
    except (SignUpRefused, TooHot) as refused:
        return _page(db, token, asked, form, reasons=_reasons(refused), status=409)
    except (InvitationClosed, OfferClosed):
        db.refresh(asked.shift)
        return _page(db, token, _read(db, token), form, status=409)
    except ForbiddenMove:
        return _to_her_place(asked.invitation)
    if invitation.state == InvitationState.ACCEPTED:
        return _to_her_place(invitation, done="yes")
    return page.see_other(url_for("asks.show", token=token, done=form.loaded["answer"]))


def _reasons(refused: SignUpRefused | TooHot) -> list[str]:
    if isinstance(refused, TooHot):
        return [words.heat(refused.heat)]
    return [words.refusal(reason) for reason in refused.reasons]


def told_no() -> str:
    """What to say after a no."""
    return _("知道了，我们再请别人。谢谢您告诉我们。")


def _to_her_place(invitation: Invitation, *, done: str | None = None) -> ResponseReturnValue:
    """It is hers: where she sees it, puts it in her calendar, and can give it up."""
    token = links.answer_token(invitation.assignment_id or 0)
    return page.see_other(url_for("offers.show", token=token, done=done))


def _read(db: Session, token: str) -> Asked:
    try:
        row = queries.invitation(db, links.read_ask_token(token))
    except links.BrokenLink:
        abort(404)
    if row is None:
        abort(404)
    invitation, role, shift, activity, definition = row
    where.show_landline(db, db.get_one(Area, shift.place_id), of=activity)
    return Asked(
        invitation,
        shift,
        activity,
        definition.name,
        db.get_one(Volunteer, invitation.volunteer_id).name,
        _standing(invitation, shift, is_wanted=queries.is_wanted(db, role), now=clock.now(db)),
        queries.need(db, role).missing,
    )


def _standing(invitation: Invitation, shift: Shift, *, is_wanted: bool, now: datetime) -> Standing:
    if shift.state == ShiftState.CANCELLED:
        return Standing.CALLED_OFF
    if now >= shift.ends_at:
        return Standing.OVER
    if invitation.state == InvitationState.DECLINED:
        return Standing.SAID_NO
    if is_wanted:
        return Standing.WANTED
    return Standing.THANKED if invitation.state == InvitationState.THANKED else Standing.FILLED


def _page(
    db: Session, token: str, asked: Asked, form: Form, *, reasons: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    is_no = request.args.get("done") == "no" and asked.standing == Standing.SAID_NO
    return page.render(
        "asks/show.html",
        title=_("{what}：{title}", what=TITLES[asked.standing], title=asked.activity.title),
        form=form,
        status=status,
        token=token,
        asked=asked,
        place=where.place(db, asked.shift.place_id),
        said=told_no() if is_no else SAID[asked.standing],
        reasons=reasons or [],
    )
