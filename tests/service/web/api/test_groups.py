"""Groups over JSON: a coordinator's own areas only, and never the address of a bot."""

from __future__ import annotations

from typing import Any

from tests.service.web.api.conftest import Town

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


def test_a_group_is_opened_listed_and_closed(town: Town) -> None:
    asked = {"area_id": town.here.id, "name": "楼长群", "address": ADDRESS, "hears": ["group_gap", "group_free_place"]}
    made = town.coordinator.post("/groups", asked)
    assert (made.status, made.json["channel"], made.json["hears"]) == (201, "wecom", ["group_free_place", "group_gap"])
    listed = town.coordinator.get("/groups")
    assert [one["id"] for one in listed.json["items"]] == [made.json["id"]]
    assert "693axxx6" not in made.text + listed.text

    path = f"/groups/{made.json['id']}"
    assert town.stranger.get("/groups").json["items"] == []
    assert town.stranger.delete(path).status == 404
    assert town.volunteer.get("/groups").status == 403
    closed = [town.coordinator.delete(path) for _twice in range(2)]
    assert [(one.status, one.json["closed_at"] is not None) for one in closed] == [(200, True)] * 2
    assert town.coordinator.get("/groups").json["items"] == []


def test_what_is_wrong_says_where(town: Town) -> None:
    good = {"area_id": town.here.id, "name": "楼长群", "address": ADDRESS, "hears": ["group_gap"]}
    wrongs: list[dict[str, Any]] = [
        {"area_id": town.elsewhere.id},
        {"address": "https://example.cn/hook"},
        {"hears": ["login_code"]},
        {"hears": []},
        {"team_id": 999},
    ]
    for wrong in wrongs:
        refused = town.coordinator.post("/groups", good | wrong)
        assert (refused.status, list(refused.json["errors"])) == (422, list(wrong))
