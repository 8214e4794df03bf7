"""A16 货场路社区: 社区“指挥”、小区居民“主唱”、社会力量“协奏”; A19 "由社区、共驻共建单位、社会团体共同联建共建";
A05 育英街社区: "充分发挥联建党组织、下派干部和居民主体三方面作用".

人民路社区 has a fair every Saturday, together with a hospital that measures blood pressure and a team of the
neighbouring community that sings. Each provides people for its own roles, and reads only the names of its own people.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.town import Town

pytestmark = pytest.mark.need("A16")

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ADMIN, DESK, NEXT_DOOR, ELSEWHERE = "13900009000", "13900009205", "13900009202", "13900009104"
DOCTOR, PASSER_BY, LEAD, SINGER = "13900000011", "13900000012", "13900000021", "13900000001"
HOSPITAL_PHONE = "13900008888"


@pytest.fixture(scope="module")
def fair(town: Town) -> dict[str, Any]:
    """The fair with its co-hosts, and who signed up for it: ids by name."""
    desk = town.api(DESK)
    community = next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "人民路社区")
    hospital = desk.send(
        "POST",
        "partners",
        {
            "area_id": community,
            "name": "市人民医院",
            "kind": "hospital",
            "contact_name": "海棠花",
            "phone": HOSPITAL_PHONE,
        },
    )
    people = {phone: town.api(phone).get("me")["volunteer_id"] for phone in (DOCTOR, PASSER_BY, LEAD, SINGER)}
    for phone in (DOCTOR, LEAD):
        member = {"volunteer_id": people[phone], "is_lead": phone == LEAD}
        desk.send("POST", f"partners/{hospital['id']}/members", member)
    choir = next(one for one in town.api(NEXT_DOOR).items("teams") if one["name"].startswith("“365”"))
    members = town.api(NEXT_DOOR).get(f"teams/{choir['id']}/members")["items"]
    if people[SINGER] not in {one["volunteer_id"] for one in members}:
        town.api(NEXT_DOOR).send("POST", f"teams/{choir['id']}/members", {"volunteer_id": people[SINGER]})

    roles = [{"name": name, "min_needed": 2, "max_needed": 4} for name in ("引导", "量血压", "唱歌")]
    every_saturday = {"from_on": "2026-11-28", "until_on": "2026-12-26", "weekdays": [6]}
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": community,
            "title": "周六便民集市",
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352050",
            "roles": roles,
            "dates": [{**every_saturday, "starts": "14:00", "ends": "16:00"}],
        },
    )
    by_name = {role["name"]: role["id"] for role in made["roles"]}
    path = f"activities/{made['id']}/co-hosts"
    theirs = desk.send("POST", path, {"partner_id": hospital["id"], "role_ids": [by_name["量血压"]]})
    sung = desk.send("POST", path, {"team_id": choir["id"], "role_ids": [by_name["唱歌"]]})
    assert (theirs["state"], sung["state"]) == ("asked", "asked")
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    first = desk.items("shifts", activity_id=made["id"])[0]
    for phone, role in ((DOCTOR, "量血压"), (PASSER_BY, "量血压"), (SINGER, "唱歌"), (LEAD, "引导")):
        place = next(one for one in first["roles"] if one["name"] == role)
        town.api(phone).send("POST", f"shifts/{first['id']}/signups", {"shift_role_id": place["id"]})
    town.settle()
    return {"activity": made["id"], "hospital": hospital["id"], "theirs": theirs["id"], "sung": sung["id"], **people}


def roles_seen(part: Any) -> list[tuple[str, int, list[int]]]:
    """(role, taken, whose names) of the part's first shift."""
    return [
        (role["name"], role["taken"], [one["volunteer_id"] for one in role["people"]])
        for role in part["shifts"][0]["roles"]
    ]


def told(town: Town, phone: str) -> str:
    """Her messages on this site."""
    return str(town.browser(phone).open("/me/messages"))


