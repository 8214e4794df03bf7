"""A volunteer asks others to take her place, by the link of that place, without logging in: GET shows, POST acts.

Whoever holds the link of a place may ask for it, as she may say no to it. Chat programs and link scanners open links;
so opening one changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.swaps import WhomInput
from service import clock, links, wording
from service.language import _
from service.places.models import Area
from service.signups.queries import waitlist
from service.swaps import actions, queries
from service.swaps.models import PENDING, Swap
from service.swaps.queries import PlaceRow
from service.terms import AssignmentState, ShiftState
from service.web import colleagues, notices, page, visitor, where
from service.web.forms import Form, Option
from service.web.limits import limiter
from service.web.security import csrf

pages = Blueprint("swaps", __name__)
# The token is the permission: whoever holds the link may act. A cookie adds nothing, and a message opened in a
# strange browser must still work.
csrf.exempt(pages)

#: As many exchanges are listed: a screen or two on a telephone.
MOST_EXCHANGES = 10
EVERYBODY = "all"


@pages.get(f"{links.ANSWER_PATH}<token>/swap")
@limiter.limit("60/minute")
@visitor.for_anyone
def ask_form(db: Session, token: str) -> ResponseReturnValue:
    """Whom she can ask; or, when she has asked, how it stands."""
    return _ask_page(db, token, _given(db, token))


@pages.post(f"{links.ANSWER_PATH}<token>/swap")
@limiter.limit("30/minute")
@visitor.for_anyone
def ask(db: Session, token: str) -> ResponseReturnValue:
    """Ask them. Sending it twice is harmless."""
    given = _given(db, token)
    choices = _choices(db, given, now=clock.now(db))
    form = Form.posted(WhomInput(), options={"whom": choices})
    if form.has_errors:
        return _ask_page(db, token, given, form=form)
    whom: str = form.loaded["whom"]
    if whom != EVERYBODY and whom not in {one.value for one in choices}:
        return _refused(db, token, given, form)
    named = int(whom[1:]) if whom != EVERYBODY else None
    try:
        with db.begin_nested():
            actions.ask(
                db,
                assignment_id=given.Assignment.id,
                to=named if whom[0] == "p" else None,
                in_return_id=named if whom[0] == "x" else None,
                now=clock.now(db),
            )
    except actions.NobodyToAsk:
        return _refused(db, token, given, form)
    except actions.NothingToGive:
        return page.see_other(url_for("offers.show", token=token))
    notices.notify(_("替您问了。有人答应了就告诉您；在那以前，这一班还是您来。"))
    return page.see_other(url_for("swaps.ask_form", token=token))


@pages.post(f"{links.ANSWER_PATH}<token>/swap/withdrawal")
@limiter.limit("30/minute")
@visitor.for_anyone
def take_back(db: Session, token: str) -> ResponseReturnValue:
    """She comes herself after all."""
    given = _given(db, token)
    swap = queries.of_place(db, given.Assignment.id)
    try:
        with db.begin_nested():
            if swap is not None:
                actions.take_back(db, swap_id=swap.id, now=clock.now(db))
    except actions.SwapIsOver:
        notices.notify(_("来不及了：刚刚已经有人替您了。"))
    else:
        notices.notify(_("好的，不换了，这一班还是您来。"))
    return page.see_other(url_for("offers.show", token=token))


def _refused(db: Session, token: str, given: PlaceRow, form: Form) -> ResponseReturnValue:
    form.refuse(_("刚刚有变动，这样请不到人了。请再选一次。"), at="whom")
    return _ask_page(db, token, given, form=form, status=409)


def _given(db: Session, token: str) -> PlaceRow:
    """The place behind her link."""
    try:
        given = queries.place_or_none(db, links.read_answer_token(token))
    except links.BrokenLink:
        abort(404)
    if given is None:
        abort(404)
    where.show_landline(db, db.get_one(Area, given.Shift.place_id), of=given.Activity)
    return given


def _ask_page(
    db: Session, token: str, given: PlaceRow, *, form: Form | None = None, status: int = 200
) -> ResponseReturnValue:
    now, shift = clock.now(db), given.Shift
    is_hers = given.Assignment.state == AssignmentState.CONFIRMED
    if not is_hers or shift.state != ShiftState.OPEN or now >= shift.starts_at:
        return page.see_other(url_for("offers.show", token=token))
    swap = queries.of_place(db, given.Assignment.id)
    is_pending = swap is not None and swap.state in PENDING
    askings = queries.askings(db, swap.id) if swap is not None else []
    choices = [] if is_pending else _choices(db, given, now=now)
    form = form or Form.blank(WhomInput(), given={"whom": EVERYBODY})
    form.options = {"whom": choices}
    return page.render(
        "swaps/ask.html",
        title=_("请人替班：{title}", title=given.Activity.title),
        form=form,
        status=status,
        token=token,
        shift=shift,
        activity=given.Activity,
        role=given.ActivityRole.name,
        place=where.place(db, shift.place_id),
        swap=swap,
        is_pending=is_pending,
        in_return=_in_return(db, swap),
        askings=askings,
        names=colleagues.names(db, [person.id for _asking, person in askings], reader_id=given.Assignment.volunteer_id),
        choices=choices,
        is_logged_in=colleagues.is_logged_in(db, given.Assignment.volunteer_id),
        is_waited_for=bool(waitlist(db, given.ShiftRole.id)),
    )


def _choices(db: Session, given: PlaceRow, *, now: datetime) -> list[Option]:
    """Everybody, each person and each exchange she may read the name of; nothing where nobody could."""
    people, exchanges = queries.can_take(db, given), queries.exchanges(db, given, now=now)[:MOST_EXCHANGES]
    found = {one.id for one in people} | {one.holder.id for one in exchanges}
    names = colleagues.names(db, found, reader_id=given.Assignment.volunteer_id)
    everybody = Option(
        value=EVERYBODY,
        text=_("能替的人都问一问（{n}人）", n=len(people)),
        hint=_("谁先答应就请谁"),
    )
    return [
        *([everybody] if people else []),
        *(Option(value=f"p{one.id}", text=_("只问{name}", name=names[one.id])) for one in people if one.id in names),
        *(
            Option(
                value=f"x{one.row.Assignment.id}",
                text=_("和{name}换班", name=names[one.holder.id]),
                hint=_("您去{span}", span=wording.span(one.row.Shift.starts_at, one.row.Shift.ends_at)),
            )
            for one in exchanges
            if one.holder.id in names
        ),
    ]


def _in_return(db: Session, swap: Swap | None) -> PlaceRow | None:
    return queries.place(db, swap.in_return_id) if swap is not None and swap.in_return_id is not None else None
