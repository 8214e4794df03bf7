"""A30 楼院卫生 "定期检查、随时抽查" (陇海路社区): a spot check that nobody knows of beforehand.

A coordinator writes down who goes. Until two hours before, nobody else can find out: not by the pages, not by programs,
not by the calendar, the board of who is on duty, the poster. Then she who goes is asked, and only she.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service import links
from service.db import transaction
from service.notifications.models import Notification
from service.volunteers import actions as volunteers
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A30")

#: Monday 27 April 2026, ten in the morning; the check is on Thursday at nine.
NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
STARTS = datetime(2026, 4, 30, 1, 0, tzinfo=UTC)
DESK, HER, OTHER, ELSEWHERE = "13900009202", "13900000001", "13900000021", "13900009205"
TITLE = "卫生突击检查"


@pytest.fixture(scope="module")
def check(town: Town) -> Any:
    """The shift of the check, for which somebody is meant."""
    desk = town.api(DESK)
    area = next(one for one in desk.items("areas", kind="community") if one["name"] == "杜甫路社区")
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": area["id"],
            "title": TITLE,
            "mode": "rota",
            "contact_name": "晏清晨",
            "contact_phone": "0371-64352020",
            "reveal_before": 120,
            "roles": [{"name": "检查员", "min_needed": 1, "max_needed": 2}],
            "dates": [{"on": "2026-04-30", "starts": "09:00", "ends": "10:00"}],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    [shift] = desk.items("shifts", activity_id=made["id"])
    pencil(town, shift)
    town.settle()
    return shift


def pencil(town: Town, shift: Any) -> None:
    """The coordinator writes down who goes, and presses the button too early."""
    role, her = shift["roles"][0]["id"], town.api(HER).get("me")["volunteer_id"]
    desk, activity = town.browser(DESK), f"/co/activities/{shift['activity_id']}"
    desk.open(activity)
    desk.send(f"/co/roles/{role}/people", volunteer_id=str(her))
    assert "草案" in desk.open(f"{activity}?on=2026-04-30")
    desk.send(f"{activity}/drafts/publish", on="2026-04-27")


def places(town: Town, who: str = HER) -> list[Any]:
    return [one for one in town.api(who).items("assignments", mine="true") if one["title"] == TITLE]


def was_written_to(assignment_id: int) -> bool:
    with transaction() as session:
        return session.query(Notification).filter(Notification.key == f"offered:{assignment_id}").count() == 1


def test_coordinators_see_it_marked_and_who_is_meant(town: Town, check: Any) -> None:
    page = town.browser(DESK).open(f"/co/activities/{check['activity_id']}?on=2026-04-30")
    assert "突击检查，别人看不到" in page
    assert "草案" in page, "pressing the button did not tell her"
    assert town.api(DESK).get(f"shifts/{check['id']}")["id"] == check["id"]


@pytest.mark.parametrize("who", [HER, OTHER, ELSEWHERE])
def test_no_program_finds_it(town: Town, check: Any, who: str) -> None:
    caller, activity_id = town.api(who), check["activity_id"]
    asked = {"shift_role_id": check["roles"][0]["id"]}
    assert caller.ask("GET", f"shifts/{check['id']}").status_code == 404
    assert caller.ask("GET", f"activities/{activity_id}").status_code == 404
    assert caller.ask("GET", f"shifts/{check['id']}/signups").status_code == 404
    assert caller.items("shifts", activity_id=activity_id, area_id=check["area_id"]) == []
    assert TITLE not in {one["title"] for one in caller.items("activities", area_id=check["area_id"])}
    assert TITLE not in str(caller.items("shifts", area_id=check["area_id"]))
    duty = caller.get(f"areas/{check['area_id']}/duty", on="2026-04-30")
    assert TITLE not in str(duty)
    assert places(town, who) == []
    if who != ELSEWHERE:
        assert caller.ask("POST", f"shifts/{check['id']}/signups", json=asked).status_code == 404
        assert caller.ask("POST", f"shifts/{check['id']}/stand-bys", json=asked).status_code == 409
        assert caller.ask("POST", "watches", json={"activity_id": activity_id}).status_code in (404, 422)


@pytest.mark.parametrize("who", [HER, OTHER])
def test_no_page_shows_it(town: Town, check: Any, who: str) -> None:
    reader = town.browser(who)
    for path in ("/", "/me", f"/areas/{check['area_id']}/today?on=2026-04-30", f"/?area={check['area_id']}"):
        assert TITLE not in reader.open(path), path
    for path in (f"/a/{check['activity_id']}", f"/signup/{check['id']}", f"/shifts/{check['id']}/stand-by"):
        reader.open(path)
        assert reader.status == 404, path


def test_neither_her_calendar_nor_any_paper_tells(town: Town, check: Any) -> None:
    her = town.api(HER).get("me")["volunteer_id"]
    with transaction() as session:
        feed = volunteers.open_feed(session, volunteer_id=her, now=NOW)
        address = links.feed_link(her, epoch=feed.epoch)
    calendar = town.client.get(address.removeprefix("http://localhost"))
    assert calendar.status_code == 200
    assert TITLE not in calendar.text
    desk = town.browser(DESK)
    assert TITLE not in desk.open("/co/handouts?on=2026-04-27")
    for paper in ("poster", "print"):
        desk.open(f"/co/activities/{check['activity_id']}/{paper}")
        assert desk.status == 404, "nobody hangs it up by mistake"


def test_nobody_is_sought_for_it_and_nobody_typed_in_before_its_time(town: Town, check: Any) -> None:
    role, desk = check["roles"][0]["id"], town.api(DESK)
    assert desk.ask("POST", "backfills", json={"shift_role_id": role}).status_code == 409
    asked = {
        "shift_role_id": role,
        "volunteer_id": town.api(HER).get("me")["volunteer_id"],
        "asked_by": "本人",
        "asked_how": "phone",
    }
    assert desk.ask("POST", f"shifts/{check['id']}/signups", json=asked).status_code == 404


def test_two_hours_before_she_is_asked_and_only_she(town: Town, check: Any) -> None:
    town.turn_to(STARTS - timedelta(hours=2, minutes=1))
    assert places(town) == []
    town.turn_to(STARTS - timedelta(hours=2) + timedelta(minutes=1))
    [place] = places(town)
    assert place["state"] == "offered"
    assert was_written_to(place["id"])
    assert TITLE in town.browser(HER).open("/me")
    assert TITLE not in town.browser(OTHER).open("/")
    said = town.api(HER).send("POST", f"assignments/{place['id']}/answers", {"reply": "accept"})
    assert said["state"] == "confirmed"


def test_what_everybody_knows_becomes_no_secret_any_more(town: Town, check: Any) -> None:
    desk = town.api(DESK)
    known = next(one for one in desk.items("activities") if one["state"] == "published" and not one["reveal_before"])
    version = desk.ask("GET", f"activities/{known['id']}").headers["ETag"]
    changed = town.client.patch(
        f"/api/v1/activities/{known['id']}",
        json={"reveal_before": 60},
        headers={"Authorization": f"Bearer {desk.token}", "If-Match": version},
    )
    assert changed.status_code == 422
