"""Answering several offers at once, by the link of a message that asks about them all, or from “我的班次”.

GET shows, POST acts. Each is answered by itself: what comes too late stands beside its row, and keeps none of the
others.

Chat programs and link scanners open links; so opening one changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock, links
from service.calendars.heat import Heat
from service.language import _
from service.places.models import Area
from service.roster.actions import OfferClosed, TooHot
from service.roster.duties import DutyRow, duties_of
from service.roster.heat import heat_for
from service.roster.models import AWAITED, Assignment
from service.signups.second_thoughts import can_think_again, say_each, standing
from service.volunteers.models import Volunteer
from service.web import outcome, page, visitor, where
from service.web.limits import limiter
from service.web.outcome import Outcome
from service.web.security import csrf

pages = Blueprint("several", __name__)
# The token is the permission: whoever holds the link may answer. A cookie adds nothing, and a
# message opened in a strange browser must still work.
csrf.exempt(pages)

ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Line:
    """One of the offers, what became of it, and what went wrong with the answer just given."""

    row: DutyRow
    place: str
    became: Outcome
    token: str
    may_change: bool
    may_think_again: bool
    picked: str
    error: str
    heat: Heat | None

    @property
    def is_open(self) -> bool:
        """Whether yes or no is still to be said."""
        return self.became == Outcome.OFFERED


@pages.get(f"{links.OFFERS_PATH}<token>")
@limiter.limit("60/minute")
@visitor.for_anyone
def show(db: Session, token: str) -> ResponseReturnValue:
    """What is offered, until when, with yes and no for each. Changes nothing."""
    return _page(db, token, _read(db, token))


@pages.post(f"{links.OFFERS_PATH}<token>")
@limiter.limit("30/minute")
@visitor.for_anyone
def answer(db: Session, token: str) -> ResponseReturnValue:
    """Take the answers; a row left alone stays open. Sending them twice is harmless."""
    rows, now = _read(db, token), clock.now(db)
    said = {row.Assignment.id: request.form.get(f"answer-{row.Assignment.id}", "") for row in rows}
    answers = {one: ANSWERS[what] for one, what in said.items() if what in ANSWERS}
    if not answers:
        return _page(db, token, rows, refusal=_("请至少回复一个班。"), status=422)
    became = say_each(db, answers, now=now)
    if late := {one: what for one, what in became.items() if isinstance(what, OfferClosed)}:
        for row in rows:
            db.refresh(row.Assignment)
        errors = {one: _why_not(what) for one, what in late.items()}
        return _page(db, token, _read(db, token), errors=errors, refusal=_told(len(answers), len(late)), status=409)
    # What is hers after a no is another place: the address follows.
    places = [what.id if isinstance(what := became.get(one), Assignment) else one for one in said]
    return page.see_other(url_for("several.show", token=links.offers_token(places), done=len(answers)))


def _why_not(closed: OfferClosed) -> str:
    return _("没有记成：那时太热了。") if isinstance(closed, TooHot) else _("没有记成：这个班已经不能这样回复了。")


def _told(answered: int, late: int) -> str:
    if answered == late:
        return _("没有记成，请看下面的说明。")
    return _("记下了{n}个，还有{late}个没有记成，请看下面的说明。", n=answered - late, late=late)


def _read(db: Session, token: str) -> list[DutyRow]:
    """The offers behind the link, next first. They are of one person."""
    try:
        rows = duties_of(db, standing(db, links.read_offers_token(token)))
    except links.BrokenLink:
        abort(404)
    if not rows:
        abort(404)
    where.show_landline(db, db.get_one(Area, rows[0].Shift.place_id), of=rows[0].Activity)
    return rows


def _page(
    db: Session,
    token: str,
    rows: list[DutyRow],
    *,
    errors: Mapping[int, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    now, places = clock.now(db), where.places(db, {row.Shift.place_id for row in rows})
    hot = heat_for(db, [row.Assignment.id for row in rows if row.Assignment.state in AWAITED])
    lines = [
        _line(
            db,
            row,
            places[row.Shift.place_id].short,
            error=(errors or {}).get(row.Assignment.id, ""),
            heat=hot.get(row.Assignment.id),
            now=now,
        )
        for row in rows
    ]
    return page.render(
        "offers/several.html",
        title=_("{n}个班，您能来吗？", n=len(lines)),
        status=status,
        token=token,
        name=db.get_one(Volunteer, rows[0].Assignment.volunteer_id).name,
        lines=lines,
        are_open=any(line.is_open for line in lines),
        refusal=refusal,
        done=request.args.get("done", "")[:2] if not refusal else "",
    )


def _line(db: Session, row: DutyRow, place: str, *, error: str, heat: Heat | None, now: datetime) -> Line:
    assignment, became = row.Assignment, outcome.of_place(row.Assignment, row.Shift, now=now)
    return Line(
        row,
        place,
        became,
        links.answer_token(assignment.id),
        may_change=became in (Outcome.CONFIRMED, Outcome.STANDS_BY) and now < row.Shift.starts_at,
        may_think_again=became == Outcome.SAID_NO and can_think_again(db, assignment, now=now),
        picked=request.form.get(f"answer-{assignment.id}", ""),
        error=error,
        heat=heat,
    )
