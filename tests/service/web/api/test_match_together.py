"""One plan of what a community plans, over JSON."""

from __future__ import annotations

from service.activities.models import Activity, Shift
from service.company import actions as company
from service.db import transaction
from service.terms import Mode
from tests.factories import NOW
from tests.service.web.api.conftest import Town

UNTIL = "2026-12-07T00:00"


def test_a_run_of_all_a_community_plans(town: Town) -> None:
    first, second = (_activity(town) for _ in range(2))
    path = f"/areas/{town.here.id}/match-runs"
    asked = town.coordinator.post(path, {"until_at": UNTIL})
    assert (asked.status, asked.json["activity_ids"], asked.json["area_id"]) == (202, [first, second], town.here.id)
    again = town.coordinator.post(f"/activities/{second}/match-runs", {"until_at": UNTIL})
    assert again.json["id"] == asked.json["id"], "it joins the one that waits"
    for activity_id in (first, second):
        listed = town.coordinator.get(f"/match-runs?activity_id={activity_id}").json["items"]
        assert [run["id"] for run in listed] == [asked.json["id"]]
    assert town.coordinator.post(path, {"until_at": "2026-11-24T00:00"}).status == 409, "nothing is planned by then"
    assert town.coordinator.post(path, {"until_at": "2026-11-01T00:00"}).status == 422
    assert town.coordinator.post(f"/areas/{town.here.parent_id}/match-runs", {"until_at": UNTIL}).status == 404
    assert (town.stranger.post(path, {"until_at": UNTIL}).status, town.volunteer.post(path, {}).status) == (404, 422)
    assert town.volunteer.post(path, {"until_at": UNTIL}).status == 403


def test_a_run_of_one_covers_what_is_held_together_with_it(town: Town) -> None:
    first, second, beside = (_activity(town) for _ in range(3))
    with transaction() as session:
        one, other = (session.get_one(Activity, number) for number in (first, second))
        company.hold_together(session, one, others=[other], account_id=None, now=NOW)
    run = town.coordinator.post(f"/activities/{second}/match-runs", {"until_at": "2026-12-06T12:00"}).json
    assert run["activity_ids"] == [first, second]
    assert (run["from_at"][11:16], run["until_at"][:16]) == ("00:00", "2026-12-07T00:00"), "whole days"
    assert beside not in run["activity_ids"]


def _activity(town: Town) -> int:
    shift_id, _role_id = town.shift(mode=Mode.MATCHED)
    with transaction() as session:
        return session.get_one(Shift, shift_id).activity_id
