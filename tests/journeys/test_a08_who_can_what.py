"""A08 育英街社区: "挖掘各类人才,充分利用其特长"; A07 "一院一策、院院有实事、件件抓落实"; A54 the year's promises.

A neighbour says that she writes with the brush; the community has seen it, finds her when it needs somebody, and nobody
else does. And what was promised to a courtyard has an owner and a day, and says so when that is over.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.town import Town

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ADMIN, DESK, ELSEWHERE, HER, OTHER = "13900009000", "13900009202", "13900009104", "13900000001", "13900000021"


def found(town: Town, phone: str = DESK, **asked: str) -> list[Any]:
    return list(town.api(phone).get("skills", **asked)["items"])


@pytest.mark.need("A08")
def test_what_somebody_says_she_can_is_found_and_verified(town: Town) -> None:
    she = town.browser(HER)
    assert "我会什么" in she.open("/me/profile")
    she.open("/me/skills")
    assert "还没核实" in she.send("/me/skills", name="书法", evidence="教过三年")
    assert "已经记过了" in she.send("/me/skills", name="书法")

    desk = town.browser(DESK)
    page = desk.open("/co/skills?text=书法")
    assert "教过三年" in page
    [skill] = found(town, text="书法")
    assert (skill["state"], skill["kind"], skill["verified_by"]) == ("claimed", None, None)
    desk.send(f"/co/skills/{skill['id']}/verify", back="/co/skills?text=书法")
    [skill] = found(town, text="书法")
    assert (skill["state"], skill["verified_at"][:10]) == ("verified", "2026-11-23")
    assert town.api(DESK).get("me")["name"] in desk.open("/co/skills?text=书法&state=verified"), "by whom"
    assert "书法" in she.open("/me/skills")
    assert "核实过" in she.text


@pytest.mark.need("A08")
def test_qualifications_are_found_beside_skills_with_those_that_ran_out(town: Town) -> None:
    teachers = found(town, kind="teacher")
    assert teachers
    assert {one["kind"] for one in teachers} == {"teacher"}
    assert "教师" in town.browser(DESK).open("/co/skills?text=教师")
    verified = found(town, kind="teacher", state="verified")
    assert {one["state"] for one in verified} == {"verified"}
    red = town.api("13900009205")
    doctor = next(one for one in red.get("skills", kind="doctor")["items"] if one["valid_until"] == "2026-12-07")
    town.turn_to(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    expired = red.get("skills", kind="doctor", state="expired")["items"]
    assert doctor["id"] in {one["id"] for one in expired}


@pytest.mark.need("A08")
def test_nobody_else_looks_and_each_look_is_written_down(town: Town) -> None:
    [skill] = found(town, text="书法")
    assert found(town, ELSEWHERE, text="书法") == []
    for phone in (ELSEWHERE, OTHER):
        assert town.api(phone).ask("PUT", f"skills/{skill['id']}/verification").status_code == 404
        assert town.api(phone).ask("DELETE", f"skills/{skill['id']}").status_code == 404
        hers = f"volunteers/{skill['volunteer_id']}/skills"
        assert town.api(phone).ask("GET", hers).status_code == 404
        assert town.api(phone).ask("POST", hers, json={"name": "武术"}).status_code == 404
    assert town.api(OTHER).ask("GET", "skills").status_code == 403
    town.browser(OTHER).open("/me/skills")
    town.browser(OTHER).send(f"/me/skills/{skill['id']}/remove")
    assert town.browser(OTHER).status == 404
    assert "找了谁会什么" in town.browser(ADMIN).open("/ad/audit")
    assert town.api(HER).ask("DELETE", f"skills/{skill['id']}").status_code == 204
    assert found(town, text="书法") == []


@pytest.fixture(scope="module")
def lamp(town: Town) -> Any:
    """Something promised to 园丁街一号楼院 until the end of the year."""
    desk = town.api(DESK)
    court = next(one for one in desk.get("courtyards")["items"] if one["name"] == "园丁街一号楼院")
    owner = desk.get(f"teams/{court['council_id']}/members")["items"][0]["volunteer_id"]
    asked = {"area_id": court["area_id"], "title": "修好3号楼的楼道灯", "owner_id": owner, "due_on": "2026-12-20"}
    return desk.send("POST", "promises", asked)


@pytest.mark.need("A07")
def test_a_promise_has_an_owner_and_a_day_and_says_when_it_is_over(town: Town, lamp: Any) -> None:
    assert (lamp["state"], lamp["is_overdue"], bool(lamp["owner"])) == ("promised", False, True)
    page = town.browser(DESK).open(f"/co/courtyards/{lamp['area_id']}")
    assert "修好3号楼的楼道灯" in page
    assert lamp["owner"] in page
    town.api(DESK).send("PUT", f"promises/{lamp['id']}/state", {"state": "doing"}, expect=200)
    town.turn_to(datetime(2026, 12, 21, 2, 0, tzinfo=UTC))
    town.browsers.clear()
    assert "过期了，正在办" in town.browser(DESK).open(f"/co/courtyards/{lamp['area_id']}")
    assert [one["id"] for one in town.api(DESK).get("promises", overdue="true")["items"]] == [lamp["id"]]
    assert "过期没办完的：1件" in town.browser(DESK).open("/co/promises?overdue=1")


@pytest.mark.need("A07")
@pytest.mark.need("A54")
def test_done_of_the_years_total_is_counted_and_what_is_dropped_says_why(town: Town, lamp: Any) -> None:
    desk, path = town.api(DESK), f"promises/{lamp['id']}"
    asked = {name: lamp[name] for name in ("area_id", "owner_id")}
    bench = desk.send("POST", "promises", {**asked, "title": "添两张长椅", "due_on": "2026-12-31"})
    refused = desk.send("PUT", f"promises/{bench['id']}/state", {"state": "dropped"}, expect=422)
    assert "reason" in refused["errors"]
    assert "2026年答应了2件，办完0件" in town.browser(DESK).open("/co/promises")
    desk.send("PUT", f"{path}/state", {"state": "done"}, expect=200)
    desk.send("PUT", f"promises/{bench['id']}/state", {"state": "dropped", "reason": "消防通道不能放"}, expect=200)
    counts = desk.get("promises", year=2026)
    assert (counts["total"], counts["done"], counts["overdue"]) == (1, 1, 0)
    page = town.browser(DESK).open("/co/promises")
    assert "2026年答应了1件，办完1件" in page
    assert "消防通道不能放" in page
    again = desk.send("PUT", f"{path}/state", {"state": "doing"}, expect=409)
    assert again["type"].endswith("wrong-state")


@pytest.mark.need("A07")
def test_nobody_else_reads_or_moves_it(town: Town, lamp: Any) -> None:
    for phone in (ELSEWHERE, OTHER):
        state = {"state": "done"}
        assert town.api(phone).ask("PUT", f"promises/{lamp['id']}/state", json=state).status_code == 404
        owner = {"owner_id": lamp["owner_id"], "due_on": "2027-01-01"}
        assert town.api(phone).ask("PUT", f"promises/{lamp['id']}/owner", json=owner).status_code == 404
    assert town.api(ELSEWHERE).get("promises")["items"] == []
    assert town.api(OTHER).ask("GET", "promises").status_code == 403
    town.browser(ELSEWHERE).open(f"/co/promises/{lamp['id']}")
    assert town.browser(ELSEWHERE).status == 404
