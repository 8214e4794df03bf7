"""A01 楼院理事会 (新华路街道): "186人…楼院理事会35个，做到了社区理事会全覆盖"; A06 分包; A10 无主管楼院.

The street sees every courtyard with its council, and at once which has none; who answers for building 3 now, and who
stands in; which courtyards nobody manages.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.journeys.town import Town
from tests.service.brands.test_brands import png

pytestmark = pytest.mark.need("A01")

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STREET, DESK, SOUTH, ELSEWHERE = "13900009001", "13900009101", "13900009204", "13900009205"


def courtyards(town: Town, phone: str = STREET, **asked: str) -> list[Any]:
    return list(town.api(phone).get("courtyards", **asked)["items"])


def test_35_courtyards_have_their_35_councils_and_none_is_without(town: Town) -> None:
    rows = courtyards(town)
    assert len(rows) == len({row["council_id"] for row in rows}) == 35
    assert courtyards(town, lacks="council") == []
    page = town.browser(STREET).open("/co/courtyards")
    assert "35个院落，35个有理事会" in page
    assert "没有理事会的：0" in page


def test_186_people_sit_in_them_some_in_two_with_their_backgrounds(town: Town) -> None:
    desk = town.api(STREET)
    seats = [
        one["volunteer_id"]
        for row in courtyards(town)
        for one in desk.get(f"teams/{row['council_id']}/members")["items"]
    ]
    assert len(set(seats)) == 186
    assert len(seats) == sum(row["members"] for row in courtyards(town)) > 186
    people = {one["id"]: one["tags"] for one in desk.items("volunteers")}
    tags = {tag for who in set(seats) for tag in people[who]}
    assert {"退休干部", "退休教师", "退役军人"} <= tags


def test_a_term_has_its_days(town: Town) -> None:
    """Elected for three years, and over on the day it says."""
    desk, row = town.api(DESK), courtyards(town, DESK)[0]
    council = f"teams/{row['council_id']}/members"
    sitting = {one["volunteer_id"] for one in desk.get(council)["items"]}
    new = next(one["id"] for one in desk.items("volunteers") if one["id"] not in sitting)
    term = {"volunteer_id": new, "from_on": "2026-11-23", "until_on": "2029-11-23"}
    members = desk.send("POST", council, term)["items"]
    assert next(one["until_on"] for one in members if one["volunteer_id"] == new) == "2029-11-23"
    now, later = (courtyards(town, DESK, on=day)[0]["members"] for day in ("2029-11-22", "2029-11-23"))
    assert (now, later) == (row["members"] + 1, row["members"])


def test_a_new_courtyard_is_without_a_council_until_one_is_founded_and_approved(town: Town) -> None:
    admin = town.api("13900009000")
    community = next(one for one in admin.items("areas", kind="community") if one["name"] == "新华北路社区")
    new = admin.send("POST", "areas", {"parent_id": community["id"], "kind": "courtyard", "name": "新华北路30号院"})
    assert [row["name"] for row in courtyards(town, lacks="council")] == ["新华北路30号院"]
    assert "没有理事会的：1" in town.browser(STREET).open("/co/courtyards")
    council = town.api(DESK).send("POST", "teams", {"area_id": new["id"], "name": "新华北路30号院理事会"})
    assert courtyards(town, lacks="council"), "a draft is none yet"
    admin.send("PUT", f"teams/{council['id']}/approval", expect=200)
    assert courtyards(town, lacks="council") == []


def test_another_street_sees_none_of_them(town: Town) -> None:
    names = {row["name"] for row in courtyards(town)}
    assert names.isdisjoint(row["name"] for row in courtyards(town, "13900009002"))
    assert town.api("13900000001").ask("GET", "courtyards").status_code == 403


@pytest.mark.need("A06")
def test_who_answers_for_building_3_now_and_who_stands_in(town: Town) -> None:
    """园丁街一号楼院 with its six buildings: "逐院逐楼"."""
    desk = town.api("13900009202")
    [court] = [row for row in courtyards(town, "13900009202") if row["name"] == "园丁街一号楼院"]
    three = next(one for one in desk.items("areas", below=court["area_id"]) if one["name"] == "3号楼")
    members = [one["volunteer_id"] for one in desk.get(f"teams/{court['council_id']}/members")["items"]]
    whole, own, deputy, successor = members[:4]

    desk.send("POST", f"areas/{court['area_id']}/charges", {"volunteer_id": whole})
    assert desk.get(f"areas/{three['id']}/charges")["holder"]["volunteer_id"] == whole, (
        "the courtyard's, until it has its own"
    )
    charges = f"areas/{three['id']}/charges"
    desk.send("POST", charges, {"volunteer_id": own, "from_on": "2026-11-23"})
    desk.send("POST", charges, {"volunteer_id": deputy, "is_substitute": True})
    found = desk.get(charges)
    assert (found["holder"]["volunteer_id"], found["substitute"]["volunteer_id"]) == (own, deputy)

    desk.send("POST", charges, {"volunteer_id": successor, "from_on": "2027-01-01", "until_on": "2028-01-01"})
    for day, who in ((date(2026, 12, 31), own), (date(2027, 1, 1), successor)):
        assert desk.get(charges, on=str(day))["holder"]["volunteer_id"] == who
    refused = desk.send("POST", charges, {"volunteer_id": own, "from_on": "2027-06-01"}, expect=409)
    assert refused["type"].endswith("already-entrusted")
    page = town.browser("13900009202").open(f"/co/courtyards/{court['area_id']}")
    assert "3号楼" in page
    assert desk.get(f"volunteers/{own}")["name"] in page


@pytest.mark.need("A06")
def test_nobody_else_entrusts_it(town: Town) -> None:
    [court] = [row for row in courtyards(town, "13900009202") if row["name"] == "园丁街一号楼院"]
    for phone in (ELSEWHERE, "13900000001"):
        answer = town.api(phone).ask("POST", f"areas/{court['area_id']}/charges", json={"volunteer_id": 1})
        assert answer.status_code == 404


@pytest.mark.need("A10")
def test_courtyards_nobody_manages_are_found_with_their_age_and_owner(town: Town) -> None:
    """新华南路社区: "15个老旧小区楼院，大多数没有主管单位"; there are three in the demo."""
    desk, rows = town.api(SOUTH), courtyards(town, SOUTH)
    for row, managed, year in zip(rows, (False, False, True), (1994, 1989, 2016), strict=True):
        facts = {"is_managed": managed, "built_in": year, "owner": "" if not managed else "区供销社", "households": 60}
        desk.send("PUT", f"courtyards/{row['area_id']}", facts, expect=200)
    without = courtyards(town, SOUTH, lacks="management")
    assert [(row["built_in"], row["owner"]) for row in without] == [(1994, ""), (1989, "")]
    page = town.browser(SOUTH).open("/co/courtyards?lacks=management")
    assert without[0]["name"] in page
    assert rows[2]["name"] not in page


@pytest.mark.need("A09")
def test_each_of_the_six_buildings_has_its_head(town: Town) -> None:
    """楼栋长: somebody for each building, and each answers for her own only."""
    desk = town.api("13900009202")
    [court] = [row for row in courtyards(town, "13900009202") if row["name"] == "园丁街一号楼院"]
    buildings = [one for one in desk.items("areas", below=court["area_id"]) if one["kind"] == "building"]
    members = [one["volunteer_id"] for one in desk.get(f"teams/{court['council_id']}/members")["items"]]
    assert len(buildings) == 6
    heads = {}
    for building, who in zip(buildings, members, strict=False):
        standing = desk.get(f"areas/{building['id']}/charges")["items"]
        for one in standing:
            assert desk.ask("DELETE", f"charges/{one['id']}").status_code == 204
        desk.send("POST", f"areas/{building['id']}/charges", {"volunteer_id": who})
        heads[building["id"]] = who
    now = {one: desk.get(f"areas/{one}/charges")["holder"]["volunteer_id"] for one in heads}
    assert now == heads
    assert len(set(heads.values())) == 6


@pytest.mark.need("A09")
def test_all_heads_of_the_courtyard_are_called_at_once_and_their_answers_are_seen(town: Town) -> None:
    """ "召集各单元楼栋长商议疏通" (新华南路)."""
    desk = town.api("13900009202")
    [court] = [row for row in courtyards(town, "13900009202") if row["name"] == "园丁街一号楼院"]
    heads = desk.get(f"areas/{court['area_id']}/heads")["items"]
    holders = [one["volunteer_id"] for one in heads if any(held["what"] == "holder" for held in one["held"])]
    assert len(holders) >= 6
    browser = town.browser("13900009202")
    address = f"/co/areas/{court['area_id']}/gathering"
    assert address in browser.open(f"/co/courtyards/{court['area_id']}")
    assert "负责人" in browser.open(address)
    typed = {"title": "疏通下水道碰头会", "on": "2026-12-02", "starts": "19:00", "ends": "20:00"}
    contact = {"contact_name": "安望舒", "contact_phone": "0371-64352020"}
    page = browser.send(address, volunteer_ids=[str(one) for one in holders], **typed, **contact)
    assert f"正在问{len(holders)}个人能不能来" in page, page
    assert "只有请到的人知道" in page
    [shift] = [one for one in desk.items("shifts") if one["title"] == typed["title"]]
    places = {one["volunteer_id"]: one for one in desk.items("assignments", shift_id=shift["id"])}
    assert {who: one["state"] for who, one in places.items()} == dict.fromkeys(holders, "offered")
    yes, no = holders[:2]
    desk.send("POST", f"assignments/{places[yes]['id']}/answers", {"reply": "accept"})
    desk.send("POST", f"assignments/{places[no]['id']}/answers", {"reply": "decline", "reason": "那晚值班"})
    town.settle()
    page = browser.open(f"/co/activities/{shift['activity_id']}?on=2026-12-02")
    assert "“那晚值班”" in page
    states = [one["state"] for one in desk.items("assignments", shift_id=shift["id"])]
    assert states.count("offered") == len(holders) - 2, "nobody else was asked for the place given back"


@pytest.mark.need("A09")
def test_nobody_else_hears_of_the_meeting_or_calls_one(town: Town) -> None:
    desk = town.api("13900009202")
    [shift] = [one for one in desk.items("shifts") if one["title"] == "疏通下水道碰头会"]
    [court] = [row for row in courtyards(town, "13900009202") if row["name"] == "园丁街一号楼院"]
    stranger = town.api("13900000012")
    assert stranger.ask("GET", f"shifts/{shift['id']}").status_code == 404
    assert "疏通下水道" not in town.browser("13900000012").open("/?full=1")
    town.browser("13900000012").open(f"/a/{shift['activity_id']}")
    assert town.browser("13900000012").status == 404
    asked = {"title": "碰头会", "on": "2026-12-03", "starts": "19:00", "ends": "20:00", "volunteer_ids": [1]}
    asked |= {"contact_name": "安望舒", "contact_phone": "0371-64352020"}
    for phone in (ELSEWHERE, "13900000012"):
        assert town.api(phone).ask("GET", f"areas/{court['area_id']}/heads").status_code == 404
        assert town.api(phone).ask("POST", f"areas/{court['area_id']}/gatherings", json=asked).status_code == 404
    outsider = {**asked, "volunteer_ids": [stranger.get("me")["volunteer_id"]]}
    assert desk.ask("POST", f"areas/{court['area_id']}/gatherings", json=outsider).status_code == 422


@pytest.mark.need("A03")
def test_each_community_has_a_brand_of_its_own_on_its_pages(town: Town) -> None:
    """“一社区一品牌”: a name, a colour everybody can read, a mark; on this community's pages and on no other's."""
    admin, reader = town.browser("13900009000"), town.browser("13900000001")
    areas = {one["name"]: one["id"] for one in town.api("13900009000").items("areas", kind="community")}
    address = f"/ad/areas/{areas['新华北路社区']}/brand"
    admin.open(address)
    assert "颜色太浅，字看不清" in admin.send(address, name="同心圆", accent="#f0c040")
    assert "只收PNG图片" in admin.send(
        address, name="同心圆", accent="#134a40", mark=(io.BytesIO(b"<svg onload='alert(1)'/>"), "mark.svg")
    )
    assert "存好了" in admin.send(address, name="同心圆", accent="#134a40", mark=(io.BytesIO(png()), "mark.png"))
    own = f"/brands/{areas['新华北路社区']}/"
    page = reader.open(f"/areas/{areas['新华北路社区']}/today")
    assert own in page
    assert "brand__own" in page
    assert "同心圆" in page
    assert own not in reader.open(f"/areas/{areas['人民路社区']}/today")
    for phone in (DESK, STREET):
        town.browser(phone).open(address)
        assert town.browser(phone).status == 403


@pytest.mark.need("A03")
def test_the_tree_is_as_deep_as_somebody_plants_it_and_a_coordinator_sees_what_is_below_her(town: Town) -> None:
    """“1+16+N+X”: no level is built in."""
    admin = town.api("13900009000")
    above = next(one for one in admin.items("areas", kind="community") if one["name"] == "新华北路社区")["id"]
    for name, kind in (("第一网格", "site"), ("甲组", "site"), ("甲院", "courtyard"), ("1号楼", "building")):
        above = admin.send("POST", "areas", {"parent_id": above, "kind": kind, "name": name})["id"]
    for unit in ("一单元", "二单元"):
        admin.send("POST", "areas", {"parent_id": above, "kind": "building", "name": unit})
    assert "甲院" in {row["name"] for row in courtyards(town, DESK)}
    assert "甲院" not in {row["name"] for row in courtyards(town, ELSEWHERE)}
    below = [one["name"] for one in town.api(DESK).items("areas", below=above)]
    assert below == ["1号楼", "一单元", "二单元"]
