"""/co/swaps: who wants to change places with whom, what awaits the coordinator's word, and what came of the others."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.swaps import Decision, DecisionInput
from service.activities.models import Activity, ActivityRole, Shift
from service.language import _
from service.signups.actions import SignUpRefused
from service.swaps import actions, queries
from service.swaps.models import Swap
from service.swaps.queries import PlaceRow
from service.terms import SwapState
from service.volunteers.models import Volunteer
from service.web import notices, page, words
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form

pages = Blueprint("swap_approvals", __name__, url_prefix="/co/swaps")

ENDED = tuple(state for state in SwapState if state not in (SwapState.OPEN, SwapState.AGREED))
#: How many of those that are over are listed.
A_FEW = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One swap with the names of both."""

    swap: Swap
    shift: Shift
    activity: Activity
    role: ActivityRole
    giver: str
    taker: str
    asked: int
    in_return: PlaceRow | None


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """What awaits approval in front."""
    return _page(desk)


@pages.post("/<int:swap_id>/decision")
@at_desk
def decide(desk: Desk, swap_id: int) -> ResponseReturnValue:
    """Approve: the places change hands. Refuse: all stays as it is. Both are told."""
    swap = found(queries.in_scope(desk.db, swap_id, scope_ids=desk.scope_ids))
    form = Form.posted(DecisionInput())
    if form.has_errors:
        return _page(desk, refusal=_("请选“同意”或者“不同意”。"), status=422)
    is_yes = form.loaded["decision"] == Decision.APPROVE
    act = actions.approve if is_yes else actions.refuse
    try:
        with desk.db.begin_nested():
            act(desk.db, swap_id=swap.id, account_id=desk.account_id, now=desk.now)
    except actions.SwapIsOver:
        return _page(desk, refusal=_("没有记成：这次换班的情况已经变了，请看现在的状态。"), status=409)
    except SignUpRefused as refused:
        reasons = _("；").join(words.refusal(reason) for reason in refused.reasons)
        return _page(desk, refusal=_("没有换成，现在换不了：{reasons}。", reasons=reasons), status=409)
    notices.notify(
        _("同意了，班表已经改好，双方都会收到通知。") if is_yes else _("没有同意，班表不变，双方都会收到通知。")
    )
    return page.see_other(url_for("swap_approvals.index"))


def _page(desk: Desk, *, refusal: str = "", status: int = 200) -> Response:
    desk.db.expire_all()
    return page.render(
        "swaps/index.html",
        title=_("换班"),
        status=status,
        refusal=refusal,
        now=desk.now,
        agreed=_lines(desk, SwapState.AGREED),
        under_way=_lines(desk, SwapState.OPEN),
        ended=_lines(desk, *ENDED, limit=A_FEW),
    )


def _lines(desk: Desk, *states: SwapState, limit: int = 50) -> list[Line]:
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids, states=states, limit=limit)
    return [
        Line(
            row.Swap,
            row.Shift,
            row.Activity,
            row.ActivityRole,
            _name(desk, row.Assignment.volunteer_id),
            _name(desk, row.Swap.taker_id) if row.Swap.taker_id is not None else "",
            len(queries.askings(desk.db, row.Swap.id)),
            queries.place(desk.db, row.Swap.in_return_id) if row.Swap.in_return_id is not None else None,
        )
        for row in rows
    ]


def _name(desk: Desk, volunteer_id: int) -> str:
    return desk.db.get_one(Volunteer, volunteer_id).name
