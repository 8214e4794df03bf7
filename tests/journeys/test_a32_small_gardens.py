"""A32 小游园维护 (陇海路社区): "龙泉花园共有3个小游园"; and what is planted when it is time to plant.

The courtyard is a site with three parts, each with its own people; they are tended on Saturdays in their season, which
the rule says once: in winter nobody is sought, in March it begins again by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service.calendars.rules import local
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A32")

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
DESK = "13900009206"
SEASON = "FREQ=WEEKLY;BYDAY=SA;BYMONTH=3,4,5,6,9,10,11"


@pytest.fixture(scope="module")
def gardens(town: Town) -> list[Any]:
    """The three gardens within 龙泉花园."""
    desk = town.api(DESK)
    courtyard = next(one for one in desk.items("areas", kind="courtyard") if one["name"] == "龙泉花园")
    return [one for one in desk.items("areas", below=courtyard["id"]) if one["kind"] == "site"]


@pytest.fixture(scope="module")
def upkeep(town: Town, gardens: list[Any]) -> dict[str, Any]:
    """What is published for each, by the garden's name."""
    desk, made = town.api(DESK), {}
    for garden in gardens:
        activity = desk.send(
            "POST",
            "activities",
            {
                "area_id": garden["id"],
                "place_id": garden["id"],
                "title": f"{garden['name']}养护",
                "mode": "instant",
                "contact_name": "车谷雨",
                "contact_phone": "0371-64352060",
                "roles": [{"name": "养护", "min_needed": 2, "max_needed": 4}],
                "dates": [
                    {
                        "rule": SEASON,
                        "from_on": "2026-11-16",
                        "until_on": None,
                        "starts": "08:30",
                        "ends": "10:30",
                        "day_rule": "not_holidays",
                    }
                ],
            },
        )
        desk.send("PUT", f"activities/{activity['id']}/publication", expect=200)
        made[garden["name"]] = activity
    return made


def days(town: Town, activity: Any) -> list[str]:
    """On which dates it is held, as far as they are laid out."""
    shifts = town.api(DESK).items("shifts", activity_id=activity["id"])
    return [str(local(datetime.fromisoformat(shift["starts_at"])).date()) for shift in shifts]


def test_the_courtyard_has_its_three_gardens(gardens: list[Any]) -> None:
    assert [garden["name"] for garden in gardens] == ["东小游园", "中小游园", "西小游园"]


def test_each_is_tended_by_itself(town: Town, upkeep: dict[str, Any], gardens: list[Any]) -> None:
    for garden in gardens:
        shifts = town.api(DESK).items("shifts", activity_id=upkeep[garden["name"]]["id"])
        assert {shift["place_id"] for shift in shifts} == {garden["id"]}


def test_the_last_saturdays_of_november_and_none_in_december(town: Town, upkeep: dict[str, Any]) -> None:
    for activity in upkeep.values():
        assert days(town, activity) == ["2026-11-21", "2026-11-28"]


def test_in_march_it_begins_again_by_itself(town: Town, upkeep: dict[str, Any]) -> None:
    town.turn_to(datetime(2027, 2, 16, 2, 0, tzinfo=UTC))
    town.callers.clear()  # a token does not last from autumn to spring
    for activity in upkeep.values():
        assert days(town, activity) == ["2027-03-06", "2027-03-13", "2027-03-20"]


def test_nobody_else_publishes_there(town: Town, gardens: list[Any]) -> None:
    answer = town.api("13900009205").ask(
        "POST",
        "activities",
        json={
            "area_id": gardens[0]["id"],
            "title": "别处的活动",
            "mode": "instant",
            "contact_name": "盛听泉",
            "contact_phone": "0371-64352050",
            "roles": [{"name": "养护", "min_needed": 2, "max_needed": 4}],
            "dates": [{"on": "2027-03-06", "starts": "08:30", "ends": "10:30"}],
        },
    )
    assert answer.status_code == 422
    assert list((answer.json or {})["errors"]) == ["area_id"]
