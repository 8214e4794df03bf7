"""A62 "为期7天的中式烹饪免费技能培训", A29 小喇叭 "播报培训", A66 人人成为"社区消防安全宣传员".

Enrolled once for all seven days; ticked off day by day by who leads it; passed, it is a qualification that other duties
ask for. The fire brigade's talk is a course of one day. What is heard all around is never held in quiet hours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.town import Town

#: Monday 27 April 2026.
NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
DESK = "13900009202"
LEARNERS = ("13900000001", "13900000002", "13900000003")


def publish(town: Town, title: str, dates: dict[str, Any], *, expect: int = 201, **details: Any) -> Any:
    """An activity of the community, published; or what is said against it."""
    desk = town.api(DESK)
    area = next(one for one in desk.items("areas", kind="community") if one["name"] == "杜甫路社区")
    asked = {
        "area_id": area["id"],
        "title": title,
        "mode": "instant",
        "contact_name": "晏清晨",
        "contact_phone": "0371-64352020",
        "roles": [{"name": "老师", "min_needed": 0, "max_needed": 2}],
        "dates": [dates],
        **details,
    }
    made = desk.send("POST", "activities", asked, expect=expect)
    if expect == 201:
        desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    return made


def her_id(town: Town, phone: str) -> int:
    return int(town.api(phone).get("me")["volunteer_id"])


def turn_to(town: Town, day: str, hour: int = 12) -> None:
    """This day of May, so many o'clock in China."""
    town.turn_to(datetime.fromisoformat(f"2026-05-{day}T{hour:02}:00:00+08:00"))


@pytest.fixture(scope="module")
def cooking(town: Town) -> Any:
    """Seven mornings of cooking for two learners."""
    week = {"from_on": "2026-05-05", "until_on": "2026-05-11", "starts": "09:00", "ends": "11:00"}
    made = publish(town, "中式烹饪培训", week, summary="职业学校来教，免费。")
    course = {"capacity": 2, "days_needed": 5, "gives": "cook", "valid_months": 36, "taught_by": "职业学校"}
    assert town.api(DESK).send("PUT", f"activities/{made['id']}/course", course, expect=200)["days"] == 7
    return made


@pytest.mark.need("A62")
def test_she_enrols_once_for_seven_days_and_the_third_waits(town: Town, cooking: Any) -> None:
    path = f"activities/{cooking['id']}/enrolments"
    states = [town.api(phone).send("POST", path, {})["state"] for phone in LEARNERS]
    assert states == ["enrolled", "enrolled", "waitlisted"]
    page = town.browser(LEARNERS[0]).open(f"/a/{cooking['id']}")
    assert "来学：一次报名，7天都上" in page
    left = town.api(LEARNERS[1]).ask("DELETE", f"{path}/{her_id(town, LEARNERS[1])}")
    assert left.status_code == 204
    assert town.api(LEARNERS[2]).get(path)["items"][0]["state"] == "enrolled", "who waited has the place, on all days"
    town.settle()
    [told] = town.api(LEARNERS[2]).items("notifications", mine="true", kind="course_place")
    assert "您候补的课有名额了，请您每天都来。最近一次：中式烹饪培训，5月5日（星期二）上午9:00—11:00" in told["text"]


@pytest.mark.need("A62")
def test_the_evening_before_each_day_who_learns_is_reminded(town: Town, cooking: Any) -> None:
    town.turn_to(datetime.fromisoformat("2026-05-04T20:01:00+08:00"))
    for phone, days in zip(LEARNERS, (1, 0, 1), strict=True):
        told = town.api(phone).items("notifications", mine="true", kind="course_day")
        assert len(told) == days, "who left is not"
    assert "提醒您来上课：中式烹饪培训，5月5日（星期二）上午9:00—11:00" in told[0]["text"]


@pytest.mark.need("A62")
def test_every_day_is_ticked_and_five_of_seven_are_enough(town: Town, cooking: Any) -> None:
    first, third = her_id(town, LEARNERS[0]), her_id(town, LEARNERS[2])
    for number, shift in enumerate(town.api(DESK).items("shifts", activity_id=cooking["id"])):
        turn_to(town, shift["starts_at"][8:10], 10)
        page = town.browser(DESK).open(f"/co/shifts/{shift['id']}/course-day")
        assert page.count('type="checkbox"') == 2
        there = [first] if number >= 5 else [] if number == 4 else [first, third]
        town.browser(DESK).send(f"/co/shifts/{shift['id']}/course-day", volunteer_ids=[str(one) for one in there])
    turn_to(town, "11")
    passed = town.api(DESK).send("POST", f"activities/{cooking['id']}/conclusions", {})["items"]
    assert {one["volunteer_id"]: (one["attended"], one["state"]) for one in passed} == {
        first: (6, "passed"),
        third: (4, "failed"),
    }


