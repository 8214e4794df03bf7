"""A risk notice to be confirmed, at every door of the pages the same: one more screen between a yes and the place.

Whoever says yes without having confirmed gets the notice instead (409), with one button that sends what she had sent
once more, and with it a token that says which notice was shown to whom. `take_over` writes that down before the view
runs, in its transaction. At the desk the coordinator reads the notice out.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, Response, request
from sqlalchemy.orm import Session

from service import clock, links
from service.language import _
from service.risks import actions
from service.risks.actions import RiskUnconfirmed
from service.risks.queries import Risk
from service.terms import RiskDoor
from service.web import page

FIELD = "confirms_risk"
#: Pages that are opened by the link in a message, without a login.
BY_LINK = {"offers", "several", "asks", "swap_answers"}


def register(app: Flask) -> None:
    """Answer every RiskUnconfirmed of a page with the notice."""
    app.register_error_handler(RiskUnconfirmed, _answer)


def take_over(db: Session, *, account_id: int | None) -> None:
    """Write down the confirmations that came with a form."""
    for token in request.form.getlist(FIELD):
        try:
            volunteer_id, activity_id, version, door = links.read_risk_token(token)
        except links.BrokenLink:
            continue  # nothing is confirmed by it, and the place is refused once more
        actions.confirm(
            db,
            volunteer_id=volunteer_id,
            activity_id=activity_id,
            version=version,
            door=RiskDoor(door),
            now=clock.now(db),
            recorded_by=account_id if door == RiskDoor.DESK else None,
        )


def ask(risk: Risk, *, action: str, typed: Iterable[tuple[str, str]]) -> Response:
    """The notice, and the button that sends `typed` to `action` with the confirmation."""
    door = _door()
    return page.render(
        "risks/ask.html",
        title=_("先看安全提醒：{title}", title=risk.title),
        status=409,
        frame="desk/page.html" if door == RiskDoor.DESK else "layout/page.html",
        is_desk=door == RiskDoor.DESK,
        risk=risk,
        action=action,
        typed=[*typed, (FIELD, links.risk_token(risk.volunteer_id, risk.activity_id, risk.version, door))],
    )


def _answer(error: RiskUnconfirmed) -> Response:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return ask(error.risk, action=request.full_path.rstrip("?"), typed=typed)


def _door() -> RiskDoor:
    if request.path.startswith("/co"):
        return RiskDoor.DESK
    return RiskDoor.LINK if request.blueprint in BY_LINK else RiskDoor.PAGE
