"""Whoever is asked to take another's place answers by the link in her message, without a login: GET shows, POST acts.

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
from service.language import Lazy, _
from service.places.models import Area
from service.signups.actions import SignUpRefused
from service.swaps import actions, answering, queries
from service.swaps.models import Swap, SwapAsking
from service.swaps.queries import PlaceRow
from service.terms import InvitationState, SwapState
from service.volunteers.models import Volunteer
from service.volunteers.queries import names_for_others
from service.web import page, visitor, where, words
from service.web.forms import Form
from service.web.limits import limiter
from service.web.security import csrf

pages = Blueprint("swap_answers", __name__)
# The token is the permission: whoever holds the link may answer. A cookie adds nothing, and a message opened in a
# strange browser must still work.
csrf.exempt(pages)


class Standing(StrEnum):
    """How the asking stands, to the one who is asked."""

    WANTED = "wanted"
    SAID_NO = "said_no"
    AGREED = "agreed"
    TAKEN = "taken"
    OVER = "over"


SAID = {
    Standing.WANTED: Lazy("想请您替一班"),
    Standing.SAID_NO: Lazy("您回复了来不了"),
    Standing.AGREED: Lazy("记下了，等协调员同意。同意以前，还不用您来。"),
    Standing.TAKEN: Lazy("已经有人替了，这次不用来，谢谢您。"),
    Standing.OVER: Lazy("这一班不用替了，谢谢您。"),
}
TITLES = {
    **SAID,
    Standing.AGREED: Lazy("等协调员同意"),
    Standing.TAKEN: Lazy("已经有人替了"),
    Standing.OVER: Lazy("不用替了"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The asking behind a link, with all the page says of it."""

    asking: SwapAsking
    swap: Swap
    given: PlaceRow
    in_return: PlaceRow | None
    giver: str
    name: str
    standing: Standing


@pages.get(f"{links.SWAP_PATH}<token>")
@limiter.limit("60/minute")
@visitor.for_anyone
def show(db: Session, token: str) -> ResponseReturnValue:
    """What is asked, and two buttons. Changes nothing."""
    asked = _read(db, token)
    return _to_her_place(db, asked) or _page(db, token, asked, Form.blank(StepInInput()))


@pages.post(f"{links.SWAP_PATH}<token>")
@limiter.limit("30/minute")
@visitor.for_anyone
def answer(db: Session, token: str) -> ResponseReturnValue:
    """Take the answer. Sending it twice is harmless."""
    asked, form = _read(db, token), Form.posted(StepInInput())
    if form.has_errors:
        return _page(db, token, asked, form)
    reply = answering.accept if form.loaded["answer"] == "yes" else answering.decline
    try:
        with db.begin_nested():
            reply(db, swap_asking_id=asked.asking.id, now=clock.now(db))
    except SignUpRefused as refused:
        reasons = [words.refusal(reason) for reason in refused.reasons]
        return _page(db, token, asked, form, reasons=reasons, status=409)
    except actions.SwapIsOver:
        asked = _read(db, token)
        return _to_her_place(db, asked) or _page(db, token, asked, form, status=409)
    asked = _read(db, token)
    return _to_her_place(db, asked, done="yes") or page.see_other(
        url_for("swap_answers.show", token=token, done=form.loaded["answer"])
    )


def _to_her_place(db: Session, asked: Asked, *, done: str | None = None) -> ResponseReturnValue | None:
    """Where she sees the place that is hers, puts it in her calendar, and can give it up; None if it is not."""
    if asked.asking.state != InvitationState.ACCEPTED or asked.swap.state != SwapState.DONE:
        return None
    hers = queries.taken(db, asked.swap)[0]
    return page.see_other(url_for("offers.show", token=links.answer_token(hers.id), done=done))


def _read(db: Session, token: str) -> Asked:
    try:
        asking = db.get(SwapAsking, links.read_swap_token(token), populate_existing=True)
    except links.BrokenLink:
        abort(404)
    if asking is None:
        abort(404)
    swap = db.get_one(Swap, asking.swap_id, populate_existing=True)
    given = queries.place(db, swap.assignment_id)
    where.show_landline(db, db.get_one(Area, given.Shift.place_id), of=given.Activity)
    giver_id = given.Assignment.volunteer_id
    return Asked(
        asking,
        swap,
        given,
        queries.place(db, swap.in_return_id) if swap.in_return_id is not None else None,
        names_for_others(db, [giver_id])[giver_id],
        db.get_one(Volunteer, asking.volunteer_id).name,
        _standing(asking, swap, given, now=clock.now(db)),
    )


def _standing(asking: SwapAsking, swap: Swap, given: PlaceRow, *, now: datetime) -> Standing:
    if swap.state == SwapState.AGREED and asking.state == InvitationState.ACCEPTED:
        return Standing.AGREED
    if swap.state in (SwapState.AGREED, SwapState.DONE):
        return Standing.TAKEN
    if swap.state != SwapState.OPEN or now >= given.Shift.starts_at:
        return Standing.OVER
    return Standing.SAID_NO if asking.state == InvitationState.DECLINED else Standing.WANTED


def _page(
    db: Session, token: str, asked: Asked, form: Form, *, reasons: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    said = str(SAID[asked.standing])
    if request.args.get("done") == "no" and asked.asking.state == InvitationState.DECLINED:
        said = _("知道了，谢谢您告诉我们。")
    return page.render(
        "swaps/answer.html",
        title=_("{what}：{title}", what=TITLES[asked.standing], title=asked.given.Activity.title),
        form=form,
        status=status,
        token=token,
        asked=asked,
        shift=asked.given.Shift,
        activity=asked.given.Activity,
        role=asked.given.ActivityRole.name,
        place=where.place(db, asked.given.Shift.place_id),
        said=said,
        reasons=reasons or [],
    )
