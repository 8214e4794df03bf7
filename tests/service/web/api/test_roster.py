"""Assignments and answers over JSON."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.db import transaction
from service.roster import overdue
from service.signups.following import promote
from tests import factories
from tests.service.web.api.conftest import Client, Town


@pytest.fixture
def offered(town: Town) -> tuple[Client, int]:
    """(client, assignment id) of somebody who is offered a place that was given back."""
    shift_id, role_id = town.shift()
    people = [town.person(name) for name in ("甲甲", "乙乙", "丙丙")]
    signups = [p.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json for p in people]
    people[0].post(f"/signups/{signups[0]['id']}/withdrawals")
    with transaction() as session:
        later = factories.NOW + timedelta(minutes=11)
        overdue.hand_on_places(session, now=later)
        promote(session, shift_role_id=role_id, now=later)
    waiting = people[2].get("/assignments?state=offered").json["items"]
    return people[2], waiting[0]["id"]


def test_an_offer_is_accepted_by_her_to_whom_it_was_made(town: Town, offered: tuple[Client, int]) -> None:
    client, assignment_id = offered
    answers = [client.post(f"/assignments/{assignment_id}/answers", {"reply": "accept"}) for _ in range(2)]

    assert [(answer.status, answer.json["state"]) for answer in answers] == [(201, "confirmed")] * 2
    assert client.get(f"/assignments/{assignment_id}").json["role"] == "引导员"


def test_an_offer_is_declined_with_a_reason(town: Town, offered: tuple[Client, int]) -> None:
    client, assignment_id = offered
    declined = client.post(f"/assignments/{assignment_id}/answers", {"reply": "decline", "reason": "带孙子"})

    assert (declined.json["state"], declined.json["decline_reason"]) == ("declined", "带孙子")
    again = client.post(f"/assignments/{assignment_id}/answers", {"reply": "accept"})
    assert (again.status, again.json["state"], again.json["id"] != assignment_id) == (201, "confirmed", True)
    before = client.get(f"/assignments/{assignment_id}").json
    assert before["state"] == "declined", "the no stays written down"


def test_a_no_stands_when_somebody_else_has_the_place(town: Town, offered: tuple[Client, int]) -> None:
    client, assignment_id = offered
    role_id = client.get(f"/assignments/{assignment_id}").json["shift_role_id"]
    shift_id = client.get(f"/assignments/{assignment_id}").json["shift_id"]
    client.post(f"/assignments/{assignment_id}/answers", {"reply": "decline"})
    town.person("丁丁").post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    again = client.post(f"/assignments/{assignment_id}/answers", {"reply": "accept"})
    assert (again.status, again.json["type"]) == (409, "/api/v1/docs#problem-offer-closed")


def test_several_are_answered_at_once_each_by_itself(town: Town, offered: tuple[Client, int]) -> None:
    client, assignment_id = offered
    other, other_id = town.person("丁丁"), 0
    shift_id, role_id = town.shift()
    other.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    [other_id] = [row["id"] for row in other.get("/assignments?mine=true").json["items"]]
    body = {"answers": [{"assignment_id": one, "reply": "accept"} for one in (other_id, assignment_id)]}
    assert client.post("/assignments/answers", body).status == 404, "one that is not hers: none is answered"
    assert client.get(f"/assignments/{assignment_id}").json["state"] == "offered"
    items = town.coordinator.post("/assignments/answers", body).json["items"]
    assert [(one["assignment_id"], one["is_taken"], one["assignment"]["state"]) for one in items] == [
        (other_id, True, "confirmed"),
        (assignment_id, True, "confirmed"),
    ]
    assert client.post("/assignments/answers", {"answers": [{"assignment_id": assignment_id}]}).status == 422


def test_others_neither_see_nor_answer_it(town: Town, offered: tuple[Client, int]) -> None:
    _client, assignment_id = offered
    for other in (town.other, town.stranger):
        assert other.get(f"/assignments/{assignment_id}").status == 404
        assert other.post(f"/assignments/{assignment_id}/answers", {"reply": "accept"}).status == 404
        assert other.get("/assignments").json["items"] == []


def test_her_coordinator_sees_it_and_answers_for_her(town: Town, offered: tuple[Client, int]) -> None:
    client, assignment_id = offered
    listed = town.coordinator.get("/assignments?state=offered").json["items"]
    assert [(row["id"], row["name"]) for row in listed] == [(assignment_id, "丙丙")]
    town.coordinator.post(f"/assignments/{assignment_id}/answers", {"reply": "accept"})

    assert client.get(f"/assignments/{assignment_id}").json["state"] == "confirmed"


def test_who_did_not_come_is_marked_by_her_coordinator_only(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    shift_id, role_id = town.shift()
    signup = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).json
    [place] = town.volunteer.get(f"/assignments?shift_id={shift_id}").json["items"]
    path = f"/assignments/{place['id']}/no-shows"
    early = town.coordinator.post(path)
    assert (early.status, early.json["type"]) == (409, "/api/v1/docs#problem-not-begun")

    monkeypatch.setattr("service.clock.now", lambda _session: datetime.fromisoformat(place["starts_at"]))
    assert [town.stranger.post(path).status, town.volunteer.post(path).status] == [404, 403]
    assert [town.coordinator.post(path).json["state"] for _twice in range(2)] == ["no_show"] * 2
    assert town.volunteer.get(f"/signups/{signup['id']}").json["state"] == "confirmed"

    arrivals = f"/assignments/{place['id']}/arrivals"
    assert [town.stranger.post(arrivals).status, town.volunteer.post(arrivals).status] == [404, 403]
    assert [town.coordinator.post(arrivals).json["state"] for _twice in range(2)] == ["confirmed"] * 2
