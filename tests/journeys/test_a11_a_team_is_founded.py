"""A11 培育志愿组织: a new team is a draft until the residents' committee has agreed (志愿服务条例 art. 42).

A coordinator founds a team and writes down what it will do. Before the committee agrees nobody sees it; afterwards
volunteers sign up.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.town import Town

pytestmark = pytest.mark.need("A11")

DESK, COMMITTEE, NEIGHBOUR = "13900009202", "13900009000", "13900000021"


@pytest.fixture(scope="module")
def founded(town: Town) -> Any:
    """The team as its coordinator founded it."""
    area_id = town.api(DESK).items("activities")[0]["area_id"]
    return town.api(DESK).send("POST", "teams", {"area_id": area_id, "name": "建设路护绿队"})


@pytest.fixture(scope="module")
def planned(town: Town, founded: Any) -> Any:
    """What the team will do, written down."""
    return town.api(DESK).send(
        "POST",
        "activities",
        {
            "area_id": founded["area_id"],
            "team_id": founded["id"],
            "title": "冬青修剪",
            "mode": "instant",
            "contact_name": "陈协调",
            "contact_phone": "0371-64352020",
            "roles": [{"name": "修剪", "min_needed": 2, "max_needed": 6}],
            "dates": [{"on": "2026-12-05", "starts": "09:00", "ends": "11:00"}],
        },
    )


def test_a_new_team_is_a_draft(founded: Any) -> None:
    assert founded["state"] == "draft"


def test_before_the_committee_agrees_its_work_is_not_published(town: Town, planned: Any) -> None:
    refused = town.api(DESK).send("PUT", f"activities/{planned['id']}/publication", expect=422)
    assert refused["errors"]["team"]
    assert town.api(NEIGHBOUR).ask("GET", f"activities/{planned['id']}").status_code == 404


def test_its_coordinator_does_not_agree_in_the_committees_name(town: Town, founded: Any) -> None:
    assert town.api(DESK).ask("PUT", f"teams/{founded['id']}/approval").status_code == 403
    assert town.api(DESK).get(f"teams/{founded['id']}")["state"] == "draft"


def test_once_it_agrees_volunteers_sign_up(town: Town, founded: Any, planned: Any) -> None:
    town.api(COMMITTEE).send("PUT", f"teams/{founded['id']}/approval", expect=200)
    assert town.api(DESK).get(f"teams/{founded['id']}")["state"] == "active"
    town.api(DESK).send("PUT", f"activities/{planned['id']}/publication", expect=200)
    shift = next(one for one in town.api(DESK).items("shifts") if one["activity_id"] == planned["id"])
    asked = town.api(NEIGHBOUR).send(
        "POST", f"shifts/{shift['id']}/signups", {"shift_role_id": shift["roles"][0]["id"]}
    )
    assert asked["state"] == "confirmed"
