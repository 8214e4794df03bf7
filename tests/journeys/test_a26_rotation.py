"""A26 “轮流看护‘大家’的门” (文化街社区): from tonight 18:00 on, day and night, fifteen households take turns.

The coordinator telephones round at half past four; everybody is asked within minutes, and everybody knows why it is his
turn. A guard falls ill, another steps in; who leaves writes what who comes must know; and one day it is over.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from service.calendars.rules import local
from service.db import transaction
from service.notifications.models import Notification
from service.terms import NotificationKind
from service.volunteers.models import Volunteer
from tests.journeys.town import Town

pytestmark = [pytest.mark.need("A26"), pytest.mark.timeout(900)]

#: Monday, half past four in the afternoon.
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
TONIGHT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DESK, ELSEWHERE = "13900009104", "13900009205"
ELDER = date(1952, 3, 1)
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩", ("立春", "谷雨")
GATE: dict[str, Any] = {
    "until_on": "2026-12-21",
    "block_hours": 6,
    "people": 2,
    "stand_bys": 1,
    "is_automatic": True,
}


def households(town: Town, area_id: int) -> list[dict[str, Any]]:
    """Fifteen households of two come to the window and agree to take turns; of five, one is over sixty."""
    desk = town.api(DESK)
    parties = []
    for number, surname in enumerate(SURNAMES, start=1):
        people = []
        for given in GIVEN:
            is_old = given == "谷雨" and number <= 5
            person = {
                "area_id": area_id,
                "name": surname + given,
                "phone": f"1380000{number:02d}{GIVEN.index(given)}{number % 10}",
                "birth_on": ELDER.isoformat() if is_old else "1985-03-01",
                "agrees": True,
            }
            people.append(desk.send("POST", "volunteers", person)["id"])
        parties.append({"volunteer_ids": people, "name": f"{number}号{surname}家"})
    return parties


@pytest.fixture(scope="module")
def gate(town: Town) -> dict[str, Any]:
    """The gate, opened at half past four for six o'clock; everybody has been asked and has said yes."""
    desk = town.api(DESK)
    area = next(one for one in desk.items("areas") if one["name"] == "文化街社区")
    opened = desk.send(
        "POST",
        "rotations",
        {
            **GATE,
            "area_id": area["id"],
            "place_id": area["id"],
            "title": "看好“大家”的门",
            "starts_at": TONIGHT.isoformat(),
            "contact_name": "陈协调",
            "contact_phone": "0371-64350001",
            "parties": households(town, area["id"]),
        },
    )
    town.settle()
    for place in (*places(town, opened), *places(town, opened, standing_by=True)):
        desk.send("POST", f"assignments/{place['id']}/answers", {"reply": "accept"})
    town.settle()
    return dict(desk.get(f"rotations/{opened['id']}"))


def places(town: Town, gate: dict[str, Any], *, standing_by: bool = False) -> list[dict[str, Any]]:
    """Every place of the gate that somebody holds, or in which somebody stands by, by start."""
    return sorted(
        (
            place
            for state in ("offered", "confirmed")
            for place in town.api(DESK).items("assignments", state=state)
            if place["activity_id"] == gate["activity_id"] and place["is_stand_by"] == standing_by
        ),
        key=lambda place: (place["starts_at"], place["id"]),
    )


def test_every_block_of_28_days_has_two_and_every_household_as_much_as_the_others(
    town: Town, gate: dict[str, Any]
) -> None:
    held = places(town, gate)
    blocks = Counter(place["starts_at"] for place in held)
    assert len(blocks) == 112
    assert set(blocks.values()) == {2}
    assert datetime.fromisoformat(min(blocks)) == TONIGHT
    had = [party["blocks"] for party in gate["parties"]]
    assert len(had) == 15
    assert max(had) - min(had) <= 1


def test_nobody_is_without_rest_and_no_elder_is_up_at_night(town: Town, gate: dict[str, Any]) -> None:
    with transaction() as session:
        born = dict(session.execute(select(Volunteer.id, Volunteer.birth_on)).all())
    by_person: dict[int, list[tuple[datetime, datetime]]] = {}
    for place in places(town, gate):
        starts, ends = (local(datetime.fromisoformat(place[name])) for name in ("starts_at", "ends_at"))
        by_person.setdefault(place["volunteer_id"], []).append((starts, ends))
        if born[place["volunteer_id"]] == ELDER:
            assert starts.hour in (6, 12)
    assert any(born[who] == ELDER for who in by_person), "in daylight they have their turns"
    for mine in by_person.values():
        for (starts, ends), (again, _) in pairwise(mine):
            assert again - ends >= timedelta(hours=8 if starts.hour in (6, 12) else 12)


