"""Copies over JSON: shown, made, taken back; another coordinator's team does not exist."""

from __future__ import annotations

from service.db import transaction
from tests import factories
from tests.service.web.api.conftest import Town

DECEMBER = {"span": "month", "from_on": "2026-11-23", "to_on": "2026-12-01"}


def team_with_a_morning(town: Town) -> int:
    """The id of a team that holds one thing, on Saturday 28 November."""
    with transaction() as session:
        team = factories.team(session, town.here)
        factories.activity(session, town.here, team_id=team.id)
        return team.id


def test_it_is_shown_made_once_and_taken_back(town: Town) -> None:
    team_id = team_with_a_morning(town)
    asked = "&".join(f"{name}={value}" for name, value in DECEMBER.items())
    shown = town.coordinator.get(f"/teams/{team_id}/copy-preview?{asked}").json
    assert (shown["to_on"], shown["to_until_on"]) == ("2026-12-01", "2026-12-31")
    [date] = shown["items"][0]["dates"]
    assert (date["on"], date["outlook"], date["clash"]) == ("2026-12-26", "new", "")

    path = f"/teams/{team_id}/copies"
    made = town.coordinator.post(path, {**DECEMBER, "dates": [{"series_id": date["series_id"], "on": date["on"]}]})
    assert (made.status, made.json["dates"], len(made.json["activity_ids"])) == (201, 1, 1)
    draft = town.coordinator.get(f"/activities/{made.json['activity_ids'][0]}").json
    assert (draft["state"], draft["team_id"], draft["series"][0]["from_on"]) == ("draft", team_id, "2026-12-26")
    again = town.coordinator.post(path, DECEMBER)
    assert (again.status, again.json["type"].rpartition("-")[0]) == (409, "/api/v1/docs#problem-nothing-to")
    copy = f"/copies/{made.json['id']}"
    assert [town.coordinator.delete(copy).status for _twice in range(2)] == [204, 204]
    assert town.coordinator.get(f"/activities/{draft['id']}").status == 404


def test_nobody_else_comes_near_it(town: Town) -> None:
    team_id = team_with_a_morning(town)
    made = town.coordinator.post(f"/teams/{team_id}/copies", DECEMBER).json
    for who in (town.stranger, town.volunteer):
        assert who.get(f"/teams/{team_id}/copy-preview?span=month&from_on=2026-11-01&to_on=2026-12-01").status == 404
        assert who.post(f"/teams/{team_id}/copies", DECEMBER).status == 404
        assert who.delete(f"/copies/{made['id']}").status == 404
    assert town.coordinator.get(f"/activities/{made['activity_ids'][0]}").status == 200


def test_what_is_wrong_says_where(town: Town) -> None:
    path = f"/teams/{team_with_a_morning(town)}/copies"
    for wrong in ({"to_on": "2026-11-30"}, {"span": "year"}, {"from_on": "neulich"}, {"dates": [{"on": "2026-12-26"}]}):
        refused = town.coordinator.post(path, DECEMBER | wrong)
        assert refused.status == 422
        assert next(iter(refused.json["errors"])).partition(".")[0] == next(iter(wrong))
