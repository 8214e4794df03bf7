"""A second look at a draft before it is published."""

from __future__ import annotations

from typing import Any

from schemas.reviews import Decision, ReviewShown
from service.activities import reviewing
from service.activities.models import Activity
from service.web.api.door import Call, activity_here
from service.web.api.resource import Resource

reviews = Resource("reviews", url_prefix="/activities/<id:activity_id>/review", description="发布前请别人看一眼。")


@reviews.operation("GET", "", gives=ReviewShown())
def show_review(call: Call, *, activity_id: int) -> Any:
    """Whether one is needed, and how far it is."""
    return _shown(call, activity_here(call, activity_id))


@reviews.operation("PUT", "", gives=ReviewShown(), refuses=(409,))
def ask_review(call: Call, *, activity_id: int) -> Any:
    """Somebody else who coordinates there is to look at the draft. Twice is harmless."""
    activity = activity_here(call, activity_id)
    reviewing.ask(call.session, activity, account_id=call.actor.account_id, now=call.now)
    return _shown(call, activity)


@reviews.operation("POST", "/decisions", takes=Decision(), gives=ReviewShown(), status=201, refuses=(409,))
def decide_review(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """I have looked, and did not write it: it may be published, or goes back with a reason."""
    activity = activity_here(call, activity_id)
    reviewing.decide(call.session, activity, account_id=call.actor.account_id, now=call.now, **body)
    return _shown(call, activity)


def _shown(call: Call, activity: Activity) -> dict[str, Any]:
    call.session.flush()
    review = reviewing.latest(call.session, activity.id)
    names = ("id", "state", "asked_by", "asked_at", "decided_by", "decided_at")
    told = {name: getattr(review, name, None) for name in names}
    is_needed = reviewing.is_needed(call.session, activity)
    return {**told, "reason": review.reason if review else "", "is_needed": is_needed}
