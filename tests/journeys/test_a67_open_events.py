"""A67 “365”多彩活动 (杜甫路社区): events for everybody, with a waitlist when they are full.

Whoever comes too late waits in a line without holes; a place that comes free is offered to the first of it, who says
yes by the link in the message.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.browsing import Person
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A67", missing="a family signs up together")

DESK = "13900009202"
PEOPLE = [f"1390000{n:04}" for n in range(1, 6)]


@pytest.fixture(scope="module")
def party(town: Town) -> Any:
    """包饺子 with three places, and five who want to come."""
    desk = town.api(DESK)
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": desk.items("activities")[0]["area_id"],
            "title": "冬至包饺子",
            "mode": "instant",
            "contact_name": "陈协调",
            "contact_phone": "0371-64352020",
            "roles": [{"name": "包饺子", "min_needed": 1, "max_needed": 3}],
            "dates": [{"on": "2026-12-22", "starts": "09:00", "ends": "11:00"}],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    return next(one for one in desk.items("shifts") if one["activity_id"] == made["id"])


@pytest.fixture(scope="module")
def asked(town: Town, party: Any) -> dict[str, Any]:
    """The sign-up of each, in the order in which they asked."""
    body = {"shift_role_id": party["roles"][0]["id"]}
    return {phone: town.api(phone).send("POST", f"shifts/{party['id']}/signups", body) for phone in PEOPLE}


def test_everybody_can_read_of_it(town: Town, party: Any) -> None:
    """Without logging in."""
    assert "冬至包饺子" in Person().open(f"/a/{party['activity_id']}")


def test_the_first_three_have_places_and_the_others_wait_in_their_order(town: Town, asked: dict[str, Any]) -> None:
    assert [signup["state"] for signup in asked.values()] == ["confirmed"] * 3 + ["waitlisted"] * 2
    waiting = [town.api(phone).get(f"signups/{asked[phone]['id']}") for phone in PEOPLE[3:]]
    assert [signup["waitlist_position"] for signup in waiting] == [1, 2]


def test_a_place_that_comes_free_is_the_first_ones_who_says_yes_by_link(town: Town, asked: dict[str, Any]) -> None:
    town.api(PEOPLE[0]).send("POST", f"signups/{asked[PEOPLE[0]]['id']}/withdrawals")
    town.turn_to(town.now() + timedelta(minutes=11))
    first, second = (town.api(phone) for phone in PEOPLE[3:])
    told = first.items("notifications", mine="true", kind="place_offered")[-1]["text"]
    assert "12月22日（星期二）上午9:00—11:00" in told
    link = re.search(r"http://localhost(/answers/[^\s。，]+)", told)
    assert link is not None
    stranger = Person()
    stranger.open(link[1])
    assert "已经记下您能来" in stranger.send(link[1], answer="yes")
    town.settle()
    assert first.get(f"signups/{asked[PEOPLE[3]]['id']}")["state"] == "confirmed"
    assert second.get(f"signups/{asked[PEOPLE[4]]['id']}")["waitlist_position"] == 1
