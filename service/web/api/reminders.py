"""Reminders: what is due to be said, what was said, and why not."""

from __future__ import annotations

from typing import Any

from schemas.reminders import RemindersAsked, ReminderShown
from schemas.shown import page_of
from service.reminders import listing
from service.web.api import cursors
from service.web.api.door import Call
from service.web.api.resource import Resource

reminders = Resource("reminders", url_prefix="/reminders", description="提醒：什么时候、发没发、为什么没发。")


@reminders.operation("GET", "", asks=RemindersAsked(), gives=page_of(ReminderShown))
def list_reminders(call: Call, *, asked: dict[str, Any]) -> Any:
    """My reminders, and those in areas I coordinate."""
    rows = listing.listed(
        call.session,
        **call.reach(only_mine=asked["mine"]),
        assignment_id=asked.get("assignment_id"),
        of_volunteer_id=asked.get("volunteer_id"),
        state=asked.get("state"),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda row: (row.id,), each=lambda row: row)
