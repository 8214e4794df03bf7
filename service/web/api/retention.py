"""How long things are kept in this house. For administrators of all of it."""

from __future__ import annotations

from typing import Any

from schemas.retention import DaysInput, KeepingTimeShown, KeepingTimesShown
from service.language import _
from service.places.queries import is_root
from service.retention import actions, queries
from service.retention.rules import BOUNDS
from service.terms import Kept, Role
from service.web.api.door import Call
from service.web.api.problems import NotFound, Problem, invalid
from service.web.api.resource import Resource

retention = Resource("retention", url_prefix="/keeping-times", description="保留期限：什么留多少天。")


@retention.operation("GET", "", gives=KeepingTimesShown())
def list_keeping_times(call: Call) -> Any:
    """How long each kind is kept, and what may be chosen."""
    call.needs(Role.ADMIN)
    days = queries.days_kept(call.session)
    return {"items": [_shown(kind, days[kind]) for kind in Kept]}


@retention.operation("PUT", "/<string:kind>", takes=DaysInput(), gives=KeepingTimeShown())
def keep(call: Call, *, kind: str, body: dict[str, Any]) -> Any:
    """Keep one kind so many days from now on. What is over its time then goes within the hour, for good."""
    if not is_root(call.session, call.actor.scope_ids(Role.ADMIN)):
        raise Problem(403, kind="not-allowed")
    if kind not in set(Kept):
        raise NotFound
    bounds = BOUNDS[Kept(kind)]
    try:
        actions.keep(call.session, Kept(kind), days=body["days"], account_id=call.actor.account_id, now=call.now)
    except actions.OutOfBounds:
        said = _("可以留{least}天到{most}天", least=bounds.least, most=bounds.most)
        raise invalid(days=[said]) from None
    return _shown(Kept(kind), body["days"])


def _shown(kind: Kept, days: int) -> dict[str, Any]:
    bounds = BOUNDS[kind]
    return {"kind": kind, "days": days, "usual": bounds.usual, "least": bounds.least, "most": bounds.most}
