"""Courses over JSON: enrol, attend, pass; nobody enrols, ticks or passes whom she has no business with."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from service.activities.rules import weekly_plan
from service.db import transaction
from tests import factories
from tests.factories import NOW
from tests.service.web.api.conftest import Town

COURSE = {"capacity": 1, "days_needed": 2, "gives": "broadcaster"}


@pytest.fixture
def course(town: Town) -> tuple[int, list[int]]:
    """(activity, its days) of a course of three days from tomorrow on."""
    plan = weekly_plan(starts=time(9), ends=time(11), from_on=date(2026, 11, 24), until_on=date(2026, 11, 26))
    with transaction() as session:
        made = factories.activity(session, town.here, plans=[plan])
        days = [shift.id for shift in factories.shifts(session, made)]
    assert town.coordinator.put(f"/activities/{made.id}/course", COURSE).json["days"] == 3
    return made.id, days


def test_from_enrolling_to_passing(town: Town, course: tuple[int, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    activity_id, days = course
    path, her = f"/activities/{activity_id}", town.volunteer.volunteer_id
    assert town.volunteer.post(f"{path}/enrolments").json["state"] == "enrolled"
    assert (waits := town.other.post(f"{path}/enrolments").json)["position"] == 1
    assert [one["volunteer_id"] for one in town.other.get(f"{path}/enrolments").json["items"]] == [
        waits["volunteer_id"]
    ]
    assert len(town.coordinator.get(f"{path}/enrolments").json["items"]) == 2
    early = town.coordinator.put(f"/shifts/{days[0]}/attendance", {"volunteer_ids": [her]})
    assert (early.status, early.json["code"]) == (409, "not_begun")
    monkeypatch.setattr("service.clock.now", lambda _session: NOW + timedelta(days=5))
    for day in days[:2]:
        ticked = town.coordinator.put(f"/shifts/{day}/attendance", {"volunteer_ids": [her]})
        assert ticked.json == {"shift_id": day, "volunteer_ids": [her]}
    [passed, _waits] = town.coordinator.post(f"{path}/conclusions").json["items"]
    assert (passed["state"], passed["attended"]) == ("passed", 2)
    [held] = town.volunteer.get(f"/volunteers/{her}/qualifications").json["items"]
    assert (held["kind"], held["valid_until"], held["verified_at"] is not None) == ("broadcaster", None, True)


def test_a_coordinator_enrols_who_telephoned_and_takes_that_back(town: Town, course: tuple[int, list[int]]) -> None:
    activity_id, _days = course
    path, her = f"/activities/{activity_id}/enrolments", town.other.volunteer_id
    assert town.coordinator.post(path, {"volunteer_id": her}).json["state"] == "enrolled"
    assert town.volunteer.post(path).json["state"] == "waitlisted"
    assert town.coordinator.delete(f"{path}/{her}").status == 204
    assert town.volunteer.get(path).json["items"][0]["state"] == "enrolled"


def test_nobody_else_comes_near_it(town: Town, course: tuple[int, list[int]]) -> None:
    activity_id, days = course
    path, other = f"/activities/{activity_id}", town.other.volunteer_id
    assert town.volunteer.post(f"{path}/enrolments", {"volunteer_id": other}).status == 403
    assert town.stranger.post(f"{path}/enrolments", {"volunteer_id": other}).status == 404
    assert town.volunteer.delete(f"{path}/enrolments/{other}").status == 403
    for who, status in ((town.volunteer, 403), (town.stranger, 404)):
        assert who.put(f"{path}/course", COURSE).status == status
        assert who.post(f"{path}/conclusions").status == status
    for who in (town.volunteer, town.stranger):
        assert who.get(f"/shifts/{days[0]}/attendance").status == 404
        assert who.put(f"/shifts/{days[0]}/attendance", {"volunteer_ids": [other]}).status == 404