@pytest.mark.need("A62")
def test_the_pass_opens_duties_that_ask_for_it(town: Town, cooking: Any) -> None:
    roles = [{"name": "掌勺", "min_needed": 1, "max_needed": 2, "requires": ["cook"]}]
    publish(town, "长者食堂掌勺", {"on": "2026-05-13", "starts": "10:00", "ends": "12:00"}, roles=roles)
    shift = next(one for one in town.api(DESK).items("shifts") if one["title"] == "长者食堂掌勺")
    asked = {"shift_role_id": shift["roles"][0]["id"]}
    refused = town.api(LEARNERS[2]).send("POST", f"shifts/{shift['id']}/signups", asked, expect=409)
    assert [one["code"] for one in refused["reasons"]] == ["qualification_missing"]
    assert town.api(LEARNERS[0]).send("POST", f"shifts/{shift['id']}/signups", asked)["state"] == "confirmed"


@pytest.mark.need("A66")
def test_who_heard_the_fire_brigade_tells_others(town: Town) -> None:
    talk = publish(town, "消防宣讲", {"on": "2026-05-14", "starts": "15:00", "ends": "16:30"})
    course = {"capacity": 80, "days_needed": 1, "gives": "fire_guide", "taught_by": "消防救援大队"}
    town.api(DESK).send("PUT", f"activities/{talk['id']}/course", course, expect=200)
    assert "谁来讲：消防救援大队" in town.browser(LEARNERS[0]).open(f"/a/{talk['id']}")
    for phone in LEARNERS[:2]:
        town.api(phone).send("POST", f"activities/{talk['id']}/enrolments", {})
    [shift] = town.api(DESK).items("shifts", activity_id=talk["id"])
    turn_to(town, "14", 17)
    there = {"volunteer_ids": [her_id(town, LEARNERS[0])]}
    town.api(DESK).send("PUT", f"shifts/{shift['id']}/attendance", there, expect=200)
    town.api(DESK).send("POST", f"activities/{talk['id']}/conclusions", {})
    held = [
        {one["kind"] for one in town.api(phone).get(f"volunteers/{her_id(town, phone)}/qualifications")["items"]}
        for phone in LEARNERS[:2]
    ]
    assert ["fire_guide" in kinds for kinds in held] == [True, False], "who stayed away is none"


@pytest.mark.need("A29")
def test_the_loudspeaker_is_silent_while_people_sleep(town: Town) -> None:
    late = {"from_on": "2026-05-18", "until_on": "2026-05-24", "starts": "20:30", "ends": "21:30"}
    refused = publish(town, "小喇叭", late, is_loud=True, expect=422)
    assert refused["errors"]["dates"] == ["会出声的活动不能排在安静的时间（晚上和清早）"]
    roles = [{"name": "播音员", "min_needed": 1, "max_needed": 1, "requires": ["broadcaster"]}]
    slot = {**late, "starts": "17:30", "ends": "18:00"}
    made = publish(town, "小喇叭", slot, is_loud=True, roles=roles, what_to_bring="今天的稿子在服务站")
    shift = town.api(DESK).items("shifts", activity_id=made["id"])[0]
    version = town.api(DESK).ask("GET", f"shifts/{shift['id']}").headers["ETag"]
    moved = town.client.patch(
        f"/api/v1/shifts/{shift['id']}",
        json={"starts_at": "2026-05-18T07:00:00+08:00", "ends_at": "2026-05-18T07:30:00+08:00"},
        headers={"Authorization": f"Bearer {town.api(DESK).token}", "If-Match": version},
    )
    assert moved.status_code == 422, "nor is one of them moved there"


@pytest.mark.need("A29")
def test_nobody_speaks_before_she_has_passed_the_training(town: Town) -> None:
    slot = next(one for one in town.api(DESK).items("shifts") if one["title"] == "小喇叭")
    asked = {"shift_role_id": slot["roles"][0]["id"]}
    refused = town.api(LEARNERS[0]).send("POST", f"shifts/{slot['id']}/signups", asked, expect=409)
    assert [one["details"]["kind"] for one in refused["reasons"]] == ["broadcaster"]
    training = publish(town, "播报培训", {"on": "2026-05-15", "starts": "09:00", "ends": "11:00"})
    course = {"capacity": 10, "gives": "broadcaster"}
    town.api(DESK).send("PUT", f"activities/{training['id']}/course", course, expect=200)
    town.api(LEARNERS[0]).send("POST", f"activities/{training['id']}/enrolments", {})
    turn_to(town, "15")
    passed = {"passed": [her_id(town, LEARNERS[0])]}
    town.api(DESK).send("POST", f"activities/{training['id']}/conclusions", passed)
    assert town.api(LEARNERS[0]).send("POST", f"shifts/{slot['id']}/signups", asked)["state"] == "confirmed"
    assert "今天的稿子在服务站" in town.browser(LEARNERS[0]).open(f"/a/{slot['activity_id']}")
