"""Rehearsals over JSON: asked for, played by the worker, read."""

from __future__ import annotations

from service.db import transaction
from tests import factories
from tests.outbox import drain
from tests.service.web.api.conftest import Town


def test_a_coordinator_asks_for_one_and_reads_what_came_of_it(town: Town) -> None:
    asked = town.coordinator.post("/rehearsals", {"area_id": town.here.id, "days": 2, "assumption": "everybody"})
    assert (asked.status, asked.json["state"], asked.json["assumption"]) == (202, "requested", "everybody")
    drain()
    address = asked.headers["Location"].removeprefix("/api/v1")
    played = town.coordinator.get(address).json
    assert played["state"] == "played"
    assert played["played_until"] == played["until_at"]
    assert set(played["result"]) == {"entries", "gaps", "failed"}
    assert [one["id"] for one in town.coordinator.get("/rehearsals").json["items"]] == [played["id"]]


def test_exactly_one_thing_is_rehearsed(town: Town) -> None:
    for body in ({}, {"area_id": town.here.id, "activity_id": 1}, {"area_id": town.here.id, "days": 15}):
        assert town.coordinator.post("/rehearsals", body).status == 422


def test_what_is_elsewhere_does_not_exist_and_volunteers_rehearse_nothing(town: Town) -> None:
    with transaction() as session:
        elsewhere = factories.community(session, "杜甫路社区")
        activity_id = factories.activity(session, elsewhere).id
    for body in ({"area_id": elsewhere.id}, {"activity_id": activity_id}, {"match_run_id": 1}):
        assert town.coordinator.post("/rehearsals", body).status == 404
    assert town.volunteer.post("/rehearsals", {"area_id": town.here.id}).status == 403
    asked = town.coordinator.post("/rehearsals", {"area_id": town.here.id}).json
    assert town.volunteer.get(f"/rehearsals/{asked['id']}").status in (403, 404)


def test_a_cancelled_activity_is_not_rehearsed(town: Town) -> None:
    with transaction() as session:
        activity_id = factories.activity(session, town.here).id
    town.coordinator.put(f"/activities/{activity_id}/cancellation", {"reason": "大雨"})
    refused = town.coordinator.post("/rehearsals", {"activity_id": activity_id})
    assert (refused.status, refused.json["type"].rpartition("-")[2]) == (409, "state")
