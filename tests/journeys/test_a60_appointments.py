"""A60 义诊 (人民路社区): two doctors in two rooms see elders, ten minutes each; one of them cancels.

An elder is no volunteer and need not become one: she has a slot, by the web, by telephone or on paper, and nothing is
kept of why she comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from service import secrets
from service.appointments.models import Appointment
from service.db import transaction
from service.links import appointment_token
from service.notifications.models import Notification
from service.volunteers.models import Volunteer
from tests.browsing import Person, last_code
from tests.journeys.test_a12_one_plus_n import LASTING
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A60")

DESK, ELSEWHERE, OTHER_DOCTOR = "13900009205", "13900009202", "13900000013"
ELDER, COUPLE = "13911110001", "13911110002"


@dataclass(frozen=True)
class Clinic:
    """The clinic of 12 December, and its places for doctors."""

    shift: Any
    role_id: int
    address: str


@pytest.fixture(scope="module")
def clinic(town: Town) -> Clinic:
    desk = town.api(DESK)
    community = next(one["id"] for one in desk.items("areas", kind="community") if one["name"] == "人民路社区")
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": community,
            "title": "专家义诊",
            "mode": "instant",
            "contact_name": "安望舒",
            "contact_phone": "0371-64352050",
            "roles": [
                {"name": "医生", "min_needed": 1, "max_needed": 2, "requires": ["doctor"]},
                {"name": "引导员", "min_needed": 1, "max_needed": 2},
            ],
            "dates": [{"on": "2026-12-12", "starts": "09:00", "ends": "10:00"}],
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    [role] = [one for one in made["roles"] if one["name"] == "医生"]
    rules = {"slot_minutes": 10, "rooms": ["诊室一", "诊室二"], "is_private": False}
    path = f"activities/{made['id']}/roles/{role['id']}/consultation"
    assert desk.send("PUT", path, rules, expect=200)["rooms"] == ["诊室一", "诊室二"]
    [shift] = desk.items("shifts", activity_id=made["id"])
    role_id = next(one["id"] for one in shift["roles"] if one["name"] == "医生")
    return Clinic(shift, role_id, f"shifts/{shift['id']}/appointments")


@pytest.fixture(scope="module")
def doctors(town: Town, clinic: Clinic) -> dict[str, Any]:
    """Both have said yes: each sits in a room, in the order in which they did."""
    asked = {}
    for phone in (LASTING, OTHER_DOCTOR):
        body = {"shift_role_id": clinic.role_id}
        asked[phone] = town.api(phone).send("POST", f"shifts/{clinic.shift['id']}/signups", body)
        town.settle()
    return asked


def slots(town: Town, clinic: Clinic, phone: str = DESK) -> dict[tuple[int, int], Any]:
    """Every slot as this person reads it, by room and number."""
    return {(one["room"], one["slot"]): one for one in town.api(phone).get(clinic.address)["items"]}


def told(phone: str) -> list[str]:
    """What was sent to this number, oldest first."""
    with transaction() as session:
        rows = session.scalars(
            select(Notification)
            .where(Notification.phone_sealed.is_not(None), Notification.text.is_not(None))
            .order_by(Notification.id)
        )
        return [one.text or "" for one in rows if secrets.unseal(one.phone_sealed or b"") == f"+86{phone}"]


def by_web(clinic: Clinic, phone: str, *, name: str, slot: str) -> str:
    """An elder with nothing but a telephone: two screens and the code."""
    she = Person()
    page = she.open(f"/book/{clinic.role_id}")
    assert "不问您来看什么，也不记" in page
    page = she.send(f"/book/{clinic.role_id}", slot=f"{clinic.role_id}-{slot}", name=name, phone=phone)
    assert "验证码已发到" in page
    return she.send(she.path, code=last_code())


def test_nothing_can_be_booked_before_a_doctor_has_said_yes(town: Town, clinic: Clinic) -> None:
    assert {one["is_free"] for one in slots(town, clinic).values()} == {False}
    assert "约满了，或者还没有人坐诊" in Person().open(f"/a/{clinic.shift['activity_id']}")
    body = {"shift_role_id": clinic.role_id, "room": 0, "slot": 0, "name": "冯立夏", "phone": None}
    refused = town.api(DESK).send("POST", clinic.address, body, expect=409)
    assert refused["code"] == "no_slot"


def test_an_elder_books_on_the_web_and_is_registered_nowhere(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    assert sum(one["is_free"] for one in slots(town, clinic).values()) == 12, "six slots in each of two rooms"
    assert "（还有12个时间）" in Person().open(f"/a/{clinic.shift['activity_id']}")
    with transaction() as session:
        before = session.scalars(select(Volunteer.id)).all()
    assert "给您约好了，到时候请直接来" in by_web(clinic, ELDER, name="冯立夏", slot="0-0")
    town.settle()
    [text_sent] = told(ELDER)[-1:]
    assert "专家义诊，12月12日（星期六）上午9:00，诊室一" in text_sent
    assert "冯立夏" not in text_sent
    with transaction() as session:
        assert session.scalars(select(Volunteer.id)).all() == before
    taken = Person()
    taken.open(f"/book/{clinic.role_id}")
    page = taken.send(f"/book/{clinic.role_id}", slot=f"{clinic.role_id}-0-0", name="别人", phone=COUPLE)
    assert taken.status == 422
    assert "请从列出的里面选一个" in page


def test_who_has_no_such_telephone_books_by_the_coordinator_and_on_paper(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    desk = town.api(DESK)
    body = {"shift_role_id": clinic.role_id, "room": 0, "slot": 1}
    landline = {"name": "褚小暑", "phone": "0371-64350001", "asked_how": "phone"}
    made = desk.send("POST", clinic.address, {**body, **landline})
    assert (made["state"], made["name"], made["has_mobile"]) == ("booked", "褚**", False)
    on_paper = {**body, "slot": 2, "name": "卫大寒", "phone": None, "asked_how": "paper"}
    assert desk.send("POST", clinic.address, on_paper)["has_mobile"] is False
    assert desk.send("POST", clinic.address, on_paper, expect=409)["code"] == "taken"
    assert desk.send("POST", clinic.address, {**on_paper, "slot": 3, "note": "头晕"}, expect=422), "no field for it"
    browser = town.browser(DESK)
    page = browser.open(f"/co/shifts/{clinic.shift['id']}/appointments")
    assert "没有电话，请上门告诉" in page
    assert "卫大寒" not in page, "masked at the desk"
    browser.send(
        f"/co/shifts/{clinic.shift['id']}/appointments/book",
        slot=f"{clinic.role_id}-1-5",
        name="蒋寒露",
        phone=COUPLE,
        asked_how="in_person",
    )
    assert "给蒋**约好了" in browser.text


def test_the_doctor_reads_who_comes_to_her_and_nobody_elsewhere_reads_anything(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    hers = slots(town, clinic, LASTING)
    assert hers[0, 0]["appointment"]["name"] == "冯立夏"
    assert (hers[1, 5]["is_taken"], hers[1, 5]["appointment"]) == (True, None), "another doctor's"
    for phone in (ELSEWHERE, "13900000021"):
        seen = slots(town, clinic, phone)
        assert {one["appointment"] for one in seen.values()} == {None}
        one = slots(town, clinic)[0, 0]["appointment"]["id"]
        for method, path in (("DELETE", f"appointments/{one}"), ("POST", f"appointments/{one}/phone-looks")):
            town.api(phone).send(method, path, {"why": "想看看"} if method == "POST" else None, expect=404)
    assert town.browser("13900000021").client.get(f"/me/appointments/{clinic.shift['id']}").status_code == 404
    assert "冯立夏" in town.browser(LASTING).open(f"/me/appointments/{clinic.shift['id']}")


def test_the_list_at_the_door_has_masked_names_and_no_numbers(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    page = town.browser(DESK).open(f"/co/shifts/{clinic.shift['id']}/appointments/paper")
    assert "冯**" in page
    for hidden in ("冯立夏", ELDER, "13911", "64350001"):
        assert hidden not in page
    with transaction() as session:
        looks = session.execute(
            text("SELECT count(*) FROM audit_entry WHERE verb = 'printed_appointments' AND subject_id = :id"),
            {"id": clinic.shift["id"]},
        ).scalar_one()
    assert looks == 1


def test_the_doctor_cancels_and_each_has_the_same_time_next_door_or_the_next_one(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    town.api(LASTING).send("POST", f"signups/{doctors[LASTING]['id']}/withdrawals")
    town.turn_to(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    now = slots(town, clinic)
    assert not [one for one in now.values() if one["room"] == 0 and (one["is_taken"] or one["is_free"])]
    moved = {number: now[1, number]["appointment"] for number in (0, 1, 2)}
    assert [one["state"] for one in moved.values()] == ["offered"] * 3
    text_sent = told(ELDER)[-1]
    assert "您约的专家义诊原来那个时候不行了，给您另外留了12月12日（星期六）上午9:00，诊室二" in text_sent
    link = re.search(r"http://localhost(/appointments/\S+)", text_sent)
    assert link is not None
    she = Person()
    assert "给您另外留了这个时间，行吗？" in she.open(link[1])
    assert "给您约好了" in she.send(link[1], reply="accept")
    assert slots(town, clinic)[1, 0]["appointment"]["state"] == "booked"
    assert slots(town, clinic)[1, 5]["appointment"]["state"] == "booked", "who was next door keeps her time"


def test_whom_no_text_reaches_is_called_and_the_look_at_her_number_is_written_down(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    browser, desk = town.browser(DESK), town.api(DESK)
    page = browser.open("/co/calls")
    assert "褚**" in page
    assert "卫**" in page
    assert "冯**" not in page
    one = slots(town, clinic)[1, 1]["appointment"]
    assert desk.send("POST", f"appointments/{one['id']}/phone-looks", {}, expect=422)
    number = desk.send("POST", f"appointments/{one['id']}/phone-looks", {"why": "告诉改了时间"})
    assert number["phone"] == "+8637164350001"
    with transaction() as session:
        verbs = session.execute(text("SELECT verb FROM audit_entry WHERE subject_kind = 'appointment' ORDER BY id"))
        assert "looked_at_appointment_phone" in verbs.scalars().all()
    assert desk.send("POST", f"appointments/{one['id']}/answers", {"reply": "accept"})["state"] == "booked"
    other = slots(town, clinic)[1, 2]["appointment"]
    body = {"shift_role_id": clinic.role_id, "room": 1, "slot": 4}
    moved = desk.send("POST", f"appointments/{other['id']}/moves", body)
    assert (moved["state"], moved["slot"]) == ("booked", 4)
    assert "褚**" not in browser.open("/co/calls")


def test_when_nobody_is_left_they_wait_and_hear_of_it_as_soon_as_another_doctor_comes(
    town: Town, clinic: Clinic, doctors: dict[str, Any]
) -> None:
    town.api(OTHER_DOCTOR).send("POST", f"signups/{doctors[OTHER_DOCTOR]['id']}/withdrawals")
    town.turn_to(datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    assert len(town.api(DESK).get(clinic.address)["waiting"]) == 4
    assert "取消了，请先不要来" in told(ELDER)[-1]
    town.api(LASTING).send("POST", f"shifts/{clinic.shift['id']}/signups", {"shift_role_id": clinic.role_id})
    town.turn_to(datetime(2026, 11, 26, 2, 0, tzinfo=UTC))
    again = town.api(DESK).get(clinic.address)
    assert again["waiting"] == []
    assert sorted(one["appointment"]["state"] for one in again["items"] if one["appointment"]) == ["offered"] * 4
    assert "上午9:00，诊室一" in told(ELDER)[-1]


def test_a_day_later_nobody_knows_who_came(town: Town, clinic: Clinic, doctors: dict[str, Any]) -> None:
    one = slots(town, clinic)[0, 0]["appointment"]["id"]
    town.turn_to(datetime(2026, 12, 13, 3, 0, tzinfo=UTC))
    assert told(ELDER) == [], "what was sent is gone with the number"
    with transaction() as session:
        row = session.get_one(Appointment, one)
        assert (row.name_sealed, row.phone_sealed, row.forgotten_at is not None) == (None, None, True)
    assert Person().client.get(f"/appointments/{appointment_token(one)}").status_code == 404
    assert {line["appointment"] for line in town.api(DESK).get(clinic.address)["items"]} == {None}
