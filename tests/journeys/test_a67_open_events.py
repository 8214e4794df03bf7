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

pytestmark = pytest.mark.need("A67")

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


FAMILY, NEIGHBOURS, SINGLE = "13900000006", "13900000007", "13900000008"


@pytest.fixture(scope="module")
def kites(town: Town) -> Any:
    """扎风筝 with six places; a family of up to four signs up together."""
    desk = town.api(DESK)
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": desk.items("activities")[0]["area_id"],
            "title": "亲子扎风筝",
            "mode": "instant",
            "contact_name": "陈协调",
            "contact_phone": "0371-64352020",
            "roles": [{"name": "扎风筝", "min_needed": 1, "max_needed": 6}],
            "dates": [{"on": "2026-12-26", "starts": "14:00", "ends": "16:00"}],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    path = f"activities/{made['id']}/roles/{made['roles'][0]['id']}/families"
    assert desk.send("PUT", path, {"most_together": 4}, expect=200)["most_together"] == 4
    for phone in (PEOPLE[0], "13900009205"):
        assert town.api(phone).ask("PUT", path, json={"most_together": 2}).status_code in (403, 404)
    return next(one for one in desk.items("shifts") if one["activity_id"] == made["id"])


def role_of(town: Town, kites: Any) -> Any:
    """The places as they are now."""
    return town.api(DESK).get(f"shifts/{kites['id']}")["roles"][0]


def test_a_family_signs_up_in_one_go_and_is_asked_only_how_many_they_are(town: Town, kites: Any) -> None:
    she = town.browser(FAMILY)
    page = she.open(f"/signup/{kites['id']}")
    assert "只问几个人，不问姓名和年龄" in page
    role = kites["roles"][0]["id"]
    refused = she.send(f"/signup/{kites['id']}", role_id=role, with_adults=1, with_children=2)
    assert "带孩子来，要家长同意并且全程陪着" in refused
    page = she.send(f"/signup/{kites['id']}", role_id=role, with_adults=1, with_children=2, guardian_consents="true")
    assert "一共4个人，2个孩子" in page
    assert role_of(town, kites)["taken"] == 4
    [mine] = town.api(FAMILY).items("signups", mine="true", shift_id=kites["id"])
    assert (mine["with_adults"], mine["with_children"], mine["state"]) == (1, 2, "confirmed")
    town.settle()
    told = town.api(FAMILY).items("notifications", mine="true", kind="sign_up_confirmed")[-1]["text"]
    assert "亲子扎风筝（扎风筝）（一共4人）" in told


def test_who_does_not_fit_waits_together_and_one_who_fits_is_not_kept_out(town: Town, kites: Any) -> None:
    body = {"shift_role_id": kites["roles"][0]["id"]}
    path = f"shifts/{kites['id']}/signups"
    too_many = town.api(NEIGHBOURS).send("POST", path, {**body, "with_adults": 4}, expect=409)
    assert [one["code"] for one in too_many["reasons"]] == ["too_many_together"]
    waits = town.api(NEIGHBOURS).send("POST", path, {**body, "with_adults": 2})
    assert waits["state"] == "waitlisted", "two places are free, and they are three"
    town.settle()
    told = town.api(NEIGHBOURS).items("notifications", mine="true", kind="sign_up_waitlisted")[-1]["text"]
    assert "要空出3个位子才轮到你们一起来" in told
    assert town.api(SINGLE).send("POST", path, body)["state"] == "confirmed"
    assert role_of(town, kites)["taken"] == 5


def test_one_of_them_falls_ill_the_others_come_and_it_is_counted_right_everywhere(town: Town, kites: Any) -> None:
    [mine] = town.api(FAMILY).items("signups", mine="true", shift_id=kites["id"])
    town.api(SINGLE).send("PUT", f"signups/{mine['id']}/family", {"with_adults": 0, "with_children": 0}, expect=404)
    she = town.browser(FAMILY)
    she.open(f"/signups/{mine['id']}")
    assert "一共3个人，1个孩子" in she.send(f"/signups/{mine['id']}/family", with_adults=1, with_children=1)
    town.settle()
    assert role_of(town, kites)["taken"] == 4, "two free, and the three still wait"
    desk = town.browser(DESK)
    board = desk.open(f"/co/activities/{kites['activity_id']}?on=2026-12-26")
    assert "一家3人" in board
    assert "（一家3人）" in board, "the neighbours, who wait"
    assert "已排4人，最少1人，最多6人" in board
    assert "一家3人" in desk.open(f"/co/shifts/{kites['id']}/sign-in")
    [place] = town.api(FAMILY).items("assignments", mine="true", shift_id=kites["id"])
    assert place["places"] == 3


def test_all_of_them_stay_at_home_and_the_neighbours_come_together(town: Town, kites: Any) -> None:
    [mine] = town.api(FAMILY).items("signups", mine="true", shift_id=kites["id"])
    town.api(FAMILY).send("POST", f"signups/{mine['id']}/withdrawals")
    town.turn_to(town.now() + timedelta(minutes=11))
    theirs = town.api(NEIGHBOURS)
    [place] = theirs.items("assignments", mine="true", shift_id=kites["id"])
    assert (place["state"], place["places"]) == ("offered", 3)
    theirs.send("POST", f"assignments/{place['id']}/answers", {"reply": "accept"})
    town.settle()
    assert role_of(town, kites)["taken"] == 4
    [signup] = theirs.items("signups", mine="true", shift_id=kites["id"])
    assert (signup["state"], signup["with_adults"]) == ("confirmed", 2)


def test_whoever_telephones_is_signed_up_with_her_family_and_a_plan_takes_none(town: Town, kites: Any) -> None:
    desk = town.browser(DESK)
    her = town.api("13900000009").get("me")["volunteer_id"]
    page = desk.open(f"/co/proxy/{her}?activity={kites['activity_id']}")
    assert "一起来的大人" in page
    typed = {"shift_role_id": kites["roles"][0]["id"], "with_adults": "1", "asked_how": "phone", "asked_by": "本人"}
    assert "给你们2个人都报上了" in desk.send(f"/co/proxy/{her}?activity={kites['activity_id']}", **typed)
    assert role_of(town, kites)["taken"] == 6
    planned = next(one for one in town.api(DESK).items("activities") if one["mode"] != "instant")
    path = f"activities/{planned['id']}/roles/{planned['roles'][0]['id']}/families"
    refused = town.api(DESK).send("PUT", path, {"most_together": 3}, expect=409)
    assert refused["code"] == "planned", "kept out of plans, with the reason in words"
    assert "没登记的家人排不进去" in refused["detail"]
