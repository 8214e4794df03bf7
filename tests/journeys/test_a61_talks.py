"""A61 人民路社区: "健康讲座、心理辅导、中医养生".

A talk has seats, and whoever comes too late waits for one; counselling is for those who may.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from service.db import transaction
from service.notifications.models import Notification
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A61")

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


@pytest.fixture(scope="module")
def hour(town: Town) -> Any:
    """An afternoon on which the counsellor has said yes, in two slots of fifty minutes that nobody else reads."""
    desk = town.api(DESK)
    shifts = [one for one in desk.items("shifts") if one["title"] == "心理辅导"]
    activity = desk.get(f"activities/{shifts[0]['activity_id']}")
    role = next(one for one in activity["roles"] if one["name"] == "心理咨询师")
    rules = {"slot_minutes": 50, "rooms": ["谈心室"], "is_private": True}
    desk.send("PUT", f"activities/{activity['id']}/roles/{role['id']}/consultation", rules, expect=200)
    hers = {one["shift_id"] for one in town.api(COUNSELLOR).items("assignments", mine="true", state="confirmed")}
    return next(one for one in shifts if one["id"] in hers and datetime.fromisoformat(one["starts_at"]) > town.now())


def times(town: Town, hour: Any, phone: str) -> list[Any]:
    """The slots as this person reads them."""
    items: list[Any] = town.api(phone).get(f"shifts/{hour['id']}/appointments")["items"]
    return items


def test_a_time_alone_with_the_counsellor_is_booked_and_nobody_but_she_reads_by_whom(town: Town, hour: Any) -> None:
    [first, second] = times(town, hour, LISTENERS[0])
    assert [first["is_free"], second["is_free"]] == [True, True]
    slot = {name: first[name] for name in ("shift_role_id", "room", "slot")}
    mine = town.api(LISTENERS[0]).send("POST", f"shifts/{hour['id']}/appointments", slot)
    assert mine["state"] == "booked"
    assert town.api(LISTENERS[1]).send("POST", f"shifts/{hour['id']}/appointments", slot, expect=409)["code"] == "taken"
    town.settle()
    assert times(town, hour, COUNSELLOR)[0]["appointment"]["name"] == mine["name"]
    for phone in (DESK, LISTENERS[1], "13900009001"):
        [seen, _free] = times(town, hour, phone)
        assert (seen["is_taken"], seen["appointment"]) == (True, None), "that it is taken, and nothing else"
        town.api(phone).send("DELETE", f"appointments/{mine['id']}", expect=404)
        town.api(phone).send("POST", f"appointments/{mine['id']}/phone-looks", {"why": "想知道"}, expect=404)
        town.api(phone).send("POST", f"appointments/{mine['id']}/answers", {"reply": "decline"}, expect=404)


def test_the_desk_sees_that_a_time_is_taken_on_every_page_and_never_by_whom(town: Town, hour: Any) -> None:
    name = times(town, hour, COUNSELLOR)[0]["appointment"]["name"]
    desk = town.browser(DESK)
    for address in ("appointments", "appointments/paper"):
        page = desk.open(f"/co/shifts/{hour['id']}/{address}")
        assert "已约" in page
        assert name not in page
        assert f"{name[0]}*" not in page, "not masked either"
    assert name in town.browser(COUNSELLOR).open(f"/me/appointments/{hour['id']}")
    told = town.api(DESK).items("notifications", kind="appointment_booked")
    assert told == [], "what was sent to her is in no list of the desk's"


def test_nobody_books_for_another_but_the_counsellor_herself(town: Town, hour: Any) -> None:
    [_taken, second] = times(town, hour, COUNSELLOR)
    body = {**{key: second[key] for key in ("shift_role_id", "room", "slot")}, "name": "冯立夏", "phone": "13911110009"}
    path = f"shifts/{hour['id']}/appointments"
    assert town.api(DESK).send("POST", path, body, expect=409)["code"] == "private"
    town.api(LISTENERS[1]).send("POST", path, body, expect=404)
    landline = {**body, "phone": "0371-64350001"}
    assert town.api(COUNSELLOR).send("POST", path, landline, expect=409)["code"] == "mobile_needed"
    assert town.api(COUNSELLOR).send("POST", path, {**body, "note": "焦虑"}, expect=422)["errors"].keys() == {"note"}
    assert town.api(COUNSELLOR).send("POST", path, body)["state"] == "booked"


def test_when_she_cancels_they_hear_of_it_without_a_word_of_what_it_was(town: Town, hour: Any) -> None:
    [place] = [
        one
        for one in town.api(COUNSELLOR).items("assignments", mine="true", shift_id=hour["id"])
        if one["state"] == "confirmed"
    ]
    town.api(DESK).send("POST", f"assignments/{place['id']}/answers", {"reply": "decline"})
    town.settle()
    with transaction() as session:
        sent = session.scalars(
            select(Notification.text)
            .where(Notification.key.startswith("appointment:"), Notification.kind != "appointment_booked")
            .order_by(Notification.id)
        ).all()
    assert len(sent) == 2
    for text in sent:
        assert "您约的时间" in (text or "")
        assert "心理" not in (text or "")
    assert all(one["appointment"] is None for one in times(town, hour, COUNSELLOR)), "nor does she read it any more"
    assert "谁约了" not in town.browser(DESK).open("/co/calls")
    assert town.api(DESK).get(f"shifts/{hour['id']}/appointments")["waiting"] == []
