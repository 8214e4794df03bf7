"""Answering an offer by the link in a message, without logging in: GET shows, POST acts.

Chat programs and link scanners open links; so opening one changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.offers import AnswerInput
from service import clock, links
from service.activities.models import Activity, Shift
from service.backfill import suggesting
from service.language import _
from service.places.models import Area
from service.roster.actions import OfferClosed, Suggestion
from service.roster.duties import duty
from service.roster.heat import heat_for
from service.roster.models import AWAITED, Assignment
from service.rotation.queries import of_shift as rotation_of
from service.signups.second_thoughts import can_think_again, say, standing
from service.volunteers.models import Volunteer
from service.web import colleagues, ics, outcome, page, visitor, where, words
from service.web.forms import Form, Option
from service.web.limits import limiter
from service.web.outcome import Outcome
from service.web.pages.signups import entry
from service.web.security import csrf

pages = Blueprint("offers", __name__)
# The token is the permission: whoever holds the link may answer. A cookie adds nothing, and a
# message opened in a strange browser must still work.
csrf.exempt(pages)


@dataclass(frozen=True, slots=True)
class Offered:
    """The offer behind a link, with all the page says of it."""

    assignment: Assignment
    shift: Shift
    activity: Activity
    role: str
    name: str


@pages.get(f"{links.ANSWER_PATH}<token>")
@limiter.limit("60/minute")
@visitor.for_anyone
def show(db: Session, token: str) -> ResponseReturnValue:
    """What is offered, until when, and two buttons. Changes nothing."""
    offered = _read(db, token)
    return _page(db, token, offered, Form.blank(AnswerInput(), options=_options(db, offered)))


@pages.get(f"{links.ANSWER_PATH}<token>/calendar.ics")
@limiter.limit("60/minute")
@visitor.for_anyone
def calendar(db: Session, token: str) -> ResponseReturnValue:
    """The shift for her own calendar."""
    offered, now = _read(db, token), clock.now(db)
    became = outcome.of_place(offered.assignment, offered.shift, now=now)
    is_hers = became in (Outcome.CONFIRMED, Outcome.STANDS_BY, Outcome.OFFERED, Outcome.SERVED)
    uid = f"assignment-{offered.assignment.id}@lunzhi"
    return ics.calendar_answer([entry(db, offered.shift, uid=uid, is_cancelled=not is_hers)], stamp=now)


@pages.post(f"{links.ANSWER_PATH}<token>")
@limiter.limit("30/minute")
@visitor.for_anyone
def answer(db: Session, token: str) -> ResponseReturnValue:
    """Take the answer. Sending it twice is harmless; changing one's mind is possible until the start."""
    offered = _read(db, token)
    form = Form.posted(AnswerInput(), options=_options(db, offered))
    suggested = colleagues.suggestion(form) if form.is_valid else None
    if form.has_errors:
        return _page(db, token, offered, form)
    try:
        with db.begin_nested():
            answered = _act(db, offered, form, suggested, now=clock.now(db))
    except OfferClosed:
        db.refresh(offered.assignment)
        return _page(db, token, offered, form, status=409)
    token = links.answer_token(answered.id)
    return page.see_other(url_for("offers.show", token=token, done=form.loaded["answer"]))


def told(answered: str) -> str:
    """What to say after an answer."""
    return _("谢谢！已经记下您能来。") if answered == "yes" else _("知道了，我们找别人顶上。谢谢您早告诉我们。")


def _options(db: Session, offered: Offered) -> dict[str, list[Option]]:
    """Whom she may suggest in her place, while she can still say no."""
    assignment = offered.assignment
    is_hers = assignment.state in AWAITED
    if not is_hers or clock.now(db) >= offered.shift.starts_at:
        return {"suggests": []}
    people = suggesting.who_could_come(db, assignment)
    named = colleagues.names(db, [one.id for one in people], reader_id=assignment.volunteer_id)
    return {"suggests": colleagues.options(people, named)}


def _act(db: Session, offered: Offered, form: Form, suggested: Suggestion | None, *, now: datetime) -> Assignment:
    """The place that was answered: another row where she had said no before."""
    assignment_id, reason = offered.assignment.id, form.loaded["reason"]
    if form.loaded["answer"] == "yes":
        return say(db, assignment_id=assignment_id, is_yes=True, now=now)
    return suggesting.decline(db, assignment_id=assignment_id, now=now, reason=reason, suggestion=suggested)


def _read(db: Session, token: str) -> Offered:
    try:
        [assignment_id] = standing(db, [links.read_answer_token(token)])
    except links.BrokenLink:
        abort(404)
    row = duty(db, assignment_id)
    if row is None:
        abort(404)
    assignment, shift, activity, role = row
    where.show_landline(db, db.get_one(Area, shift.place_id), of=activity)
    volunteer = db.get_one(Volunteer, assignment.volunteer_id)
    return Offered(assignment, shift, activity, role.name, volunteer.name)


def _hand_over(db: Session, shift: Shift) -> str:
    """Where the guards of a post leave notes for each other, if the shift is one of its turns. It asks who reads."""
    return url_for("hand_overs.mine", shift_id=shift.id) if rotation_of(db, shift.id) is not None else ""


def _page(db: Session, token: str, offered: Offered, form: Form, *, status: int = 200) -> ResponseReturnValue:
    now, assignment = clock.now(db), offered.assignment
    became = outcome.of_place(assignment, offered.shift, now=now)
    done = request.args.get("done", "")
    is_done = (done, became) in (("yes", Outcome.CONFIRMED), ("yes", Outcome.STANDS_BY), ("no", Outcome.SAID_NO))
    return page.render(
        "offers/show.html",
        title=_("{what}：{title}", what=words.OUTCOMES[became], title=offered.activity.title),
        form=form,
        status=status,
        token=token,
        offered=offered,
        place=where.place(db, offered.shift.place_id),
        became=became,
        heat=heat_for(db, [assignment.id]).get(assignment.id) if assignment.state in AWAITED else None,
        may_change=became in (Outcome.CONFIRMED, Outcome.STANDS_BY) and now < offered.shift.starts_at,
        hand_over=_hand_over(db, offered.shift) if became in (Outcome.CONFIRMED, Outcome.SERVED) else "",
        may_undo=became == Outcome.SAID_NO and can_think_again(db, assignment, now=now),
        done=told(done) if is_done else "",
        said=words.OUTCOMES[became],
    )
