"""Notifications: which message went to whom over which channel, or why not."""

from __future__ import annotations

from typing import Any

from schemas.notifications import NotificationsAsked, NotificationShown, SeenShown
from schemas.shown import page_of
from service.notifications import listing, queries
from service.notifications.fates import Fate, fates
from service.notifications.models import Notification
from service.web.api import cursors
from service.web.api.door import Call
from service.web.api.resource import Resource

notifications = Resource("notifications", url_prefix="/notifications", description="通知：发给谁、走哪个渠道、结果。")


@notifications.operation("GET", "", asks=NotificationsAsked(), gives=page_of(NotificationShown))
def list_notifications(call: Call, *, asked: dict[str, Any]) -> Any:
    """My notifications, and those in areas I coordinate. Texts are shown to whom they were sent."""
    rows = listing.listed(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        of_volunteer_id=asked.get("volunteer_id"),
        about_shift_id=asked.get("shift_id"),
        kind=asked.get("kind"),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    became, me = fates(call.session, rows), call.actor.volunteer_id
    return cursors.shown(
        rows, limit=asked["limit"], key=lambda row: (row.id,), each=lambda row: _shown(row, became[row.id], me=me)
    )


@notifications.operation("PUT", "/seen", gives=SeenShown())
def mark_seen(call: Call) -> Any:
    """All that was sent to me is before my eyes."""
    me = call.actor
    seen = queries.mark_seen(call.session, volunteer_id=me.volunteer_id, account_id=me.account_id, now=call.now)
    return {"seen": seen}


def _shown(row: Notification, fate: Fate, *, me: int | None) -> dict[str, Any]:
    is_mine = me is not None and row.volunteer_id == me
    return {
        **{name: getattr(row, name) for name in COLUMNS},
        "delivered_at": fate.delivered_at,
        "answered_at": fate.answer.at if fate.answer else None,
        "is_yes": fate.answer.is_yes if fate.answer else None,
        "text": row.text if is_mine else None,
    }


COLUMNS = (
    "id", "volunteer_id", "kind", "is_urgent", "send_at", "state", "unsent_reason", "channel", "settled_at", "seen_at",
)  # fmt: skip
