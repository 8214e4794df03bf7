"""Searches and invitations over JSON: who may look, who may answer, and for whom they do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from service.db import transaction
from service.terms import Rung
from tests import factories
from tests.factories import NOW
from tests.service.backfill.lane import Lane
from tests.service.web.api.conftest import Client, Town

PROBLEM = "/api/v1/docs#problem-"


@dataclass
class Sought:
    """A search that has asked two substitutes: their clients and invitations."""

    id: int
    role_id: int
    people: list[Client]
    invitation_ids: list[int]


@pytest.fixture
def sought(town: Town) -> Sought:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1), now=NOW - timedelta(minutes=2), details={"title": "社区义诊"})
        people = [lane.substitute("李候补"), lane.substitute("赵候补")]
        lane.member("吴队员")
        [signup] = lane.filled(factories.volunteer(session, lane.area, "陈退出"))
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        invitations = [lane.invitation(person).id for person in people]
        search, role = lane.search().id, lane.role.id
    return Sought(search, role, [town.client(person) for person in people], invitations)


def test_a_search_is_shown_with_its_ladder_and_whom_it_asked(town: Town, sought: Sought) -> None:
    shown = town.coordinator.get(f"/backfills/{sought.id}").json
    assert (shown["title"], shown["state"], shown["cause"], shown["position"]) == ("社区义诊", "climbing", "freed", 1)
    assert [(rung["rung"], rung["outcome"]) for rung in shown["rungs"]] == [
        ("waitlist", "empty"),
        ("substitutes", "climbed"),
        ("team", None),
        ("neighbours", None),
        ("calls", None),
    ]
    assert shown["rungs"][1]["until_at"] == shown["next_at"] == "2026-11-23T10:20:00+08:00"
    assert [(one["name"], one["state"]) for one in shown["invitations"]] == [("李候补", "asked"), ("赵候补", "asked")]


def test_searches_are_listed_by_state_and_shift(town: Town, sought: Sought) -> None:
    climbing = town.coordinator.get("/backfills?state=climbing").json["items"]
    assert [row["id"] for row in climbing] == [sought.id]
    assert town.coordinator.get("/backfills?state=filled").json["items"] == []
    assert town.coordinator.get(f"/backfills?shift_id={climbing[0]['shift_id']}").json["items"] == climbing


def test_the_first_yes_has_the_place_and_the_second_is_thanked(sought: Sought) -> None:
    first, second = (
        person.post(f"/invitations/{one}/answers", {"reply": "accept"})
        for person, one in zip(sought.people, sought.invitation_ids, strict=True)
    )
    assert (first.status, first.json["state"], second.status, second.json["state"]) == (
        201, "accepted", 201, "thanked",
    )  # fmt: skip
    assert first.json["assignment_id"] is not None
    assert second.json["assignment_id"] is None
    again = sought.people[0].post(f"/invitations/{sought.invitation_ids[0]}/answers", {"reply": "accept"})
    assert again.json == first.json, "twice is harmless"
    gives_up = sought.people[0].post(f"/invitations/{sought.invitation_ids[0]}/answers", {"reply": "decline"})
    assert (gives_up.status, gives_up.json["type"]) == (409, f"{PROBLEM}wrong-state")


def test_she_sees_only_what_she_is_asked(sought: Sought) -> None:
    mine = sought.people[0].get("/invitations").json["items"]
    assert [(row["id"], row["title"], row["role"]) for row in mine] == [
        (sought.invitation_ids[0], "社区义诊", "引导员")
    ]
    assert sought.people[0].get(f"/invitations/{sought.invitation_ids[1]}").status == 404


def test_her_coordinator_answers_for_her(town: Town, sought: Sought) -> None:
    one = sought.invitation_ids[0]
    answered = town.coordinator.post(f"/invitations/{one}/answers", {"reply": "decline"})
    assert (answered.status, answered.json["state"]) == (201, "declined")
    assert [row["state"] for row in town.coordinator.get("/invitations").json["items"]] == ["declined", "asked"]
    assert town.coordinator.get("/invitations?mine=true").json["items"] == []


def test_who_cannot_come_is_told_all_the_reasons(town: Town, sought: Sought) -> None:
    with transaction() as session:
        other = factories.shift_on(session, session.merge(town.here), NOW + timedelta(days=1), title="另一处")
        other_role = factories.only_role(session, other).id
        other_id = other.id
    sought.people[0].post(f"/shifts/{other_id}/signups", {"shift_role_id": other_role})
    refused = sought.people[0].post(f"/invitations/{sought.invitation_ids[0]}/answers", {"reply": "accept"})
    assert refused.status == 409
    assert [reason["code"] for reason in refused.json["reasons"]] == ["overlap"]


def test_a_rung_is_skipped_once_and_a_search_is_stopped_and_started(town: Town, sought: Sought) -> None:
    path = f"/backfills/{sought.id}"
    for _ in range(2):
        skipped = town.coordinator.post(f"{path}/skips", {"position": 1})
        assert (skipped.status, skipped.json["position"]) == (201, 2)
    assert skipped.json["invitations"][-1]["rung"] == Rung.TEAM
    assert town.coordinator.post(f"{path}/stops").json["state"] == "stopped"
    for what, body in (("skips", {"position": 2}), ("stops", {})):
        again = town.coordinator.post(f"{path}/{what}", body)
        assert (again.status, again.json["type"]) == (409, f"{PROBLEM}wrong-state")
    started = town.coordinator.post("/backfills", {"shift_role_id": sought.role_id})
    assert (started.status, started.json["cause"]) == (201, "coordinator")
    assert started.headers["Location"] == f"/api/v1/backfills/{started.json['id']}"
    same = town.coordinator.post("/backfills", {"shift_role_id": sought.role_id})
    assert same.json["id"] == started.json["id"], "one search for a role"


def test_where_nobody_is_missing_nobody_is_sought(town: Town) -> None:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1))
        lane.filled(factories.volunteer(session, lane.area))
        role_id = lane.role.id
    refused = town.coordinator.post("/backfills", {"shift_role_id": role_id})
    assert (refused.status, refused.json["type"]) == (409, f"{PROBLEM}nothing-missing")


def test_for_the_coordinator_of_another_community_nothing_of_it_exists(town: Town, sought: Sought) -> None:
    stranger, one = town.stranger, sought.invitation_ids[0]
    assert stranger.get("/backfills").json["items"] == []
    assert stranger.get("/invitations").json["items"] == []
    for method, path, body in (
        ("GET", f"/backfills/{sought.id}", None),
        ("POST", f"/backfills/{sought.id}/skips", {"position": 1}),
        ("POST", f"/backfills/{sought.id}/stops", {}),
        ("GET", f"/invitations/{one}", None),
        ("POST", f"/invitations/{one}/answers", {"reply": "accept"}),
    ):
        assert stranger.send(method, path, body).status == 404, path
    assert stranger.post("/backfills", {"shift_role_id": sought.role_id}).status == 422
    assert town.coordinator.get(f"/backfills/{sought.id}").json["position"] == 1


def test_volunteers_watch_no_searches_and_answer_for_nobody_else(town: Town, sought: Sought) -> None:
    assert town.other.get("/backfills").status == 403
    assert town.other.post("/backfills", {"shift_role_id": sought.role_id}).status == 403
    assert town.other.get(f"/backfills/{sought.id}").status == 404
    assert town.other.post(f"/backfills/{sought.id}/stops").status == 404
    answer = town.other.post(f"/invitations/{sought.invitation_ids[0]}/answers", {"reply": "accept"})
    assert answer.status == 404


def test_the_ladder_of_an_activity(town: Town) -> None:
    town.shift()
    activity_id = town.coordinator.get("/activities").json["items"][0]["id"]
    path = f"/activities/{activity_id}/ladder"
    usual = town.coordinator.get(path)
    assert (usual.json["is_own"], len(usual.json["rungs"])) == (False, 6)
    rungs = [
        {"rung": "team", "wait": 20, "at_once": 2, "channel": "sms"},
        {"rung": "waitlist", "wait": 5, "at_once": 1},
    ]

    assert town.coordinator.put(path, {"rungs": rungs}).status == 428
    etag = usual.headers["ETag"]
    changed = town.coordinator.put(path, {"rungs": rungs}, If_Match=etag)
    assert [rung["rung"] for rung in changed.json["rungs"]] == ["waitlist", "team"], "their order is always the same"
    assert [rung["channel"] for rung in changed.json["rungs"]] == [None, "sms"]
    assert town.coordinator.put(path, {"rungs": rungs}, If_Match=etag).status == 412
    for wrong in ([], [rungs[0], rungs[0]], [rungs[0] | {"channel": "inbox"}]):
        refused = town.coordinator.put(path, {"rungs": wrong}, If_Match="*")
        assert (refused.status, str(refused.json["errors"]).count("rungs")) == (422, 1)
    assert town.volunteer.get(path).status == 403
    assert town.stranger.get(path).status == 404
    assert town.stranger.put(path, {"rungs": rungs}, If_Match="*").status == 404
    assert town.coordinator.delete(path).json["is_own"] is False
