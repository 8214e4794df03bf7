"""A23 日常消防排查 (城市嘉苑, 新华北路社区): "由楼院理事会协助日常消防排查"; 活动挡杆, 消防通道专项治理.

Once a day somebody of the council looks at the movable barrier and the lane. The council itself is whom the plan draws
from: nobody else is asked, everybody of it has turns, and who cannot come is replaced from the council.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.town import Town

pytestmark = pytest.mark.need("A23")

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DESK = "13900009101"
COUNCIL = "城市嘉苑理事会"
DAYS = 12


@pytest.fixture(scope="module")
def council(town: Town) -> Any:
    return next(team for team in town.api(DESK).items("teams") if team["name"] == COUNCIL)


@pytest.fixture(scope="module")
def members(town: Town, council: Any) -> set[int]:
    return {one["volunteer_id"] for one in town.api(DESK).get(f"teams/{council['id']}/members")["items"]}


@pytest.fixture(scope="module")
def check(town: Town, council: Any) -> Any:
    """The daily check, published, with its plan for the days to come offered to the council."""
    desk = town.api(DESK)
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": council["area_id"],
            "team_id": council["id"],
            "title": "城市嘉苑消防通道每日检查",
            "summary": "看活动挡杆能不能抬起来，通道上有没有车、有没有堆东西。",
            "mode": "rota",
            "contact_name": "解春晓",
            "contact_phone": "0371-64351010",
            "roles": [{"name": "检查员", "min_needed": 1, "max_needed": 1}],
            "dates": [{"from_on": "2026-11-24", "until_on": None, "starts": "19:30", "ends": "20:00"}],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    until = (NOW + timedelta(days=DAYS)).isoformat()
    run = desk.send("POST", f"activities/{made['id']}/match-runs", {"until_at": until}, expect=202)
    town.settle()
    desk.send("POST", f"match-runs/{run['id']}/publications", {})
    town.settle()
    return made


def places(town: Town, check: Any, state: str) -> list[Any]:
    """Whom the check has in this state, by start."""
    held = [one for one in town.api(DESK).items("assignments", state=state) if one["activity_id"] == check["id"]]
    return sorted(held, key=lambda one: str(one["starts_at"]))


def test_the_council_of_six_is_asked_and_nobody_else(town: Town, check: Any, members: set[int]) -> None:
    asked = places(town, check, "offered")
    assert len(members) == 6
    assert [one["starts_at"][:10] for one in asked] == [str((NOW + timedelta(days=n)).date()) for n in range(1, DAYS)]
    assert {one["volunteer_id"] for one in asked} <= members


def test_each_of_them_has_turns(town: Town, check: Any, members: set[int]) -> None:
    """As many as the other duties of the house leave each room for: nobody has none, nobody has half of them."""
    asked = Counter(one["volunteer_id"] for one in places(town, check, "offered"))
    assert set(asked) == members
    assert max(asked.values()) < (DAYS - 1) / 2


def test_who_cannot_come_is_replaced_from_the_council(town: Town, check: Any, members: set[int]) -> None:
    desk = town.api(DESK)
    ill = places(town, check, "offered")[4]
    desk.send("POST", f"assignments/{ill['id']}/answers", {"reply": "decline", "reason": "孙子发烧"})
    run = desk.send(
        "POST",
        f"activities/{check['id']}/match-runs",
        {"until_at": (NOW + timedelta(days=DAYS)).isoformat()},
        expect=202,
    )
    town.settle()
    desk.send("POST", f"match-runs/{run['id']}/publications", {})
    town.settle()
    again = [one for one in places(town, check, "offered") if one["starts_at"] == ill["starts_at"]]
    assert [one["volunteer_id"] in members - {ill["volunteer_id"]} for one in again] == [True]


def test_a_day_without_anybody_is_a_gap_weeks_ahead(town: Town, check: Any) -> None:
    gaps = [one for one in town.api(DESK).get("gaps", days=28)["items"] if one["activity_id"] == check["id"]]
    later = [one for one in gaps if one["starts_at"][:10] == "2026-12-18"]
    assert [(one["role"], one["gap"]) for one in later] == [("检查员", 1)]


def test_another_community_sees_nothing_of_it(town: Town, check: Any) -> None:
    elsewhere = town.api("13900009104")
    assert not [one for one in elsewhere.items("assignments") if one["activity_id"] == check["id"]]
