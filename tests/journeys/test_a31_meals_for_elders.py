"""A31 老年人日间照料中心 (桐本北路社区): "新增70平方米餐厅正式营业".

At noon on workdays somebody dishes up and somebody sits with the elders. Who touches food has a health certificate that
is valid on that day; who sits at the table needs none. Who eats there is written down nowhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.calendars.days import NATIONAL
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A31")

NOW = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
TODAY, SATURDAY = date(2026, 9, 28), date(2026, 10, 10)
DESK = "13900009103"
MEAL = "日间照料中心助餐"


@pytest.fixture(scope="module")
def meals(town: Town) -> dict[date, Any]:
    """Every noon that has its date, by day."""
    found = [shift for shift in town.api(DESK).items("shifts") if shift["title"] == MEAL]
    return {datetime.fromisoformat(shift["starts_at"]).date(): shift for shift in found}


@pytest.fixture(scope="module")
def certificates(town: Town) -> dict[int, Any]:
    """The health certificates of the community's people, by whose they are."""
    desk = town.api(DESK)
    people = [desk.get(f"volunteers/{one['id']}") for one in desk.items("volunteers")]
    held = {one["id"]: [q for q in one["qualifications"] if q["kind"] == "food_handler"] for one in people}
    return {who: papers[0] for who, papers in held.items() if papers}


def put(town: Town, who: int, meal: Any, role: str, *, expect: int) -> Any:
    """The coordinator types for somebody who came to the window."""
    wanted = next(r["id"] for r in meal["roles"] if r["name"] == role)
    asked = {"shift_role_id": wanted, "volunteer_id": who, "asked_by": "本人", "asked_how": "in_person"}
    return town.api(DESK).send("POST", f"shifts/{meal['id']}/signups", asked, expect=expect)


def test_helpers_are_wanted_at_noon_on_every_workday_the_worked_saturday_too(meals: dict[date, Any]) -> None:
    days = [TODAY + timedelta(days=n) for n in range(21)]
    assert [day for day in days if day in meals] == [day for day in days if NATIONAL.is_workday(day)]
    assert SATURDAY in meals
    assert {(meal["starts_at"][11:16], meal["ends_at"][11:16]) for meal in meals.values()} == {("10:30", "12:30")}


def test_five_people_have_a_certificate_and_one_of_them_has_run_out(certificates: dict[int, Any]) -> None:
    assert len(certificates) == 5
    assert [paper["valid_until"] < TODAY.isoformat() for paper in certificates.values()].count(True) == 1


def test_whose_certificate_has_run_out_does_not_dish_up_but_may_sit_with_them(
    town: Town, meals: dict[date, Any], certificates: dict[int, Any]
) -> None:
    lapsed = next(who for who, paper in certificates.items() if paper["valid_until"] < TODAY.isoformat())
    refused = put(town, lapsed, meals[SATURDAY], "打饭", expect=409)
    assert [reason["code"] for reason in refused["reasons"]] == ["qualification_expired"]
    assert put(town, lapsed, meals[SATURDAY], "陪餐", expect=201)["state"] == "confirmed"


def test_who_has_none_does_not_dish_up(town: Town, meals: dict[date, Any], certificates: dict[int, Any]) -> None:
    other = next(one["id"] for one in town.api(DESK).items("volunteers") if one["id"] not in certificates)
    refused = put(town, other, meals[SATURDAY], "打饭", expect=409)
    assert ("qualification_missing", "food_handler") in [
        (reason["code"], reason["details"].get("kind")) for reason in refused["reasons"]
    ]


def test_who_has_one_that_is_valid_that_day_dishes_up(
    town: Town, meals: dict[date, Any], certificates: dict[int, Any]
) -> None:
    valid = next(who for who, paper in certificates.items() if paper["valid_until"] > str(SATURDAY))
    assert put(town, valid, meals[SATURDAY], "打饭", expect=201)["state"] == "confirmed"


def test_of_those_who_eat_there_nothing_is_kept(town: Town, meals: dict[date, Any]) -> None:
    """Neither role is a diner's, and nobody but the helpers is on the day."""
    meal = town.api(DESK).get(f"shifts/{meals[SATURDAY]['id']}")
    assert [role["name"] for role in meal["roles"]] == ["打饭", "陪餐"]
