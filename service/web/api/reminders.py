"""Reminders: what is due to be said, what was said, and why not."""

from __future__ import annotations

from typing import Any

from schemas.reminders import RemindersAsked, ReminderShown
from schemas.shown import page_of
from service.reminders import listing, outlook
from service.web.api import cursors
from service.web.api.door import Call, activity_here
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


reminder_pauses = Resource("reminder-pauses", url_prefix="/activities", description="一个活动的提醒暂停、接着发。")


@reminder_pauses.operation("PUT", "/<id:activity_id>/reminder-pause", status=204)
def pause_reminders(call: Call, *, activity_id: int) -> Any:
    """What falls due from now on is left unsaid, with the reason. Twice is harmless."""
    activity = activity_here(call, activity_id)
    outlook.pause(call.session, activity, account_id=call.actor.account_id, now=call.now)


@reminder_pauses.operation("DELETE", "/<id:activity_id>/reminder-pause", status=204)
def go_on_reminding(call: Call, *, activity_id: int) -> Any:
    """What falls due from now on is said again. Twice is harmless."""
    activity = activity_here(call, activity_id)
    outlook.go_on(call.session, activity, account_id=call.actor.account_id, now=call.now)
