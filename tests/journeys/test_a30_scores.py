"""A30 楼院卫生 "定期检查…制定服务标准…按时进行财务明细公示，居民共同监督" (陇海路社区).

An inspection gives each courtyard its points by a standard; what falls below the line is a finding until somebody has
seen to it. What must hang on the board has a day and somebody responsible; past it the desk is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.calendars.rules import local
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A30")

DESK, ELSEWHERE, HER, OTHER = "13900009206", "13900009205", "13900000001", "13900000021"
STANDARD: dict[str, Any] = {
    "items": [
        {"words": "垃圾桶及时清", "points": 40},
        {"words": "楼道干净", "points": 30},
        {"words": "绿地没有垃圾", "points": 30},
    ],
    "line": 80,
}


def area_id(town: Town) -> int:
    areas = town.api(DESK).items("areas", kind="community")
    return int(next(one["id"] for one in areas if one["name"] == "陇海路社区"))


@pytest.fixture(scope="module")
def inspections(town: Town) -> Any:
    """An inspection on two days, over all courtyards: {id, first, second, stops}."""
    desk, today = town.api(DESK), local(town.now()).date()
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": area_id(town),
            "title": "楼院卫生评分检查",
            "mode": "instant",
            "contact_name": "车谷雨",
            "contact_phone": "0371-64352060",
            "roles": [{"name": "检查员", "min_needed": 2, "max_needed": 2}],
            "dates": [{"on": f"{today + timedelta(days=n)}", "starts": "13:00", "ends": "14:30"} for n in (1, 9)],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    stops = [{"place_id": row["area_id"]} for row in desk.get("courtyards")["items"]]
    route = desk.send("PUT", f"activities/{made['id']}/route", {"stops": stops}, expect=200)
    first, second = desk.items("shifts", activity_id=made["id"])
    wanted = {"shift_role_id": second["roles"][0]["id"]}
    town.api(HER).send("POST", f"shifts/{second['id']}/signups", wanted)
    return {"id": made["id"], "first": first, "second": second, "stops": route["stops"]}


def give(town: Town, shift: Any, stop: Any, *got: int, expect: int = 201) -> Any:
    return town.api(DESK).send(
        "POST", f"shifts/{shift['id']}/scores", {"stop_id": stop["id"], "got": got}, expect=expect
    )


def test_a_standard_has_items_and_points_and_what_makes_no_sense_is_told(town: Town, inspections: Any) -> None:
    desk, address = town.api(DESK), f"activities/{inspections['id']}/score-sheet"
    assert desk.ask("GET", address).status_code == 404
    refused = give(town, inspections["first"], inspections["stops"][0], 40, 30, 30, expect=422)
    assert refused["errors"] == {"got": ["还没有定评分标准"]}
    refused = desk.send("PUT", address, {**STANDARD, "line": 101}, expect=422)
    assert refused["errors"] == {"line": ["不合格的线不能比满分还高"]}
    twice = {**STANDARD, "items": [STANDARD["items"][0]] * 2}
    assert desk.send("PUT", address, twice, expect=422)["errors"] == {"items": ["有一项写了两遍"]}
    assert desk.send("PUT", address, STANDARD, expect=200)["of"] == 100
    assert town.api(ELSEWHERE).ask("GET", address).status_code == 404
    assert town.api(ELSEWHERE).ask("PUT", address, json=STANDARD).status_code == 404
    assert town.api(HER).ask("PUT", address, json=STANDARD).status_code == 403
    page = town.browser(DESK).open(f"/co/activities/{inspections['id']}/scores")
    assert "满分100分，不到80分的自动记进“发现”" in page
    assert "垃圾桶及时清 40\n楼道干净 30\n绿地没有垃圾 30</textarea>" in page
    town.browser(DESK).send(f"/co/activities/{inspections['id']}/scores", standard="垃圾桶", line="80")
    assert "要先写看什么，空一格，再写几分" in town.browser(DESK).text
    lines = "\n".join(f"{one['words']} {one['points']}分" for one in STANDARD["items"])
    page = town.browser(DESK).send(f"/co/activities/{inspections['id']}/scores", standard=lines, line="80")
    assert "标准定好了" in page


def test_each_courtyard_gets_its_points_and_what_falls_below_the_line_is_a_finding(
    town: Town, inspections: Any
) -> None:
    desk, (good, bad, *_rest) = town.api(DESK), inspections["stops"]
    town.turn_to(datetime.fromisoformat(inspections["first"]["starts_at"]))
    wrong = give(town, inspections["first"], good, 41, 30, 30, expect=422)
    assert wrong["errors"] == {"got": ["每一项都要打分，不能超过这一项的满分"]}
    assert give(town, inspections["first"], good, 40, 25, 30)["is_below"] is False
    fell = give(town, inspections["first"], bad, 10, 25, 30)
    assert (fell["total"], fell["is_below"]) == (65, True)
    again = give(town, inspections["first"], bad, 40, 30, 30)
    assert (again["id"], again["total"]) == (fell["id"], 65), "the first score stands"
    carried = desk.get(f"shifts/{inspections['second']['id']}/findings")["agenda"]
    assert [one["words"] for one in carried] == [
        f"{bad['label']}：得65分，要80分：垃圾桶及时清 10/40、楼道干净 25/30"
    ], "and looked at again the next time"
    assert f"{bad['label']}：得65分" in town.browser(DESK).open("/co/findings")


def test_another_standard_changes_no_history_and_the_history_of_each_place_is_seen(
    town: Town, inspections: Any
) -> None:
    desk, bad = town.api(DESK), inspections["stops"][1]
    stricter = {"items": [*STANDARD["items"], {"words": "没有乱停车", "points": 20}], "line": 110}
    desk.send("PUT", f"activities/{inspections['id']}/score-sheet", stricter, expect=200)
    town.turn_to(datetime.fromisoformat(inspections["second"]["starts_at"]))
    assert give(town, inspections["second"], bad, 40, 30, 30, 15)["is_below"] is False
    rows = desk.get(f"activities/{inspections['id']}/scores")["items"]
    history = next(row["scores"] for row in rows if row["stop_id"] == bad["id"])
    assert [(one["total"], one["out_of"], one["is_below"]) for one in history] == [(115, 120, False), (65, 100, True)]
    assert [one["scores"] for one in rows if one["stop_id"] == inspections["stops"][2]["id"]] == [[]]
    page = town.browser(DESK).open(f"/co/activities/{inspections['id']}/scores")
    assert "115分" in page
    assert "65分（不合格）" in page
    assert town.api(ELSEWHERE).ask("GET", f"activities/{inspections['id']}/scores").status_code == 404


def test_whoever_inspects_gives_the_points_on_her_telephone_and_nobody_else(town: Town, inspections: Any) -> None:
    her, shift, stop = town.browser(HER), inspections["second"], inspections["stops"][0]
    body = {"stop_id": stop["id"], "got": [40, 30, 30, 20]}
    assert town.api(OTHER).ask("POST", f"shifts/{shift['id']}/scores", json=body).status_code == 404
    town.browser(OTHER).open(f"/me/rounds/{shift['id']}")
    assert town.browser(OTHER).status == 404, "she does not serve there"
    assert "垃圾桶及时清（满分40）" in her.open(f"/me/rounds/{shift['id']}")
    address = f"/me/rounds/{shift['id']}/{stop['id']}/score"
    assert "每一项都要打分" in her.send(address, got=["40", "30", "30", ""])
    assert "记下了，90分。不到110分" in her.send(address, got=["40", "30", "0", "20"], words="绿地里有装修垃圾")
    assert "90分，不合格" in her.text
    assert "绿地里有装修垃圾" in town.browser(DESK).open("/co/findings")


def test_what_must_be_published_has_a_day_and_somebody_and_alarms_when_it_is_past(town: Town) -> None:
    desk, today = town.api(DESK), local(town.now()).date()
    owner = desk.items("volunteers")[0]
    asked = {"area_id": area_id(town), "title": "四月财务明细", "owner_id": owner["id"], "due_on": f"{today}"}
    made = desk.send("POST", "disclosures", {**asked, "every_months": 1})
    assert not made["is_overdue"], "the day itself is in time"
    assert "四月财务明细" not in town.browser(DESK).open("/co")
    town.turn_to(town.now() + timedelta(days=1))
    assert desk.get("disclosures")["overdue"] == 1
    page = town.browser(DESK).open("/co")
    assert "过了日子还没有公示：1项" in page
    assert f"{owner['name']}负责" in page
    for stranger in (ELSEWHERE, HER):
        assert town.api(stranger).ask("GET", "disclosures").status_code in (200, 403)
        path = f"disclosures/{made['id']}"
        assert town.api(stranger).ask("PUT", f"{path}/publication", json={}).status_code in (403, 404)
        assert town.api(stranger).ask("DELETE", path).status_code in (403, 404)
    assert "四月财务明细" not in str(town.api(ELSEWHERE).get("disclosures"))

    done = desk.send("PUT", f"disclosures/{made['id']}/publication", {"where": "院门口公开栏"}, expect=200)
    assert (done["done_on"], done["was_late"]) == (f"{today + timedelta(days=1)}", True)
    desk.send("PUT", f"disclosures/{made['id']}/publication", {"where": "又点了一次"}, expect=200)
    [following] = [one for one in desk.get("disclosures")["items"] if one["title"] == "四月财务明细"]
    assert following["due_on"] > f"{today + timedelta(days=27)}", "the next one is in a month, once"
    assert "过了日子还没有公示" not in town.browser(DESK).open("/co")
    board = town.browser(DESK).open("/co/disclosures")
    assert "院门口公开栏" in board
    refused = desk.send("POST", "disclosures", {**asked, "owner_id": 10**9}, expect=422)
    assert refused["errors"] == {"owner_id": ["没有这个人"]}
    town.browser(DESK).send(f"/co/disclosures/{following['id']}/drop")
    assert desk.get("disclosures")["items"] == []