def test_each_is_asked_first_and_nobody_else_hears_of_it_until_it_says_yes(town: Town, fair: dict[str, Any]) -> None:
    asked = f"askings/{fair['theirs']}"
    assert "市人民医院" in told(town, LEAD)
    assert "请答复" not in told(town, DOCTOR)
    assert "周六便民集市" in town.browser(NEXT_DOOR).open("/co"), "it waits on the other desk's first page"
    public = town.browser(PASSER_BY).open(f"/a/{fair['activity']}")
    assert "一起办的" not in public
    for phone, part in ((DOCTOR, "theirs"), (SINGER, "sung"), (LEAD, "sung"), (NEXT_DOOR, "theirs"), (DESK, "sung")):
        path = f"askings/{fair[part]}"
        assert town.api(phone).ask("GET", path).status_code == 404, (phone, part)
        assert town.api(phone).ask("POST", f"{path}/answers", json={"reply": "accept"}).status_code == 404
        town.browser(phone).open(f"/parts/{fair[part]}")
        assert town.browser(phone).status == 404
    lead = town.browser(LEAD)
    lead.open(f"/parts/{fair['theirs']}")
    lead.send(f"/parts/{fair['sung']}", reply="accept")
    assert lead.status == 404
    for phone in (LEAD, NEXT_DOOR):
        assert town.api(phone).get("parts")["items"] == [], "asked is not agreed"
    assert town.api(LEAD).ask("GET", f"parts/{fair['theirs']}").status_code == 404
    shown = town.api(LEAD).get(asked)
    assert ([role["name"] for role in shown["roles"]], shown["state"]) == (["量血压"], "asked")


def test_the_choir_says_no_is_asked_again_and_then_both_agree(town: Town, fair: dict[str, Any]) -> None:
    sung = f"askings/{fair['sung']}/answers"
    town.api(NEXT_DOOR).send("POST", sung, {"reply": "decline", "reason": "那天有演出"})
    town.settle()
    assert "不能一起办周六便民集市：那天有演出" in told(town, DESK)
    desk = town.browser(DESK)
    assert "“那天有演出”" in desk.open(f"/co/activities/{fair['activity']}/co-hosts")
    assert "等答复" in desk.send(f"/co/co-hosts/{fair['sung']}/ask")
    assert town.api(DESK).ask("POST", f"co-hosts/{fair['sung']}/askings").status_code == 409
    town.api(NEXT_DOOR).send("POST", sung, {"reply": "accept"})
    assert town.api(NEXT_DOOR).ask("POST", sung, json={"reply": "accept"}).status_code == 409
    lead = town.browser(LEAD)
    assert f"/parts/{fair['theirs']}" in lead.open("/me")
    assert "量血压：2到4人" in lead.open(f"/parts/{fair['theirs']}")
    assert "答应了，一起办" in lead.send(f"/parts/{fair['theirs']}", reply="accept")
    public = town.browser(PASSER_BY).open(f"/a/{fair['activity']}")
    assert "市人民医院、“365”" in public
    states = [one["state"] for one in town.api(DESK).get(f"activities/{fair['activity']}/co-hosts")["items"]]
    assert states == ["accepted", "accepted"]
    assert "请别的队伍、单位合办" in town.browser(ADMIN).open("/ad/audit")


@pytest.mark.need("A19")
def test_the_whole_series_is_held_by_three(town: Town, fair: dict[str, Any]) -> None:
    names = [one["name"] for one in town.api(DESK).get(f"activities/{fair['activity']}/co-hosts")["items"]]
    assert names[0] == "市人民医院"
    assert names[1].startswith("“365”")
    part = town.api(LEAD).get(f"parts/{fair['theirs']}")
    days = ["11-28", "12-05", "12-12", "12-19", "12-26"]
    assert [one["starts_at"][5:10] for one in part["shifts"]] == days


def test_each_sees_its_roles_with_its_own_people_and_of_the_others_only_how_many(
    town: Town, fair: dict[str, Any]
) -> None:
    theirs = town.api(LEAD).get(f"parts/{fair['theirs']}")
    assert roles_seen(theirs) == [("量血压", 2, [fair[DOCTOR]])], "the passer-by counts, and has no name here"
    sung = town.api(NEXT_DOOR).get(f"parts/{fair['sung']}")
    assert roles_seen(sung) == [("唱歌", 1, [fair[SINGER]])]
    passer_by = town.api(DESK).get(f"volunteers/{fair[PASSER_BY]}")["name"]
    page = town.browser(LEAD).open(f"/parts/{fair['theirs']}")
    assert "量血压" in page
    assert "引导" not in page
    assert passer_by not in page
    assert passer_by in town.browser(DESK).open(f"/co/activities/{fair['activity']}"), "whose fair it is sees everybody"


