"""Warnings of high temperature over JSON: for coordinators, of their own areas; an elder is refused with the code."""

from __future__ import annotations

from datetime import date, time

from service.activities.rules import once
from tests.service.web.api.conftest import Client, Town

PATH = "/calendar/heat-warnings"
NOON = once(date(2026, 11, 28), starts=time(11), ends=time(13))


def test_a_coordinator_notes_one_and_takes_it_back(town: Town) -> None:
    days = {"from_on": "2026-11-28", "until_on": "2026-11-29"}
    body = {"area_id": town.here.id, "level": "orange", **days}
    made = town.coordinator.post(PATH, body)
    assert made.status == 201
    assert {name: made.json[name] for name in body} == body
    assert town.coordinator.get(PATH).json["items"] == [made.json]
    assert town.stranger.get(PATH).json["items"] == []
    one = f"{PATH}/{made.json['id']}"
    assert town.stranger.delete(one).status == 404
    assert [town.volunteer.get(PATH).status, town.volunteer.post(PATH, body).status] == [403, 403]
    assert town.volunteer.delete(one).status == 403
    for wrong, at in (
        ({"area_id": town.elsewhere.id}, "area_id"),
        ({"until_on": "2026-11-01", "from_on": "2026-11-01"}, "until_on"),
        ({"until_on": "2026-11-27"}, "until_on"),
        ({"level": "purple"}, "level"),
    ):
        refused = town.coordinator.post(PATH, body | wrong)
        assert (refused.status, list(refused.json["errors"])) == (422, [at])
    assert [town.coordinator.delete(one).status for _twice in range(2)] == [204, 204]
    assert town.coordinator.get(PATH).json["items"] == []


def test_who_is_too_old_for_it_is_told_so_and_sees_it_not_among_her_shifts(town: Town) -> None:
    shift_id, role_id = town.shift(plans=[NOON], is_outdoors=True)
    elder, grown = (town.person(birth_on=date(year, 1, 1)) for year in (1950, 1990))
    day = {"from_on": "2026-11-28", "until_on": "2026-11-28"}
    town.coordinator.post(PATH, {"area_id": town.here.id, "level": "yellow", **day})

    def takeable(of: Client) -> list[int]:
        return [one["id"] for one in of.get("/shifts?takeable=true").json["items"]]

    assert (takeable(elder), takeable(grown)) == ([], [shift_id])
    refused = elder.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})
    assert (refused.status, [reason["code"] for reason in refused.json["reasons"]]) == (409, ["heat"])
    assert grown.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id}).status == 201
