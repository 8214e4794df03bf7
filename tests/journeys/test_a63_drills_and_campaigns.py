"""A04 摘星夺旗, A63 "培训演练3场", A64 "减灾防灾日宣传周…活动3场", A65 "6月份开展‘安全生产月’宣传活动3次" (建设路社区).

What must be held is written down once; what is held counts by itself. What is short near its end, or past it, stands on
the coordinator's desk until something is done.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from service.db import transaction
from service.volunteers.models import Volunteer
from tests.journeys.town import Town

#: 28 April 2026: a fortnight before the day of preventing disasters, 12 May.
NOW = datetime(2026, 4, 28, 2, 0, tzinfo=UTC)
DESK, ELSEWHERE = "13900009201", "13900009205"
PEOPLE = ("13900000001", "13900000002")
STREET = "13900009001"


def area_id(town: Town) -> int:
    areas = town.api(DESK).items("areas", kind="community")
    return int(next(one["id"] for one in areas if one["name"] == "建设路社区"))


def publish(town: Town, title: str, *days: str) -> int:
    """An activity on these days; its id."""
    desk = town.api(DESK)
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": area_id(town),
            "title": title,
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352010",
            "roles": [{"name": "宣传员", "min_needed": 1, "max_needed": 5}],
            "dates": [{"on": day, "starts": "09:00", "ends": "10:30"} for day in days],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    return int(made["id"])


def attend(town: Town, activity_id: int, *days: str) -> None:
    """Two people sign up for these days."""
    for shift in town.api(DESK).items("shifts", activity_id=activity_id):
        if shift["starts_at"][:10] in days:
            for phone in PEOPLE:
                town.api(phone).send(
                    "POST", f"shifts/{shift['id']}/signups", {"shift_role_id": shift["roles"][0]["id"]}
                )


def quota(town: Town, **asked: Any) -> int:
    made = town.api(DESK).send("POST", "quotas", {"area_id": area_id(town), "needed": 3, **asked})
    return int(made["id"])


def state(town: Town, quota_id: int) -> tuple[str, int, int]:
    found = town.api(DESK).get(f"quotas/{quota_id}")
    return found["state"], found["held"], found["planned"]


def turn_to(town: Town, month: int, day: int) -> None:
    town.turn_to(datetime(2026, month, day, 2, 0, tzinfo=UTC))
    town.callers.clear()  # a token lasts thirty days
    town.browsers.clear()


@pytest.mark.need("A64")
def test_a_week_around_the_12th_of_may_with_three_events(town: Town) -> None:
    week = {"from_on": "2026-05-09", "until_on": "2026-05-15", "anchor_on": "2026-05-12"}
    quota_id = quota(town, title="减灾防灾日宣传周·五进", **week)
    assert state(town, quota_id) == ("short", 0, 0)
    assert "减灾防灾日宣传周" not in town.browser(DESK).open("/co"), "there is time yet"
    turn_to(town, 5, 2)
    assert "减灾防灾日宣传周" in town.browser(DESK).open("/co"), "a fortnight before its end nothing is planned"

    events = publish(town, "进社区、进家庭", "2026-05-09", "2026-05-12", "2026-05-14")
    town.api(DESK).send("PUT", f"quotas/{quota_id}/counting", {"activity_ids": [events]}, expect=200)
    assert state(town, quota_id) == ("on_course", 0, 3)
    assert "减灾防灾日宣传周" not in town.browser(DESK).open("/co")
    attend(town, events, "2026-05-09", "2026-05-12", "2026-05-14")

    last = next(one for one in town.api(DESK).items("shifts", activity_id=events) if "05-14" in one["starts_at"])
    town.api(DESK).send("PUT", f"shifts/{last['id']}/cancellation", {"reason": "暴雨"}, expect=200)
    assert state(town, quota_id) == ("short", 0, 2)
    page = town.browser(DESK).open("/co/quotas")
    assert "要办3场，办了0场，还排着2场。" in page
    assert "还要排1场" in page
    assert "围绕5月12日" in page

    again = publish(town, "进家庭（补办）", "2026-05-15")
    attend(town, again, "2026-05-15")
    town.api(DESK).send("PUT", f"quotas/{quota_id}/counting", {"activity_ids": [events, again]}, expect=200)
    turn_to(town, 5, 16)
    assert state(town, quota_id) == ("met", 3, 0)
    assert "减灾防灾日宣传周" not in town.browser(DESK).open("/co")


@pytest.mark.need("A65")
def test_three_times_within_june_or_the_desk_says_so_in_july(town: Town) -> None:
    turn_to(town, 6, 1)
    events = publish(town, "安全生产月宣传", "2026-06-05", "2026-06-16", "2026-07-01")
    june = {"from_on": "2026-06-01", "until_on": "2026-06-30"}
    quota_id = quota(town, title="安全生产月", activity_ids=[events], **june)
    assert state(town, quota_id) == ("short", 0, 2), "the first of July is not June any more"
    attend(town, events, "2026-06-05", "2026-06-16", "2026-07-01")
    turn_to(town, 6, 20)
    assert state(town, quota_id) == ("short", 2, 0)
    assert "安全生产月" in town.browser(DESK).open("/co")
    turn_to(town, 7, 2)
    assert state(town, quota_id) == ("missed", 2, 0)
    assert "安全生产月" in town.browser(DESK).open("/co")


@pytest.mark.need("A63", missing="a ledger of service hours from which those of drills are left out")
def test_three_drills_this_half_year_with_their_own_hours_and_one_nobody_came_to_is_none(town: Town) -> None:
    turn_to(town, 7, 3)
    drills = publish(town, "消防演练", "2026-07-08", "2026-07-15", "2026-07-22")
    half = {"from_on": "2026-07-01", "until_on": "2026-12-31"}
    quota_id = quota(town, title="下半年培训演练", activity_ids=[drills], **half)
    attend(town, drills, "2026-07-08", "2026-07-22")
    turn_to(town, 7, 25)
    assert state(town, quota_id) == ("short", 2, 0)
    found = town.api(DESK).get(f"quotas/{quota_id}")
    assert (found["people"], found["minutes"]) == (4, 4 * 90)
    assert not found["is_alarming"], "there are five months yet"


@pytest.mark.need("A65")
def test_nobody_else_sees_or_changes_them(town: Town) -> None:
    quota_id = town.api(DESK).get("quotas")["items"][0]["id"]
    assert town.api(ELSEWHERE).ask("GET", f"quotas/{quota_id}").status_code == 404
    assert town.api(ELSEWHERE).ask("DELETE", f"quotas/{quota_id}").status_code == 404
    assert town.api(PEOPLE[0]).ask("GET", "quotas").status_code == 403


@pytest.mark.need(
    "A04", missing="a campaign as one thing, with its indicators and communities side by side in one table"
)
def test_a_street_asks_the_same_of_each_community_and_sees_how_far_each_has_come_and_nobody_by_name(
    town: Town,
) -> None:
    """摘星夺旗 (新华路街道): counted by community and never by person."""
    street = town.api(STREET)
    hers = next(one["id"] for one in street.items("areas", kind="street") if one["name"] == "新华路街道")
    communities = [one for one in street.items("areas", kind="community") if one["parent_id"] == hers]
    assert len(communities) == 6
    asked = {"title": "摘星夺旗·文明劝导", "needed": 2, "from_on": "2026-07-25", "until_on": "2026-08-31"}
    quota_ids = {
        area["id"]: street.send("POST", "quotas", {"area_id": area["id"], **asked})["id"] for area in communities
    }
    first = communities[0]
    made = street.send(
        "POST",
        "activities",
        {
            "area_id": first["id"],
            "title": "路口文明劝导",
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352010",
            "roles": [{"name": "劝导员", "min_needed": 1, "max_needed": 5}],
            "dates": [{"on": "2026-07-28", "starts": "09:00", "ends": "10:30"}],
        },
    )
    street.send("PUT", f"activities/{made['id']}/publication", expect=200)
    street.send("PUT", f"quotas/{quota_ids[first['id']]}/counting", {"activity_ids": [made["id"]]}, expect=200)
    [shift] = street.items("shifts", activity_id=made["id"])
    helper = town.api(PEOPLE[0])
    helper.send("POST", f"shifts/{shift['id']}/signups", {"shift_role_id": shift["roles"][0]["id"]})
    turn_to(town, 7, 29)
    held = {
        one["area_id"]: one["held"] for one in town.api(STREET).get("quotas")["items"] if one["title"] == asked["title"]
    }
    assert held == {area["id"]: int(area["id"] == first["id"]) for area in communities}
    page = town.browser(STREET).open("/co/quotas")
    for area in communities:
        assert area["name"] in page
    with transaction() as session:
        names = session.scalars(select(Volunteer.name)).all()
    assert not [name for name in names if name in page]
