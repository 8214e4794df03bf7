"""Shifts for a person's own calendar, as iCalendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response
from icalendar import Alarm, Calendar, Event

from service.language import _
from service.settings import LOCAL_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One shift in a calendar. `uid` stays the same when the shift moves, so that the calendar follows it."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    description: str = ""
    address: str = ""
    is_cancelled: bool = False
    is_tentative: bool = False


def calendar_answer(entries: Iterable[Entry], *, stamp: datetime, is_feed: bool = False) -> Response:
    """A calendar file that phones offer to add; or one that calendars fetch again every hour (`is_feed`).

    `stamp` is the current instant.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Lunzhi//zh-CN//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("轮值"))
    if is_feed:
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    answer = Response(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    if is_feed:
        answer.headers["Cache-Control"] = "private, no-store"
    else:
        answer.headers["Content-Disposition"] = 'attachment; filename="lunzhi.ics"'
    return answer


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp)
    event.add("summary", entry.title)
    event.add("dtstart", entry.starts_at.astimezone(LOCAL_ZONE))
    event.add("dtend", entry.ends_at.astimezone(LOCAL_ZONE))
    event.add("status", _status(entry))
    for name, value in (("location", entry.place), ("description", entry.description), ("url", entry.address)):
        if value:
            event.add(name, value)
    if not entry.is_cancelled:
        event.add_component(_alarm(entry))
    return event


def _status(entry: Entry) -> str:
    """RFC 5545, 3.8.1.11."""
    if entry.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.is_tentative else "CONFIRMED"


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", timedelta(hours=-2))
    return alarm
