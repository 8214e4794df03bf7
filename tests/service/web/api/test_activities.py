"""Activities and shifts over JSON: draft, change, publish, list, move, call off."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from service.activities.rules import RolePlan, once
from service.db import transaction
from service.terms import QualificationKind
from tests import factories
from tests.service.web.api.conftest import Town

ROLE = {"name": "引导员", "min_needed": 1, "max_needed": 2}
WEEKLY = {"from_on": "2026-12-10", "until_on": "2026-12-31", "starts": "9:00", "ends": "10:00"}
DATES = {"on": "2026-11-28", "starts": "9:00", "ends": "11:30"}


def draft(town: Town, **changes: Any) -> dict[str, Any]:
    body = {
        "area_id": town.here.id,
        "title": "社区义诊",
        "mode": "instant",
        "contact_name": "陈协调",
        "contact_phone": "0371 6435 0001",
        "roles": [ROLE],
        "dates": [DATES],
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def test_a_coordinator_drafts_changes_publishes_and_cancels(town: Town) -> None:
    made = town.coordinator.post("/activities", draft(town))
    assert made.status == 201, made.text
    assert (made.json["state"], made.json["place_id"]) == ("draft", town.here.id)
    address = made.headers["Location"].removeprefix("/api/v1")

    changed = town.coordinator.patch(address, {"what_to_bring": "帽子"}, If_Match=made.headers["ETag"])
    assert (changed.status, changed.json["what_to_bring"], changed.json["has_waitlist"]) == (200, "帽子", True)
    published = [town.coordinator.put(f"{address}/publication") for _ in range(2)]
    assert [answer.json["state"] for answer in published] == ["published"] * 2
    shifts = town.coordinator.get(f"/shifts?activity_id={made.json['id']}").json["items"]
    assert [(shift["starts_at"], shift["roles"][0]["max_needed"]) for shift in shifts] == [
        ("2026-11-28T09:00:00+08:00", 2)
    ]
    cancelled = town.coordinator.put(f"{address}/cancellation", {"reason": "大雨"})
    assert (cancelled.json["state"], cancelled.json["cancel_reason"]) == ("cancelled", "大雨")
    assert town.coordinator.get(f"/shifts/{shifts[0]['id']}").json["state"] == "cancelled"
    again = town.coordinator.patch(address, {"title": "改名"}, If_Match=cancelled.headers["ETag"])
    assert again.status == 422


def test_a_draft_exists_only_for_its_coordinators(town: Town) -> None:
    activity_id = town.coordinator.post("/activities", draft(town)).json["id"]

    for client in (town.volunteer, town.stranger):
        assert client.get(f"/activities/{activity_id}").status == 404
        assert client.get("/activities").json["items"] == []
        assert client.put(f"/activities/{activity_id}/publication").status == 404
        assert client.put(f"/activities/{activity_id}/cancellation", {"reason": "不办了"}).status == 404
        assert client.patch(f"/activities/{activity_id}", {"title": "改名"}, If_Match='"1-a"').status == 404
    assert town.volunteer.post("/activities", draft(town)).status == 403


def test_what_is_published_is_seen_near_by(town: Town) -> None:
    activity_id = town.coordinator.post("/activities", draft(town)).json["id"]
    town.coordinator.put(f"/activities/{activity_id}/publication")

    assert [row["id"] for row in town.volunteer.get("/activities").json["items"]] == [activity_id]
    assert town.stranger.get(f"/activities/{activity_id}").status == 200
    assert town.stranger.get("/activities").json["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "一"}, "title"),
        ({"roles": []}, "roles"),
        ({"roles": [ROLE, ROLE]}, "roles"),
        ({"roles": [{**ROLE, "max_needed": 0}]}, "roles.0.max_needed"),
        ({"roles": [{**ROLE, "min_age": 60, "max_age": 18}]}, "roles.0.max_age"),
        ({"roles": [{**ROLE, "requires": ["wizard"]}]}, "roles.0.requires.0"),
        ({"roles": "医生"}, "roles"),
        ({"dates": []}, "dates"),
        ({"dates": [{"starts": "9:00", "ends": "10:00"}]}, "dates.0.from_on"),
        ({"dates": [{**DATES, "on": "2026-11-22"}]}, "dates"),
        ({"dates": [{**DATES, "on": "2026-02-30"}]}, "dates.0.on"),
        ({"dates": [{**DATES, "starts": "25:00"}]}, "dates.0.starts"),
        ({"dates": [{**DATES, "on": None, "from_on": "2026-12-10", "until_on": "2026-12-01"}]}, "dates.0.on"),
        ({"dates": [{**WEEKLY, "until_on": "2026-12-01"}]}, "dates.0.until_on"),
        ({"dates": [{**WEEKLY, "until_on": "2030-12-01"}]}, "dates.0.until_on"),
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"lead_times": ["P3D", "soon"]}, "lead_times.1"),
        ({"area_id": 999_999}, "area_id"),
        ({"place_id": 999_999}, "place_id"),
        ({"team_id": 999_999}, "team_id"),
        ({"programme_id": 1}, "programme_id"),
        ({"area_id": 2**63}, "area_id"),
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_is_refused_by_field(town: Town, changes: dict[str, Any], field: str) -> None:
    refused = town.coordinator.post("/activities", draft(town, **changes))

    assert (refused.status, field in refused.json["errors"]) == (422, True), refused.text


def test_an_activity_of_another_community_is_not_mine_to_draft(town: Town) -> None:
    assert "area_id" in town.stranger.post("/activities", draft(town)).json["errors"]


def test_full_width_digits_and_spaces_are_understood(town: Town) -> None:
    typed = draft(
        town,
        contact_phone="１３８ ００１３ ８０００",
        dates=[{"on": "２０２６年１１月２８日", "starts": "９：００", "ends": "11点30"}],
    )
    made = town.coordinator.post("/activities", typed)

    assert (made.status, made.json["contact_phone"]) == (201, "+8613800138000")


def test_a_team_that_was_not_approved_publishes_nothing(town: Town) -> None:
    team_id = town.coordinator.post("/teams", {"area_id": town.here.id, "name": "新队伍"}).json["id"]
    activity_id = town.coordinator.post("/activities", draft(town, team_id=team_id)).json["id"]

    assert "team" in town.coordinator.put(f"/activities/{activity_id}/publication").json["errors"]
    town.admin.put(f"/teams/{team_id}/approval")
    assert town.coordinator.put(f"/activities/{activity_id}/publication").status == 200


@pytest.mark.parametrize(
    ("times", "status"),
    [
        ({"starts_at": "2026-11-28T14:00:00+08:00", "ends_at": "2026-11-28T16:00:00+08:00"}, 200),
        ({"starts_at": "2026-11-28T06:00:00Z", "ends_at": "2026-11-28T08:00:00Z"}, 200),
        ({"starts_at": "2026-11-28T14:00", "ends_at": "2026-11-28T16:00"}, 200),
        ({"starts_at": "2026-11-28T14:00", "ends_at": "2026-11-28T13:00"}, 422),
        ({"starts_at": "2026-11-28T14:00", "ends_at": "2026-11-28T14:00"}, 422),
        ({"starts_at": "2026-11-22T14:00", "ends_at": "2026-11-22T16:00"}, 422),
        ({"starts_at": "2026-11-28T14:00"}, 422),
        ({"starts_at": "soon", "ends_at": "later"}, 422),
    ],
)
def test_moving_a_shift(town: Town, times: dict[str, str], status: int) -> None:
    shift_id, _role_id = town.shift()
    tag = town.coordinator.get(f"/shifts/{shift_id}").headers["ETag"]
    moved = town.coordinator.patch(f"/shifts/{shift_id}", times, If_Match=tag)

    assert moved.status == status, moved.text
    if status == 200:
        assert moved.json["starts_at"] == "2026-11-28T14:00:00+08:00"


def test_only_its_coordinators_move_or_cancel_a_shift(town: Town) -> None:
    shift_id, _role_id = town.shift()
    times = {"starts_at": "2026-11-28T14:00", "ends_at": "2026-11-28T16:00"}
    for client in (town.volunteer, town.stranger):
        assert client.get(f"/shifts/{shift_id}").status == 200
        assert client.patch(f"/shifts/{shift_id}", times, If_Match="*").status == 404
        assert client.put(f"/shifts/{shift_id}/cancellation", {"reason": "大雨"}).status == 404

    cancelled = town.coordinator.put(f"/shifts/{shift_id}/cancellation", {"reason": "大雨"})
    assert (cancelled.json["state"], cancelled.json["cancel_reason"]) == ("cancelled", "大雨")


def test_what_i_can_take_leaves_out_what_i_cannot(town: Town) -> None:
    doctor = RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,))
    guide = RolePlan(name="引导员", min_needed=1, max_needed=1)
    mixed, _role_ids = town.shift_of([doctor, guide], title="义诊")
    taken, taken_role = town.shift(title="已报", plans=[once(date(2026, 11, 30), starts=time(9), ends=time(10))])
    town.shift_of([doctor], title="只要医生")
    overlapping, _role_id = town.shift(title="撞时间", plans=[once(date(2026, 11, 30), starts=time(9), ends=time(10))])
    town.volunteer.post(f"/shifts/{taken}/signups", {"shift_role_id": taken_role})

    shown = town.volunteer.get("/shifts?takeable=true").json["items"]
    assert [(shift["id"], [role["name"] for role in shift["roles"]]) for shift in shown] == [(mixed, ["引导员"])]
    assert shown[0] == town.volunteer.get(f"/shifts/{mixed}").json | {"roles": shown[0]["roles"]}
    everything = {shift["id"] for shift in town.volunteer.get("/shifts").json["items"]}
    assert {mixed, taken, overlapping} < everything
    assert town.coordinator.get("/shifts?takeable=true").status == 403


def test_a_shift_is_never_split_between_two_pages(town: Town) -> None:
    roles = [RolePlan(name=name, min_needed=1, max_needed=1) for name in ("甲", "乙", "丙")]
    ids = [town.shift_of(roles, title=f"活动{n}")[0] for n in range(5)]
    seen: list[int] = []
    address = "/shifts?takeable=true&limit=2"
    while address:
        page = town.volunteer.get(address).json
        seen += [shift["id"] for shift in page["items"] if len(shift["roles"]) == 3]
        address = (page["next"] or "").removeprefix("/api/v1")

    assert seen == sorted(ids)


def test_shifts_are_listed_by_time_place_and_state(town: Town) -> None:
    with transaction() as session:
        near = factories.activity(session, town.here)
        far = factories.activity(session, town.elsewhere)
        (near_id,), (far_id,) = ([shift.id for shift in factories.shifts(session, a)] for a in (near, far))

    def ids(query: str) -> list[int]:
        return [shift["id"] for shift in town.volunteer.get(f"/shifts{query}").json["items"]]

    assert ids("") == [near_id]
    assert ids(f"?area_id={town.elsewhere.id}") == [far_id]
    assert ids("?from_at=2026-11-29T00:00") == []
    assert ids("?until_at=2026-11-28T09:00") == []
    assert ids("?until_at=2026-11-28T09:01") == [near_id]
    town.coordinator.put(f"/shifts/{near_id}/cancellation", {"reason": "大雨"})
    assert (ids("?state=open"), ids("?state=cancelled")) == ([], [near_id])
