"""People looked through, and those who leave, over JSON."""

from __future__ import annotations

from datetime import date

from tests.service.web.api.conftest import Town


def test_people_are_looked_through_page_by_page(town: Town) -> None:
    town.person("王秀英", phone="+8613912345678")
    first = town.coordinator.get("/people?limit=2")
    second = town.coordinator.get(first.json["next"].removeprefix("/api/v1"))
    names = [one["name"] for one in (*first.json["items"], *second.json["items"])]

    assert (names, second.json["next"]) == (["李大雪", "王小满", "王秀英"], None)
    [found] = town.coordinator.get("/people?q=5678").json["items"]
    assert (found["name"], found["has_phone"], found["area"]) == ("王秀英", True, "人民路社区")
    assert "12345678" not in town.coordinator.get("/people").text
    assert town.stranger.get("/people").json["items"] == []
    assert town.volunteer.get("/people").status == 403


def test_somebody_leaves_and_comes_back(town: Town) -> None:
    shift_id, role_id = town.shift()
    asked = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    path = f"/volunteers/{town.volunteer.volunteer_id}/departure"
    assert [client.put(path, {}).status for client in (town.stranger, town.other)] == [404, 404]
    left = town.coordinator.put(path, {"reason": "搬走了"})
    assert (left.status, left.json["signup_ids"]) == (200, [asked.json["id"]])
    assert town.coordinator.put(path, {}).json == left.json
    assert [one["name"] for one in town.coordinator.get("/people?has_left=true").json["items"]] == ["王小满"]
    assert town.stranger.delete(path).status == 404
    assert [town.coordinator.delete(path).status for _ in range(2)] == [204, 204]
    assert town.coordinator.get(f"/signups/{asked.json['id']}").json["state"] == "confirmed"


def test_two_entries_are_merged_undone_and_told_apart(town: Town) -> None:
    one, other = (town.person("王秀英", birth_on=date(1956, 3, 8)).volunteer_id for _ in range(2))
    [pair] = town.coordinator.get("/people/twins").json["items"]
    assert (pair["one_id"], pair["other_id"], pair["likeness"]) == (one, other, "name_and_birthday")
    body = {"kept_id": one, "gone_id": other}
    assert [client.post("/people/merges", body).status for client in (town.stranger, town.volunteer)] == [404, 404]
    made = town.coordinator.post("/people/merges", body)
    assert (made.status, made.json["kept_id"], made.json["given_back"]) == (201, one, [])
    assert town.coordinator.post("/people/merges", body).json == made.json
    refused = town.coordinator.post("/people/merges", {"kept_id": other, "gone_id": one})
    assert (refused.status, refused.json["type"].endswith("not-two")) == (409, True)
    path = f"/people/merges/{made.json['id']}"
    assert town.stranger.delete(path).status == 404
    assert town.coordinator.delete(path).json["undone_at"] is not None
    assert town.coordinator.delete(path).status == 200
    assert town.stranger.post("/people/twins/apart", {"one_id": one, "other_id": other}).status == 404
    assert town.coordinator.post("/people/twins/apart", {"one_id": other, "other_id": one}).status == 204
    assert town.coordinator.get("/people/twins").json["items"] == []


def test_somebody_takes_her_data_and_asks_to_be_forgotten(town: Town) -> None:
    copy = town.volunteer.get("/me/data").json
    assert copy["person"]["id"] == town.volunteer.volunteer_id
    assert town.coordinator.get("/me/data").status == 403
    path = f"/volunteers/{town.volunteer.volunteer_id}/erasure"
    assert [client.put(path).status for client in (town.other, town.stranger)] == [404, 404]
    asked = town.volunteer.put(path)
    assert (asked.status, town.coordinator.put(path).json) == (200, asked.json)
    assert [client.delete(path).status for client in (town.stranger, town.volunteer, town.volunteer)] == [404, 204, 204]
