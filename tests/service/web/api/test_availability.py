"""When people can come, over JSON: their own, their coordinator's for them, and nobody else's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.audit import AuditEntry
from service.availability.rules import SLOTS
from service.db import transaction
from tests.service.web.api.conftest import Town

NOTHING: dict[str, Any] = {
    "week": [], "avoids": [], "absences": [], "most_a_week": None, "most_a_day": None, "most_at_a_stretch": None,
}  # fmt: skip


def test_she_says_it_and_reads_what_she_said(town: Town) -> None:
    path = f"/volunteers/{town.volunteer.volunteer_id}"
    assert town.volunteer.get(f"{path}/availability").json == NOTHING
    week = [{"weekday": 2, "part": "evening", "availability": "cannot"}]
    said = town.volunteer.put(f"{path}/availability", {"week": week, "most_a_day": 1})
    assert said.json == NOTHING | {"week": week, "most_a_day": 1}
    away = town.volunteer.post(f"{path}/absences", {"from_on": "2030-01-01", "until_on": "2030-01-02"})
    assert away.status == 201
    assert town.volunteer.get(f"{path}/availability").json["absences"] == [away.json]
    assert town.volunteer.delete(f"{path}/absences/{away.json['id']}").status == 204
    assert town.volunteer.get(f"{path}/availability").json["absences"] == []


def test_what_cannot_be_said_says_why(town: Town) -> None:
    path = f"/volunteers/{town.volunteer.volunteer_id}"
    never = [{"weekday": weekday, "part": part, "availability": "cannot"} for weekday, part in SLOTS]
    for body, field in (
        ({"week": never}, "week"),
        ({"week": [{"weekday": 8, "part": "evening", "availability": "can"}]}, "week.0.weekday"),
        ({"most_a_week": 0}, "most_a_week"),
        ({"avoids": [4711]}, "avoids"),
    ):
        refused = town.volunteer.put(f"{path}/availability", body)
        assert (refused.status, list(refused.json["errors"])) == (422, [field])
    refused = town.volunteer.post(f"{path}/absences", {"from_on": "2030-01-02", "until_on": "2030-01-01"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["until_on"])
    assert town.volunteer.get(f"{path}/availability").json == NOTHING


def test_her_coordinator_writes_it_down_for_her_and_nobody_else_does(town: Town) -> None:
    path = f"/volunteers/{town.volunteer.volunteer_id}"
    assert town.coordinator.put(f"{path}/availability", {"most_a_week": 3}).status == 200
    away = town.coordinator.post(f"{path}/absences", {"from_on": "2030-01-01", "until_on": "2030-01-02"})
    with transaction() as session:
        verbs = session.scalars(
            select(AuditEntry.verb).where(
                AuditEntry.account_id == town.coordinator.account_id,
                AuditEntry.subject_id == town.volunteer.volunteer_id,
            )
        ).all()
    assert {"noted_limits", "noted_absence"} <= set(verbs)
    for other in (town.stranger, town.other):
        assert other.get(f"{path}/availability").status == 404
        assert other.put(f"{path}/availability", {}).status == 404
        assert other.delete(f"{path}/absences/{away.json['id']}").status == 404
    assert len(town.volunteer.get(f"{path}/availability").json["absences"]) == 1