def test_whoever_leads_or_coordinates_a_co_host_finds_its_part_and_no_other(town: Town, fair: dict[str, Any]) -> None:
    hers = {phone: {one["co_host_id"] for one in town.api(phone).get("parts")["items"]} for phone in (LEAD, NEXT_DOOR)}
    assert hers == {LEAD: {fair["theirs"]}, NEXT_DOOR: {fair["sung"]}}
    assert "周六便民集市" in town.browser(LEAD).open("/parts")
    assert f"/parts/{fair['theirs']}" in town.browser(LEAD).open("/me")
    assert "/parts/" not in town.browser(DOCTOR).open("/me")
    forbidden = [
        (LEAD, "sung"),
        (NEXT_DOOR, "theirs"),
        *((phone, part) for phone in (DOCTOR, SINGER, ELSEWHERE) for part in ("theirs", "sung")),
    ]
    for phone, part in forbidden:
        assert town.api(phone).ask("GET", f"parts/{fair[part]}").status_code == 404, (phone, part)
        town.browser(phone).open(f"/parts/{fair[part]}")
        assert town.browser(phone).status == 404
    for phone in (LEAD, NEXT_DOOR, ELSEWHERE):
        assert town.api(phone).ask("GET", f"activities/{fair['activity']}/co-hosts").status_code == 404
        assert town.api(phone).ask("DELETE", f"co-hosts/{fair['theirs']}").status_code == 404
        stolen = {"partner_id": fair["hospital"], "role_ids": [1]}
        assert town.api(phone).ask("POST", f"activities/{fair['activity']}/co-hosts", json=stolen).status_code == 404


@pytest.mark.need("A05")
def test_the_courtyards_partner_has_a_person_to_turn_to_and_a_look_at_her_number_is_written_down(
    town: Town, fair: dict[str, Any]
) -> None:
    desk = town.api(NEXT_DOOR)
    court = next(one for one in desk.get("courtyards")["items"] if one["name"] == "园丁街一号楼院")
    asked = {"area_id": court["area_id"], "name": "市供电公司党支部", "kind": "party", "contact_name": "海棠红"}
    made = desk.send("POST", "partners", {**asked, "phone": HOSPITAL_PHONE})
    assert desk.ask("POST", "partners", json=asked).status_code == 409
    page = town.browser(NEXT_DOOR).open(f"/co/courtyards/{court['area_id']}")
    assert "市供电公司党支部" in page
    assert "海棠红" in page
    looks = f"partners/{made['id']}/phone-looks"
    for answer in (desk.ask("GET", f"partners/{made['id']}").text, page, desk.ask("GET", "partners").text):
        assert HOSPITAL_PHONE[-8:] not in answer
    assert desk.send("POST", looks, {"why": "reach_her"})["phone"].endswith(HOSPITAL_PHONE)
    assert "看了联建单位的电话" in town.browser(ADMIN).open("/ad/audit")
    for phone in (DESK, ELSEWHERE, LEAD):
        assert town.api(phone).ask("GET", f"partners/{made['id']}").status_code == 404
        assert town.api(phone).ask("POST", looks, json={"why": "reach_her"}).status_code == 404
        assert made["id"] not in {
            one["id"] for one in (town.api(phone).ask("GET", "partners").json or {}).get("items", ())
        }


def test_after_the_partnership_nothing_is_seen_and_those_who_said_yes_stay(town: Town, fair: dict[str, Any]) -> None:
    assert "看了合办活动里自己的人" in town.browser(ADMIN).open("/ad/audit")
    assert town.api(DESK).ask("DELETE", f"partners/{fair['hospital']}").status_code == 204
    assert town.api(LEAD).ask("GET", f"parts/{fair['theirs']}").status_code == 404
    assert town.api(LEAD).get("parts")["items"] == []
    first = town.api(DESK).items("shifts", activity_id=fair["activity"])[0]
    assert next(one for one in first["roles"] if one["name"] == "量血压")["taken"] == 2
