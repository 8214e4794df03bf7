"""How people want to hear of things: what the resources of volunteers and of accounts share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.language import _
from service.notifications import habits
from service.notifications.habits import HabitRefused, Owner
from service.notifications.ways import MAY_WAIT
from service.terms import Channel, Topic
from service.web.api.door import Call
from service.web.api.problems import invalid


def shown_habits(call: Call, owner: Owner, topics: Iterable[Topic]) -> list[dict[str, Any]]:
    """Every topic there is to choose for, with what was chosen."""
    chosen = {habit.topic: habit for habit in habits.listed(call.session, owner)}
    return [
        {
            "topic": topic,
            "channel": chosen[topic].channel if topic in chosen else None,
            "is_off": topic in chosen and chosen[topic].is_off,
        }
        for topic in topics
    ]


def save_habit(call: Call, owner: Owner, topic: Topic, body: dict[str, Any]) -> None:
    """Keep a choice. Raises Problem."""
    if body["channel"] is None and not body["is_off"]:
        habits.forget(call.session, owner, topic=topic)
        return
    if body["channel"] == Channel.INBOX and topic not in MAY_WAIT:
        raise invalid(channel=[_("这类消息等不得，要能当时告诉本人")])
    try:
        habits.choose(call.session, owner, topic=topic, channel=body["channel"], now=call.now)
    except HabitRefused:
        raise invalid(is_off=[_("这类消息不能不要：少了它，排班就说不清了")]) from None
