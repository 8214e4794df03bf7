"""A61 人民路社区: "健康讲座、心理辅导、中医养生".

A talk has seats, and whoever comes too late waits for one; counselling is for those who may.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.town import Town

pytestmark = pytest.mark.need("A61", missing="a counsellor's time in slots, one person each, without notes")

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DESK, COUNSELLOR = "13900009205", "13900000017"
LISTENERS = ("13900000021", "13900000036", "13900000001")


def test_a_talk_has_seats_and_whoever_comes_too_late_waits_for_one(town: Town) -> None:
    desk = town.api(DESK)
    community = next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "人民路社区")
    talk = desk.send(
        "POST",
        "activities",
        {
            "area_id": community,
            "title": "健康讲座：睡个好觉",
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352050",
            "roles": [{"name": "听众", "min_needed": 0, "max_needed": 2}],
            "dates": [{"on": "2026-12-03", "starts": "09:30", "ends": "11:00"}],
        },
    )
    desk.send("PUT", f"activities/{talk['id']}/publication", expect=200)
    [shift] = desk.items("shifts", activity_id=talk["id"])
    seats = {"shift_role_id": shift["roles"][0]["id"]}
    asked = [town.api(phone).send("POST", f"shifts/{shift['id']}/signups", seats) for phone in LISTENERS]
    assert [one["state"] for one in asked] == ["confirmed", "confirmed", "waitlisted"]
    town.api(LISTENERS[0]).send("POST", f"signups/{asked[0]['id']}/withdrawals")
    town.turn_to(datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
    late = town.api(LISTENERS[2])
    [place] = late.items("assignments", mine="true", shift_id=shift["id"])
    assert place["state"] == "offered", "a seat fell free, and she is asked"
    late.send("POST", f"assignments/{place['id']}/answers", {"reply": "accept"})
    [place] = late.items("assignments", mine="true", shift_id=shift["id"])
    assert place["state"] == "confirmed"


def test_counselling_is_done_by_the_qualified_only(town: Town) -> None:
    shifts = [one for one in town.api(DESK).items("shifts") if one["title"] == "心理辅导"]
    free: Any = next(one for one in shifts if one["roles"][0]["taken"] == 0)
    place = {"shift_role_id": next(one["id"] for one in free["roles"] if one["name"] == "心理咨询师")}
    path = f"shifts/{free['id']}/signups"
    refused = town.api(LISTENERS[0]).send("POST", path, place, expect=409)
    assert [one["code"] for one in refused["reasons"]] == ["qualification_missing"]
    assert town.api(COUNSELLOR).send("POST", path, place)["state"] == "confirmed"
