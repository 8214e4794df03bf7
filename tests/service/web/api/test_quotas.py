"""Quotas over JSON: a coordinator's own areas only."""

from __future__ import annotations

from typing import Any

from tests.service.web.api.conftest import Town


def asked(area_id: int, **other: Any) -> dict[str, Any]:
    dates = {"from_on": "2026-11-23", "until_on": "2026-11-30"}
    return {"area_id": area_id, "title": "防灾周", "needed": 3, "anchor_on": "2026-11-25", **dates, **other}


def test_it_is_set_counted_and_closed(town: Town) -> None:
    shift_id, _role_id = town.shift()
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    made = town.coordinator.post("/quotas", asked(town.here.id))
    assert (made.status, made.json["state"], made.json["missing"], made.json["is_alarming"]) == (201, "short", 3, True)
    path = f"/quotas/{made.json['id']}"
    counted = town.coordinator.put(f"{path}/counting", {"activity_ids": [activity_id]})
    assert (counted.json["planned"], counted.json["missing"], counted.json["activity_ids"]) == (1, 2, [activity_id])
    assert town.coordinator.get(path).json == counted.json
    assert [town.coordinator.delete(path).status for _twice in range(2)] == [204, 204]
    assert town.coordinator.get("/quotas").json["items"] == []


def test_nobody_else_comes_near_it(town: Town) -> None:
    made = town.coordinator.post("/quotas", asked(town.here.id)).json
    path = f"/quotas/{made['id']}"
    for who in (town.stranger, town.volunteer):
        assert who.get(path).status == 404
        assert who.put(f"{path}/counting", {"activity_ids": []}).status == 404
        assert who.delete(path).status == 404
    assert town.volunteer.get("/quotas").status == 403
    assert town.volunteer.post("/quotas", asked(town.here.id)).status == 403
    assert town.stranger.get("/quotas").json["items"] == []


def test_what_is_wrong_says_where(town: Town) -> None:
    wrongs: list[dict[str, Any]] = [
        {"area_id": town.elsewhere.id},
        {"activity_ids": [999_999]},
        {"until_on": "2026-11-01"},
        {"anchor_on": "2026-12-12"},
    ]
    for wrong in wrongs:
        refused = town.coordinator.post("/quotas", asked(town.here.id) | wrong)
        assert (refused.status, list(refused.json["errors"])) == (422, list(wrong))
