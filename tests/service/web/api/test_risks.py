"""Risk notices over JSON: the yes is refused with the notice, confirmed, and taken; nobody confirms for strangers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.web.api.conftest import Town

NIGHT: dict[str, Any] = {"title": "夜查", "risk_notice": "夜里两人同行。", "must_confirm_risk": True}


@pytest.fixture
def night(town: Town) -> tuple[int, int, int]:
    """(activity, shift, role) of a patrol with a notice."""
    shift_id, role_id = town.shift(**NIGHT)
    return town.volunteer.get(f"/shifts/{shift_id}").json["activity_id"], shift_id, role_id


def test_the_refusal_carries_the_notice_and_then_the_place_is_hers(town: Town, night: tuple[int, int, int]) -> None:
    activity_id, shift_id, role_id = night
    asked = {"shift_role_id": role_id}
    refused = town.volunteer.post(f"/shifts/{shift_id}/signups", asked)
    assert (refused.status, refused.json["type"]) == (409, "/api/v1/docs#problem-risk-unconfirmed")
    her = town.volunteer.volunteer_id
    told = {"activity_id": activity_id, "volunteer_id": her, "version": 1, "text": "夜里两人同行。"}
    assert refused.json["risk"] == told
    assert town.volunteer.get("/signups").json["items"] == []
    path = f"/activities/{activity_id}/risk-confirmations"
    assert town.volunteer.post(path, {"version": 2}).status == 409, "there is no such text yet"
    confirmed = town.volunteer.post(path, {"version": 1})
    assert (confirmed.status, confirmed.json["door"]) == (201, "api")
    assert town.volunteer.post(path, {"version": 1}).json == confirmed.json
    assert town.volunteer.post(f"/shifts/{shift_id}/signups", asked).json["state"] == "confirmed"


def test_a_coordinator_who_read_it_out_says_so_and_sees_who_has_not(town: Town, night: tuple[int, int, int]) -> None:
    activity_id, shift_id, role_id = night
    path = f"/activities/{activity_id}/risk-confirmations"
    asked = {
        "shift_role_id": role_id,
        "volunteer_id": town.volunteer.volunteer_id,
        "asked_by": "本人",
        "asked_how": "phone",
    }
    assert town.coordinator.post(f"/shifts/{shift_id}/signups", asked).status == 409
    read_out = town.coordinator.post(path, {"version": 1, "volunteer_id": town.volunteer.volunteer_id})
    assert (read_out.status, read_out.json["door"]) == (201, "desk")
    assert town.coordinator.post(f"/shifts/{shift_id}/signups", asked).status == 201
    [reader] = town.coordinator.get(path).json["items"]
    assert (reader["is_confirmed"], reader["version"], reader["door"]) == (True, 1, "desk")
    change = {"risk_notice": "夜里三人同行。"}
    version = town.coordinator.get(f"/activities/{activity_id}").headers["ETag"]
    changed = town.coordinator.patch(f"/activities/{activity_id}", change, If_Match=version)
    assert changed.json["risk_version"] == 2
    [reader] = town.coordinator.get(path).json["items"]
    assert (reader["is_confirmed"], reader["version"]) == (False, 1)


def test_nobody_confirms_for_others_without_being_their_coordinator(town: Town, night: tuple[int, int, int]) -> None:
    activity_id, _shift_id, _role_id = night
    path = f"/activities/{activity_id}/risk-confirmations"
    for_another = {"version": 1, "volunteer_id": town.other.volunteer_id}
    assert town.volunteer.post(path, for_another).status == 403
    assert town.stranger.post(path, for_another).status == 404
    assert (town.volunteer.get(path).status, town.stranger.get(path).status) == (403, 404)


def test_where_nothing_is_to_be_confirmed_there_is_nothing(town: Town) -> None:
    shift_id, _role_id = town.shift()
    activity_id = town.volunteer.get(f"/shifts/{shift_id}").json["activity_id"]
    assert town.volunteer.post(f"/activities/{activity_id}/risk-confirmations", {"version": 1}).status == 404
