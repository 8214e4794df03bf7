"""A02 理事会四项职能: "社区管理楼院的‘嘴’‘眼’‘耳’‘腿’": telling, looking out, listening, running errands.

The four are no list of ours: each council has its own lines of service, adds one when it needs one, and what it
publishes is of one of them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.town import Caller, Town

pytestmark = pytest.mark.need("A02")

DESK, COMMITTEE = "13900009104", "13900009000"
KINDS = ["嘴：宣传", "眼：观察", "耳：倾听", "腿：跑腿"]
COUNCIL, OTHER = "文化街8号院理事会", "文化街3号院理事会"


def council(town: Town, name: str = COUNCIL) -> Any:
    """The council as its community's coordinator sees it."""
    return next(team for team in town.api(DESK).items("teams") if team["name"] == name)


def kinds(team: Any) -> dict[str, int]:
    """Its lines of service: id by name."""
    return {line["name"]: line["id"] for line in team["programmes"]}


def draft(desk: Caller, team: Any, *, kind: int, title: str, expect: int = 201) -> Any:
    return desk.send(
        "POST",
        "activities",
        {
            "area_id": team["area_id"],
            "team_id": team["id"],
            "programme_id": kind,
            "title": title,
            "mode": "instant",
            "contact_name": "尚明川",
            "contact_phone": "0371-64351040",
            "roles": [{"name": "理事", "min_needed": 1, "max_needed": 3}],
            "dates": [{"on": "2026-12-05", "starts": "09:00", "ends": "10:00"}],
        },
        expect=expect,
    )


def test_each_of_the_35_councils_has_the_four(town: Town) -> None:
    councils = [team for team in town.api(COMMITTEE).items("teams") if team["name"].endswith("理事会")]
    assert len(councils) == 35
    assert all(list(kinds(team)) == KINDS for team in councils)


def test_what_a_council_publishes_is_of_one_kind_and_is_found_by_it(town: Town) -> None:
    desk, own = town.api(DESK), council(town)
    for name, kind in kinds(own).items():
        made = draft(desk, own, kind=kind, title=f"8号院{name}")
        desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    published = [one for one in desk.items("activities") if one["team_id"] == own["id"]]
    by_kind = {one["programme_id"]: one["title"] for one in published if one["programme_id"] is not None}
    assert [by_kind[kind] for kind in kinds(own).values()] == [f"8号院{name}" for name in KINDS]


def test_a_council_adds_a_kind_of_its_own_and_no_other_has_it(town: Town) -> None:
    desk, own = town.api(DESK), council(town)
    desk.send("POST", f"teams/{own['id']}/programmes", {"name": "手：修修补补"})
    assert list(kinds(council(town))) == [*KINDS, "手：修修补补"]
    assert list(kinds(council(town, OTHER))) == KINDS


def test_a_kind_of_another_council_is_none_of_hers(town: Town) -> None:
    wrong = next(iter(kinds(council(town, OTHER)).values()))
    refused = draft(town.api(DESK), council(town), kind=wrong, title="借用别人的", expect=422)
    assert list(refused["errors"]) == ["programme_id"]


def test_another_community_cannot_add_one(town: Town) -> None:
    elsewhere = town.api("13900009205")
    answer = elsewhere.ask("POST", f"teams/{council(town)['id']}/programmes", json={"name": "手：修修补补"})
    assert answer.status_code == 404
