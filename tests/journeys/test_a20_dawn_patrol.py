"""A20 楼院“议事会”清晨巡逻 (园丁街一号楼院, 杜甫路社区): "都会到附近的几个楼院义务巡逻一圈"; "6栋楼，住着100多户".

Two at least walk from courtyard to courtyard in their order, tick at each what is not in order, and what they tick is
an open case of the community by itself. When they begin is where A68 is: with the sun.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.journeys.town import Town

pytestmark = pytest.mark.need("A20")

DESK, ELSEWHERE = "13900009202", "13900009205"
STOPS = ["园丁街一号楼院", "园丁街二号楼院", "园丁街三号楼院", "杜甫路9号院"]


@pytest.fixture(scope="module")
def patrol(town: Town) -> Any:
    """The patrol of tomorrow, with two people of the council."""
    desk = town.api(DESK)
    shift = next(one for one in desk.items("shifts") if one["title"] == "清晨巡逻")
    team = next(one for one in desk.items("teams") if one["name"] == "园丁街一号楼院议事会")
    members = [one["volunteer_id"] for one in desk.get(f"teams/{team['id']}/members")["items"]]
    there = {one["volunteer_id"] for one in desk.items("assignments", shift_id=shift["id"], state="confirmed")}
    for offer in desk.items("assignments", shift_id=shift["id"], state="offered"):
        desk.send("POST", f"assignments/{offer['id']}/answers", {"reply": "accept"})
        there.add(offer["volunteer_id"])
    assert there <= set(members)
    return {**shift, "people": sorted(there)}


@pytest.fixture(scope="module")
def walker(town: Town, patrol: Any) -> str:
    """The number of one of them."""
    desk = town.api(DESK)
    who = next(one for one in patrol["people"] if desk.get(f"volunteers/{one}")["has_phone"])
    return str(desk.send("POST", f"volunteers/{who}/phone-looks", {"why": "问她能不能来"})["phone"])


def test_at_least_two_walk(patrol: Any) -> None:
    assert sum(role["min_needed"] for role in patrol["roles"]) >= 2
    assert len(patrol["people"]) >= 2


def test_the_round_leads_over_four_courtyards_in_their_order(town: Town, patrol: Any) -> None:
    route = town.api(DESK).get(f"activities/{patrol['activity_id']}/route")
    assert [stop["label"] for stop in route["stops"]] == STOPS
    page = town.browser(DESK).open(f"/co/activities/{patrol['activity_id']}/route")
    assert town.browser(DESK).status == 200, page
    places = [page.index(f"<b>{name}</b>") for name in STOPS]
    assert places == sorted(places)


def test_she_ticks_at_each_stop_what_is_not_in_order(town: Town, patrol: Any, walker: str) -> None:
    town.turn_to(datetime.fromisoformat(patrol["starts_at"]) + timedelta(minutes=5))
    she, address = town.browser(walker), f"/me/rounds/{patrol['id']}"
    assert address in she.open("/me")
    text = she.open(address)
    assert [text.index(name) for name in STOPS] == sorted(text.index(name) for name in STOPS)
    stops = re.findall(rf'action="{address}/(\d+)"', text)
    assert len(stops) == 4
    assert "这一处没有问题" in she.send(f"{address}/{stops[0]}")
    assert "已经记进“发现”" in she.send(f"{address}/{stops[1]}", wrong="消防通道有车堵着", words="一辆白色面包车")
    assert "已经去了2处" in she.text


def test_it_is_an_open_case_with_its_place_and_comes_again_tomorrow(town: Town, patrol: Any) -> None:
    desk = town.api(DESK)
    [case] = [one for one in desk.items("findings", is_open="true") if one["title"] == "清晨巡逻"]
    assert (case["place"], case["words"]) == ("园丁街二号楼院", "园丁街二号楼院：消防通道有车堵着，一辆白色面包车")
    following = desk.items("shifts", activity_id=patrol["activity_id"])[1]
    agenda = desk.get(f"shifts/{following['id']}/findings")["agenda"]
    assert [one["id"] for one in agenda] == [case["id"]]
    desk.send("POST", f"findings/{case['id']}/settlements", {"outcome": "打电话请车主挪走了"})
    assert desk.get(f"shifts/{following['id']}/findings")["agenda"] == []


def test_nobody_else_walks_or_lays_it(town: Town, patrol: Any) -> None:
    neighbour, elsewhere = town.api("13900000021"), town.api(ELSEWHERE)
    route = f"activities/{patrol['activity_id']}/route"
    assert neighbour.ask("GET", f"shifts/{patrol['id']}/route").status_code == 404
    assert elsewhere.ask("GET", route).status_code == 404
    stop = town.api(DESK).get(route)["stops"][2]
    assert neighbour.ask("POST", f"shifts/{patrol['id']}/visits", json={"stop_id": stop["id"]}).status_code == 404
    laid = {"stops": [{"place_id": stop["place_id"]}]}
    assert elsewhere.ask("PUT", route, json=laid).status_code == 404


@pytest.fixture(scope="module")
def shops(town: Town) -> Any:
    """建设路社区: an evening round every day by two, and forty shops in its four courtyards."""
    desk = town.api("13900009201")
    area = next(one for one in desk.items("areas", kind="community") if one["name"] == "建设路社区")
    courts = desk.items("areas", below=area["id"], kind="courtyard")
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": area["id"],
            "title": "商户每日走访",
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352010",
            "roles": [{"name": "走访员", "min_needed": 2, "max_needed": 3}],
            "dates": [{"from_on": "2026-11-24", "until_on": None, "starts": "19:00", "ends": "20:30"}],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    checks = ["在店里做饭", "用液化气罐", "飞线充电"]
    stops = [
        {"place_id": court["id"], "name": f"{number}号门面", "checks": checks}
        for court in courts
        for number in range(1, 41 // len(courts) + 1)
    ]
    return {"id": made["id"], "stops": stops[:40]}


@pytest.mark.need("A22")
def test_every_shop_is_seen_within_a_week_by_rounds_of_six(town: Town, shops: Any) -> None:
    """A22 (建设路社区): "是不是在商铺做饭，是不是使用了液化气罐，是不是飞线充电…发现问题、建立台账、及时处理"."""
    desk, address = town.api("13900009201"), f"activities/{shops['id']}/route"
    assert len(shops["stops"]) == 40
    few = {"stops": shops["stops"], "at_once": 5, "within_days": 7}
    refused = desk.send("PUT", address, few, expect=422)
    assert refused["errors"] == {"at_once": ["这样去不完，一趟至少要查6处"]}
    desk.send("PUT", address, {**few, "at_once": 6}, expect=200)

    seen: set[int] = set()
    for evening in desk.items("shifts", activity_id=shops["id"])[:7]:
        town.turn_to(datetime.fromisoformat(evening["starts_at"]))
        today = desk.get(f"shifts/{evening['id']}/route")["items"]
        assert len(today) == 6
        for stop in today:
            desk.send("POST", f"shifts/{evening['id']}/visits", {"stop_id": stop["id"]})
            seen.add(stop["id"])
    route = desk.get(address)
    assert seen == {stop["id"] for stop in route["stops"]}
    assert not [stop for stop in route["stops"] if stop["is_overdue"]]


@pytest.mark.need("A22")
def test_one_tap_puts_a_shop_into_the_ledger(town: Town, shops: Any) -> None:
    desk = town.api("13900009201")
    evening = desk.items("shifts", activity_id=shops["id"])[1]
    town.turn_to(datetime.fromisoformat(evening["starts_at"]))
    stop = desk.get(f"shifts/{evening['id']}/route")["items"][0]
    desk.send("POST", f"shifts/{evening['id']}/visits", {"stop_id": stop["id"], "wrong": ["用液化气罐"]})
    ledger = [one["words"] for one in desk.items("findings", is_open="true")]
    assert ledger == [f"{stop['label']}：用液化气罐"]
    assert f"{stop['label']}：用液化气罐" in town.browser("13900009201").open("/co/findings")


@pytest.mark.need("A22")
def test_after_a_week_without_a_round_every_shop_is_overdue(town: Town, shops: Any) -> None:
    town.turn_to(town.now() + timedelta(days=9))
    route = town.api("13900009201").get(f"activities/{shops['id']}/route")
    assert all(stop["is_overdue"] for stop in route["stops"])
    assert "超过7天没去" in town.browser("13900009201").open(f"/co/activities/{shops['id']}/route")


@pytest.mark.need("A30")
def test_the_cleanliness_of_courtyards_is_inspected_on_a_plan_against_a_standard(town: Town) -> None:
    """A30 (陇海路社区): "定期检查"; "制定服务标准"."""
    desk = town.api("13900009206")
    rows = desk.get("courtyards")["items"]
    standard = ["垃圾桶满了没清", "楼道没扫", "绿地里有垃圾"]
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "陇海路社区"),
            "title": "楼院卫生检查",
            "mode": "instant",
            "contact_name": "车谷雨",
            "contact_phone": "0371-64352060",
            "roles": [{"name": "检查员", "min_needed": 2, "max_needed": 2}],
            "dates": [
                {
                    "rule": "FREQ=MONTHLY;BYDAY=1FR,3FR",
                    "from_on": str(town.now().date() + timedelta(days=1)),
                    "until_on": None,
                    "starts": "15:00",
                    "ends": "16:30",
                }
            ],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    stops = [{"place_id": row["area_id"], "checks": standard} for row in rows]
    desk.send("PUT", f"activities/{made['id']}/route", {"stops": stops}, expect=200)
    first, second, *_ = desk.items("shifts", activity_id=made["id"])
    stop = desk.get(f"shifts/{first['id']}/route")["items"][0]
    assert stop["checks"] == standard
    desk.send("POST", f"shifts/{first['id']}/visits", {"stop_id": stop["id"], "wrong": standard[:1]})
    carried = desk.get(f"shifts/{second['id']}/findings")["agenda"]
    assert [one["words"] for one in carried] == [f"{rows[0]['name']}：{standard[0]}"], (
        "and looked at again the next time"
    )
