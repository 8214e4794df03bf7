"""Findings over JSON: for who serves there and the coordinators of its area."""

from __future__ import annotations

from tests.service.web.api.conftest import Town


def test_they_are_noted_carried_and_settled(town: Town) -> None:
    shift_id, _role_id = town.shift()
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    refused = town.coordinator.post(f"/shifts/{shift_id}/findings", {"words": "井盖松了"})
    assert (refused.status, refused.json["type"].rpartition("#")[2]) == (409, "problem-wrong-state")
    carrying = f"/activities/{activity_id}/carrying"
    assert town.coordinator.put(carrying, {"to_id": activity_id}).json == {
        "activity_id": activity_id,
        "to_id": activity_id,
        "within_days": None,
    }
    noted = town.coordinator.post(f"/shifts/{shift_id}/findings", {"words": "井盖松了"})
    assert [one["words"] for one in noted.json["found"]] == ["井盖松了"]
    assert noted.json["agenda"] == []
    [one] = town.coordinator.get("/findings?is_open=true").json["items"]
    settled = town.coordinator.post(f"/findings/{one['id']}/settlements", {"outcome": "焊好了"})
    assert (settled.status, settled.json["outcome"]) == (201, "焊好了")
    assert town.coordinator.get("/findings?is_open=true").json["items"] == []
    assert town.coordinator.delete(carrying).status == 204


def test_nobody_else_comes_near_them(town: Town) -> None:
    shift_id, _role_id = town.shift()
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    town.coordinator.put(f"/activities/{activity_id}/carrying", {"to_id": activity_id})
    town.coordinator.post(f"/shifts/{shift_id}/findings", {"words": "井盖松了"})
    [one] = town.coordinator.get("/findings").json["items"]
    for who in (town.stranger, town.volunteer):
        assert who.get(f"/shifts/{shift_id}/findings").status == 404
        assert who.post(f"/shifts/{shift_id}/findings", {"words": "随便"}).status == 404
        assert who.post(f"/findings/{one['id']}/settlements", {"outcome": "好了"}).status == 404
        assert who.put(f"/activities/{activity_id}/carrying", {"to_id": activity_id}).status == 404
        assert who.delete(f"/activities/{activity_id}/carrying").status == 404
    assert town.volunteer.get("/findings").status == 403
    assert town.stranger.get("/findings").json["items"] == []


def test_what_is_of_elsewhere_cannot_be_named(town: Town) -> None:
    shift_id, _role_id = town.shift()
    activity_id = town.coordinator.get(f"/shifts/{shift_id}").json["activity_id"]
    town.coordinator.put(f"/activities/{activity_id}/carrying", {"to_id": activity_id})
    for path, body in (
        (f"/shifts/{shift_id}/findings", {"words": "井盖松了", "place_id": town.elsewhere.id}),
        (f"/activities/{activity_id}/carrying", {"to_id": 999_999}),
    ):
        refused = town.coordinator.send("PUT" if "carrying" in path else "POST", path, body)
        assert refused.status == 422
