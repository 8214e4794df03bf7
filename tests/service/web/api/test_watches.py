"""Watches over JSON: one's own only."""

from __future__ import annotations

from tests.service.web.api.conftest import Town


def test_a_watch_is_opened_listed_and_closed_by_its_owner(town: Town) -> None:
    town.shift()
    activity_id = town.coordinator.get("/activities").json["items"][0]["id"]
    made = [town.volunteer.post("/watches", {"activity_id": activity_id, "weekday": 2}) for _twice in range(2)]
    assert [(one.status, one.json["weekday"]) for one in made] == [(201, 2)] * 2
    assert made[0].json["id"] == made[1].json["id"]
    assert [row["id"] for row in town.volunteer.get("/watches").json["items"]] == [made[0].json["id"]]

    path = f"/watches/{made[0].json['id']}"
    assert town.other.get("/watches").json["items"] == []
    assert town.other.delete(path).status == 404
    assert [town.volunteer.delete(path).status for _twice in range(2)] == [200, 200]
    assert town.volunteer.get("/watches").json["items"] == []


def test_what_cannot_be_watched_says_why(town: Town) -> None:
    unknown = town.volunteer.post("/watches", {"activity_id": 999999})
    assert (unknown.status, list(unknown.json["errors"])) == (422, ["activity_id"])
    wrong = town.volunteer.post("/watches", {"activity_id": 1, "weekday": 8})
    assert (wrong.status, list(wrong.json["errors"])) == (422, ["weekday"])
    assert town.coordinator.get("/watches").status == 403
