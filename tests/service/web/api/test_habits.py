"""Habits over JSON: one's own, and those of people one coordinates."""

from __future__ import annotations

from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from tests.service.web.api.conftest import Town


def test_she_chooses_and_reads_what_she_chose(town: Town) -> None:
    path = f"/volunteers/{town.volunteer.volunteer_id}/habits"
    usual = {"channel": None, "is_off": False}
    topics = ["reminders", "offers", "changes", "askings", "free_places", "team", "digest"]
    assert town.volunteer.get(path).json["items"] == [{"topic": topic, **usual} for topic in topics]

    chosen = town.volunteer.put(f"{path}/reminders", {"channel": "call_list"})
    assert chosen.json["items"][0] == {"topic": "reminders", "channel": "call_list", "is_off": False}
    silent = town.volunteer.put(f"{path}/free_places", {"is_off": True})
    assert silent.json["items"][4] == {"topic": "free_places", "channel": None, "is_off": True}
    for topic in ("reminders", "free_places"):
        again = town.volunteer.put(f"{path}/{topic}", {})
    assert again.json == town.volunteer.get(path).json
    assert [{"channel": one["channel"], "is_off": one["is_off"]} for one in again.json["items"]] == [usual] * len(
        topics
    )


def test_what_cannot_be_chosen_says_why(town: Town) -> None:
    path = f"/volunteers/{town.volunteer.volunteer_id}/habits"
    for body, field in (
        ({"is_off": True}, "is_off"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "call_list", "is_off": True}, "channel"),
    ):
        refused = town.volunteer.put(f"{path}/reminders", body)
        assert (refused.status, list(refused.json["errors"])) == (422, [field])
    assert town.volunteer.put(f"{path}/changes", {"channel": "inbox"}).status == 422
    assert town.volunteer.put(f"{path}/reminders", {"channel": "inbox"}).status == 200
    assert town.volunteer.put(f"{path}/desk", {"is_off": True}).status == 404
    assert town.volunteer.put("/notifications/seen").json == {"seen": 0}


def test_her_coordinator_chooses_for_her_and_nobody_else_does(town: Town) -> None:
    path = f"/volunteers/{town.volunteer.volunteer_id}/habits"
    assert town.coordinator.put(f"{path}/offers", {"channel": "call_list"}).status == 200
    with transaction() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.verb == "chose_habits")).one()
    assert (noted.account_id, noted.subject_id) == (town.coordinator.account_id, town.volunteer.volunteer_id)
    for client in (town.other, town.stranger):
        assert client.get(path).status == 404
        assert client.put(f"{path}/offers", {}).status == 404
    assert town.volunteer.get(path).json["items"][1]["channel"] == "call_list"


def test_a_coordinator_does_without_news_of_gaps(town: Town) -> None:
    off = town.coordinator.put("/me/habits/desk", {"is_off": True})
    assert off.json["items"] == [
        {"topic": "desk", "channel": None, "is_off": True},
        {"topic": "digest", "channel": None, "is_off": False},
    ]
    assert town.coordinator.get("/me/habits").json == off.json
    assert town.stranger.get("/me/habits").json["items"][0]["is_off"] is False
