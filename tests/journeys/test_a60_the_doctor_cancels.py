"""A60 义诊 (人民路社区): the doctor of a clinic cancels.

The service that falls is named to the coordinator, with the teams around whose people could cover; the helpers, who
would bring the patients, are told, and told again when somebody is found. What patients are told is the story of
`test_a60_appointments.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.db import transaction
from service.notifications.models import Notification
from service.terms import NotificationKind, NotificationState
from tests.journeys.test_a12_one_plus_n import (
    CLINIC,
    LAPSING,
    LASTING,
    ask_for,
    ask_for_the_day,
    clinic_on,
    dates_of,
    day_of,
    plan,
)
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A60")

DESK = "13900009205"
SATURDAY = date(2026, 11, 28)
LECTURE = "健康讲座"


@pytest.fixture(scope="module")
def clinic(town: Town) -> Any:
    """Saturday's clinic with its doctor, nurse and helpers; on Sunday week the doctor speaks on the heart as well."""
    clinic = clinic_on(town, SATURDAY)
    ask_for_the_day(town, SATURDAY)
    run = plan(town, clinic)
    town.api(DESK).send("POST", f"match-runs/{run['id']}/publications", {})
    town.settle()
    for place in town.api(DESK).items("assignments", shift_id=clinic["id"], state="offered"):
        town.api(DESK).send("POST", f"assignments/{place['id']}/answers", {"reply": "accept"})
    town.settle()
    return clinic


@pytest.fixture(scope="module")
def cancelled(town: Town, clinic: Any) -> Any:
    """On Thursday morning the doctor of the clinic, whoever the plan chose, telephones that she is ill."""
    town.turn_to(datetime(2026, 11, 26, 1, 0, tzinfo=UTC))
    places = town.api(DESK).items("assignments", shift_id=clinic["id"], state="confirmed")
    [doctor] = [place for place in places if place["role"] == "医生"]
    town.api(DESK).send("POST", f"assignments/{doctor['id']}/answers", {"reply": "decline", "reason": "自己病了"})
    town.settle()
    town.turn_to(datetime(2026, 11, 26, 2, 3, tzinfo=UTC))
    return doctor


def news(kind: NotificationKind) -> list[Notification]:
    """What was sent of that kind."""
    with transaction() as session:
        return list(
            session.scalars(
                select(Notification)
                .where(Notification.kind == kind, Notification.state == NotificationState.SENT)
                .order_by(Notification.id)
            )
        )


def test_the_coordinator_reads_which_service_falls_and_which_teams_could_cover(clinic: Any, cancelled: Any) -> None:
    assert day_of(clinic) == SATURDAY
    [told] = [one for one in news(NotificationKind.GAP_OPENED) if "医生" in (one.text or "")]
    text = told.text or ""
    assert "社区义诊（医生），11月28日（星期六）上午9:00—11:30" in text
    assert "医生不够，这次就办不成" in text
    assert "附近队里合条件、那时有空的：“红色管家”志愿服务队2人" in text, "three doctors, one of them is ill"


def test_the_helpers_are_told_that_it_may_not_be_held_and_the_doctor_is_not(
    town: Town, clinic: Any, cancelled: Any
) -> None:
    others = {
        place["volunteer_id"]
        for place in town.api(DESK).items("assignments", shift_id=clinic["id"])
        if place["state"] in ("offered", "confirmed")
    }
    told = news(NotificationKind.SHIFT_AT_RISK)
    assert {one.volunteer_id for one in told} == others
    assert len(told) == len(others) >= 3
    assert all("现在还缺医生" in (one.text or "") for one in told)
    assert cancelled["volunteer_id"] not in {one.volunteer_id for one in told}


def test_a_role_anybody_can_do_alarms_nobody(town: Town, clinic: Any, cancelled: Any) -> None:
    """One helper fewer is a gap, not the end of the clinic."""
    before = len(news(NotificationKind.SHIFT_AT_RISK))
    places = town.api(DESK).items("assignments", shift_id=clinic["id"], state="confirmed")
    helper = next(place for place in places if place["role"] == "引导员")
    town.api(DESK).send("POST", f"assignments/{helper['id']}/answers", {"reply": "decline"})
    town.settle()
    town.turn_to(town.now() + timedelta(minutes=3))
    assert len(news(NotificationKind.SHIFT_AT_RISK)) == before


def test_another_doctor_says_yes_and_whoever_was_alarmed_hears_that_it_is_held(
    town: Town, clinic: Any, cancelled: Any
) -> None:
    for _ in range(30):
        asked = [
            (phone, one)
            for phone in (LAPSING, LASTING, "13900000013")
            for one in town.api(phone).items("invitations", mine="true", state="asked")
        ]
        if asked:
            break
        town.turn_to(town.now() + timedelta(minutes=10))
    phone, invitation = asked[0]
    town.api(phone).send("POST", f"invitations/{invitation['id']}/answers", {"reply": "accept"})
    town.settle()
    alarmed = {one.volunteer_id for one in news(NotificationKind.SHIFT_AT_RISK)}
    relieved = news(NotificationKind.SHIFT_GOES_AHEAD)
    still = {
        place["volunteer_id"]
        for place in town.api(DESK).items("assignments", shift_id=clinic["id"])
        if place["state"] in ("offered", "confirmed")
    }
    assert {one.volunteer_id for one in relieved} == alarmed & still
    assert all("医生有人来了" in (one.text or "") and "照常" in (one.text or "") for one in relieved)


def test_each_service_that_falls_is_named_by_itself(town: Town) -> None:
    """The lecture has a doctor too: when he cancels, it is the lecture that cannot be held."""
    lecture = dates_of(town, LECTURE)[-1]
    [role] = [one for one in lecture["roles"] if one["name"] == "主讲医生"]
    places = [
        place
        for place in town.api(DESK).items("assignments", shift_id=lecture["id"], state="confirmed")
        if place["shift_role_id"] == role["id"]
    ]
    if not places:
        ask_for(town.api(LASTING), lecture, "主讲医生")
        places = town.api(LASTING).items("assignments", mine="true", shift_id=lecture["id"])
    town.api(DESK).send("POST", f"assignments/{places[0]['id']}/answers", {"reply": "decline"})
    town.settle()
    town.turn_to(town.now() + timedelta(minutes=3))
    told = [one.text or "" for one in news(NotificationKind.GAP_OPENED) if LECTURE in (one.text or "")]
    assert any("主讲医生不够，这次就办不成" in text for text in told)
    assert CLINIC not in told[-1]
