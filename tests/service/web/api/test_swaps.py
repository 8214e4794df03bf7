"""Swaps over JSON: whom one can ask, who answers, who decides, and for whom they do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.activities.models import Activity
from service.db import transaction
from service.roster.models import Assignment
from tests import factories
from tests.factories import NOW
from tests.service.backfill.lane import Lane
from tests.service.web.api.conftest import Client, Town

PROBLEM = "/api/v1/docs#problem-"
TOMORROW = NOW + timedelta(days=1)


@dataclass
class Street:
    """王小满 is on a shift; 李大雪 and 赵立冬 could take it, 赵立冬 also in exchange."""

    giver: Client
    first: Client
    second: Client
    place_id: int
    other_place_id: int
    activity_id: int


@pytest.fixture
def street(town: Town) -> Street:
    with transaction() as session:
        lane = Lane(session, TOMORROW, details={"title": "清晨巡逻"})
        giver, first, second = (lane.member(name) for name in ("王小满", "李大雪", "赵立冬"))
        lane.filled(giver)
        later = factories.further_shift(session, lane.shift, TOMORROW + timedelta(days=2))
        factories.sign_up(session, second, later.roles[0])
        lane.follow()
        places = session.scalars(select(Assignment).order_by(Assignment.id)).all()
    return Street(
        town.client(giver),
        town.client(first),
        town.client(second),
        places[0].id,
        places[1].id,
        lane.shift.activity_id,
    )


def ask(street: Street, **whom: int) -> int:
    made = street.giver.post("/swaps", {"assignment_id": street.place_id, **whom})
    assert (made.status, made.json["state"]) == (201, "open")
    assert made.headers["Location"] == f"/api/v1/swaps/{made.json['id']}"
    return int(made.json["id"])


def asking(client: Client) -> int:
    [row] = client.get("/swap-askings?state=asked&mine=true").json["items"]
    return int(row["id"])


def test_whom_one_can_ask_with_masked_names(street: Street) -> None:
    choices = street.giver.get(f"/assignments/{street.place_id}/swap-choices").json
    assert [one["name"] for one in choices["people"]] == ["李**", "赵**"]
    assert [(one["assignment_id"], one["name"]) for one in choices["exchanges"]] == [(street.other_place_id, "赵**")]


def test_the_first_yes_has_the_place(street: Street) -> None:
    swap_id = ask(street)
    assert street.giver.get(f"/swaps/{swap_id}").json["asked"] == 2
    asked = [asking(client) for client in (street.first, street.second)]
    answers = [
        client.post(f"/swap-askings/{one}/answers", {"reply": "accept"}).json["state"]
        for client, one in zip((street.first, street.second), asked, strict=True)
    ]
    assert answers == ["accepted", "thanked"]
    assert street.giver.get(f"/swaps/{swap_id}").json["state"] == "done"
    assert street.giver.get(f"/assignments/{street.place_id}").json["release_reason"] == "swapped"


def test_an_exchange(street: Street) -> None:
    ask(street, in_return_id=street.other_place_id)
    assert street.first.get("/swap-askings").json["items"] == []
    answered = street.second.post(f"/swap-askings/{asking(street.second)}/answers", {"reply": "accept"})
    assert answered.json["state"] == "accepted"
    assert street.giver.get("/assignments?state=confirmed&mine=true").json["items"][0]["shift_id"] != street.place_id


def test_who_could_not_is_not_asked(town: Town, street: Street) -> None:
    for whom in ({"volunteer_id": town.volunteer.volunteer_id}, {"in_return_id": street.place_id}):
        refused = street.giver.post("/swaps", {"assignment_id": street.place_id, **whom})
        assert (refused.status, refused.json["type"]) == (409, f"{PROBLEM}nobody-to-ask")


def test_taken_back_twice_is_taken_back(street: Street) -> None:
    swap_id = ask(street)
    path = f"/swaps/{swap_id}/withdrawals"
    assert [street.giver.post(path).json["state"] for _twice in range(2)] == ["taken_back"] * 2
    again = street.giver.get("/swaps?state=taken_back").json["items"]
    assert [row["id"] for row in again] == [swap_id]


def test_others_neither_see_nor_touch_it(town: Town, street: Street) -> None:
    swap_id = ask(street)
    one = asking(street.first)
    for other in (street.second, town.stranger):
        assert other.get(f"/swaps/{swap_id}").status == 404
        assert other.post(f"/swaps/{swap_id}/withdrawals").status == 404
        assert other.post(f"/swap-askings/{one}/answers", {"reply": "accept"}).status == 404
        assert other.post("/swaps", {"assignment_id": street.place_id}).status == 404
        assert other.get(f"/assignments/{street.place_id}/swap-choices").status == 404
    assert town.stranger.post(f"/swaps/{swap_id}/decisions", {"decision": "approve"}).status == 404
    assert street.giver.post(f"/swaps/{swap_id}/decisions", {"decision": "approve"}).status == 403


def test_a_coordinator_decides_where_that_is_wanted(town: Town, street: Street) -> None:
    with transaction() as session:
        session.get_one(Activity, street.activity_id).swaps_need_approval = True
    swap_id = ask(street)
    early = town.coordinator.post(f"/swaps/{swap_id}/decisions", {"decision": "approve"})
    assert (early.status, early.json["type"]) == (409, f"{PROBLEM}wrong-state")
    street.first.post(f"/swap-askings/{asking(street.first)}/answers", {"reply": "accept"})
    assert street.giver.get(f"/swaps/{swap_id}").json["state"] == "agreed"
    path = f"/swaps/{swap_id}/decisions"
    assert [town.coordinator.post(path, {"decision": "approve"}).json["state"] for _twice in range(2)] == ["done"] * 2


def test_her_coordinator_answers_for_somebody_who_told_her(town: Town, street: Street) -> None:
    ask(street)
    listed = town.coordinator.get("/swap-askings").json["items"]
    assert [row["name"] for row in listed] == ["李大雪", "赵立冬"]
    told = town.coordinator.post(f"/swap-askings/{listed[0]['id']}/answers", {"reply": "decline"})
    assert told.json["state"] == "declined"


def test_with_a_no_she_may_say_who_could_come_instead(street: Street) -> None:
    stranger = street.giver.post(f"/assignments/{street.place_id}/answers", {"reply": "decline", "suggests": 999999})
    assert (stranger.status, stranger.json["type"]) == (409, f"{PROBLEM}nobody-to-ask")
    assert street.giver.get(f"/assignments/{street.place_id}").json["state"] == "confirmed"
    [first, _second] = street.giver.get(f"/assignments/{street.place_id}/swap-choices").json["people"]
    no = {"reply": "decline", "suggests": first["volunteer_id"], "suggests_name": "楼下李大爷"}
    made = street.giver.post(f"/assignments/{street.place_id}/answers", no).json
    assert (made["suggested_id"], made["suggested_name"]) == (first["volunteer_id"], "楼下李大爷")
    assert street.first.get(f"/assignments/{street.place_id}").status == 404
