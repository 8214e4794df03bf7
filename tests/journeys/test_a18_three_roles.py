"""A18 作业辅导、兴趣培养、亲情陪护 (杜甫路社区): three kinds of work in one lesson, for children nobody may read about.

Each of the three has its own places; what the pages and the interface say of the five pupils is their number.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.browsing import Person
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A18")

NOW = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
DESK = "13900009202"
LESSON = "爱心托·四点半课堂"
HARDSHIP = ("困难", "留守", "低保", "单亲", "残疾")


@pytest.fixture(scope="module")
def lesson(town: Town) -> Any:
    """A lesson a fortnight ahead, for which nobody has signed up."""
    lessons = [shift for shift in town.api(DESK).items("shifts") if shift["title"] == LESSON]
    return next(one for one in lessons if one["starts_at"].startswith("2026-10-20"))


def test_three_teachers_serve_side_by_side_each_in_her_own_role(town: Town, lesson: Any) -> None:
    roles = {role["name"]: role["id"] for role in lesson["roles"]}
    assert list(roles) == ["作业辅导", "兴趣培养", "亲情陪护"]
    for phone, role in zip(("13900000003", "13900000004", "13900000005"), roles.values(), strict=True):
        asked = town.api(phone).send("POST", f"shifts/{lesson['id']}/signups", {"shift_role_id": role})
        assert asked["state"] == "confirmed"
    taken = {role["name"]: role["taken"] for role in town.api(DESK).get(f"shifts/{lesson['id']}")["roles"]}
    assert taken == {"作业辅导": 1, "兴趣培养": 1, "亲情陪护": 1}


def test_nobody_serves_in_two_of_them_at_once(town: Town, lesson: Any) -> None:
    other = next(role["id"] for role in lesson["roles"] if role["name"] == "作业辅导")
    again = town.api("13900000005").send("POST", f"shifts/{lesson['id']}/signups", {"shift_role_id": other})
    assert again["shift_role_id"] != other, "she keeps the role she has"
    taken = {role["name"]: role["taken"] for role in town.api(DESK).get(f"shifts/{lesson['id']}")["roles"]}
    assert taken["作业辅导"] == 1


def test_of_the_pupils_everybody_reads_the_number_and_nothing_of_their_families(town: Town, lesson: Any) -> None:
    pages = [
        Person().open(f"/a/{lesson['activity_id']}"),
        town.browser("13900000003").open(f"/shifts/{lesson['id']}"),
        town.browser(DESK).open(f"/co/activities/{lesson['activity_id']}?on=2026-10-20"),
    ]
    assert "学生5名" in pages[0]
    assert "免费，不收任何费用" in pages[0]
    assert "免费，不收任何费用" in town.browser(DESK).open(f"/co/activities/{lesson['activity_id']}/poster")
    assert not [word for word in HARDSHIP for text in pages if word in text]


def test_a_child_is_its_name_and_who_may_fetch_it_and_there_is_no_field_for_hardship(town: Town, lesson: Any) -> None:
    desk, path = town.api(DESK), f"activities/{lesson['activity_id']}/pupils"
    child = {
        "name": "小石榴",
        "guardian_name": "何秋分",
        "kinship": "grandparent",
        "phone": "13900007700",
        "consent_how": "oral",
    }
    for more in ({"is_in_hardship": True}, {"note": "留守"}, {"age": 8}, {"school": "实验小学"}):
        refused = desk.send("POST", path, {**child, "has_consented": True, **more}, expect=422)
        assert refused["errors"] == {next(iter(more)): ["没有这个字段"]}
    assert desk.send("POST", path, {**child, "has_consented": False}, expect=409)["code"] == "no_consent"
    made = desk.send("POST", path, {**child, "has_consented": True})
    assert set(made) == {"id", "activity_id", "name", "consented_at", "consent_how", "guardians"}
    assert set(made["guardians"][0]) == {"id", "name", "kinship", "gave_consent"}, "and no telephone number"
    looked = desk.send("POST", f"pupils/{made['id']}/phone-looks", {"why": "孩子发烧，请家长来"})
    assert looked["items"][0]["phone"] == "+8613900007700"
    assert "looked_at_guardian_phones" in {entry["verb"] for entry in town.api("13900009000").items("audit")}
    assert desk.ask("DELETE", f"pupils/{made['id']}").status_code == 204
    assert desk.get(path)["items"] == [], "forgotten, whenever the guardian wants it"