def test_who_is_next_and_why_stands_on_the_coordinators_page_and_nowhere_else(town: Town, gate: dict[str, Any]) -> None:
    page = town.browser(DESK).open(f"/co/rotations/{gate['id']}")
    assert "下面轮到谁，为什么" in page
    assert "没有人比这少" in page
    assert "1号赵家" in page
    paper = town.browser(DESK).open(f"/co/rotations/{gate['id']}/paper")
    assert "赵立春" not in paper, "names on the gate are masked"
    assert town.api(ELSEWHERE).ask("GET", f"rotations/{gate['id']}").status_code == 404


def test_a_guard_falls_ill_and_another_household_steps_in_while_nobody_else_moves(
    town: Town, gate: dict[str, Any]
) -> None:
    before = {place["id"]: place["volunteer_id"] for place in places(town, gate)}
    ill = places(town, gate)[20]
    town.api(DESK).send("POST", f"assignments/{ill['id']}/answers", {"reply": "decline", "reason": "发烧了"})
    town.api(DESK).send("POST", f"rotations/{gate['id']}/deals", {}, expect=202)
    town.settle()
    after = {place["id"]: place for place in places(town, gate)}
    [new] = [after[place_id] for place_id in after.keys() - before.keys()]
    assert new["starts_at"] == ill["starts_at"]
    assert new["volunteer_id"] != ill["volunteer_id"]
    assert before.keys() - after.keys() == {ill["id"]}
    town.api(DESK).send("POST", f"assignments/{new['id']}/answers", {"reply": "accept"})


def test_beside_every_block_a_third_neighbour_stands_by_and_comes_when_a_guard_does_not(
    town: Town, gate: dict[str, Any]
) -> None:
    beside = {place["shift_id"]: place["volunteer_id"] for place in places(town, gate, standing_by=True)}
    held = places(town, gate)
    assert beside.keys() == {place["shift_id"] for place in held}
    assert "（候备）" in town.browser(DESK).open(f"/co/rotations/{gate['id']}")
    ill = next(place for place in held if datetime.fromisoformat(place["starts_at"]) == TONIGHT + timedelta(hours=6))
    town.api(DESK).send("POST", f"assignments/{ill['id']}/answers", {"reply": "decline", "reason": "摔了一跤"})
    town.settle()
    town.turn_to(NOW + timedelta(minutes=20))
    phone = phone_of(town, beside[ill["shift_id"]])
    [asked] = town.api(phone).items("invitations", mine="true", state="asked")
    assert asked["shift_id"] == ill["shift_id"]
    town.api(phone).send("POST", f"invitations/{asked['id']}/answers", {"reply": "accept"})
    town.settle()
    guards = {place["volunteer_id"] for place in places(town, gate) if place["shift_id"] == ill["shift_id"]}
    assert beside[ill["shift_id"]] in guards
    assert len(guards) == 2


def test_who_leaves_writes_what_who_comes_must_know(town: Town, gate: dict[str, Any]) -> None:
    held = places(town, gate)
    first, second = held[0], held[2]
    town.turn_to(TONIGHT + timedelta(hours=7))
    guard, follower = (town.browser(phone_of(town, place["volunteer_id"])) for place in (first, second))
    notes = f"/me/hand-over/{first['shift_id']}"
    assert notes in guard.open("/me")
    guard.open(notes)
    assert "写好了" in guard.send(notes, words="钥匙在门卫室；三单元夜里有人要去医院")
    assert "三单元夜里有人要去医院" in follower.open(f"/me/hand-over/{second['shift_id']}")
    address = f"shifts/{second['shift_id']}/hand-over-notes"
    assert town.api(ELSEWHERE).ask("GET", address).status_code == 404


def phone_of(town: Town, volunteer_id: int) -> str:
    """The number the coordinator has of somebody; her look is written down."""
    why = {"why": "问能不能来"}
    return str(town.api(DESK).send("POST", f"volunteers/{volunteer_id}/phone-looks", why)["phone"])


def test_one_day_it_is_over_and_exactly_those_with_a_turn_ahead_are_told(town: Town, gate: dict[str, Any]) -> None:
    town.turn_to(TONIGHT + timedelta(days=1, hours=9))
    held = places(town, gate)
    ahead = [place for place in held if datetime.fromisoformat(place["starts_at"]) > town.now()]
    desk = town.browser(DESK)
    desk.open(f"/co/rotations/{gate['id']}/close")
    assert "谢谢大家" in desk.send(f"/co/rotations/{gate['id']}/close", reason="不用看了，谢谢大家")
    town.settle()
    with transaction() as session:
        told = select(Notification.volunteer_id).where(Notification.kind == NotificationKind.SHIFT_CANCELLED)
        assert set(session.scalars(told)) == {place["volunteer_id"] for place in ahead}
    kept = {place["id"] for place in places(town, gate)}
    assert kept == {place["id"] for place in held} - {place["id"] for place in ahead} != set()
    assert town.api(DESK).get(f"rotations/{gate['id']}")["close_reason"] == "不用看了，谢谢大家"
