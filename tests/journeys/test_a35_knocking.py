"""A35 敲敲门 (建设路社区, 邻里守望队): an elder of the team has no telephone; she is reached through the call list.

The week is planned, and the question goes on the coordinator's list with its words to read out; her yes, told at the
door, stands on the roster; and when her day comes she is reminded the same way.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.db import transaction
from service.notifications.models import Call, Notification
from service.terms import CallOutcome, NotificationKind
from service.volunteers.models import Volunteer
from tests.journeys.test_a34_errands import desk_of, members
from tests.journeys.town import Town

pytestmark = pytest.mark.need(
    "A35", missing="pairings of neighbours, knocks with three answers, and what follows a missed one"
)

KNOCKING = "敲敲门，问声好"


@pytest.fixture(scope="module")
def silent(town: Town) -> int:
    """Somebody of the team without a telephone; the demo has some, and if the team has none, one gives hers back."""
    without = [one for one, number in members().items() if number is None]
    if without:
        return without[0]
    chosen = next(iter(members()))
    with transaction() as session:
        person = session.get_one(Volunteer, chosen)
        person.phone_sealed = person.phone_digest = person.email = None
    return chosen


@pytest.fixture(scope="module")
def week(town: Town, silent: int) -> tuple[str, Any]:
    """The coordinator asks for her on Wednesday week's round, has it planned and publishes."""
    phone = desk_of(town)
    desk = town.api(phone)
    shift = next(
        one
        for one in desk.items("shifts")
        if one["title"] == KNOCKING and one["starts_at"] > (town.now() + timedelta(days=6)).isoformat()
    )
    asked = {"volunteer_id": silent, "asked_by": "本人", "asked_how": "in_person"}
    answer = desk.ask("POST", f"shifts/{shift['id']}/signups", json={"shift_role_id": shift["roles"][0]["id"], **asked})
    assert answer.status_code in (201, 409), answer.text
    starts_at = datetime.fromisoformat(shift["starts_at"])
    window = {"from_at": starts_at.isoformat(), "until_at": (starts_at + timedelta(hours=1)).isoformat()}
    run = desk.send("POST", f"activities/{shift['activity_id']}/match-runs", window, expect=202)
    town.settle()
    desk.send("POST", f"match-runs/{run['id']}/publications", {})
    town.settle()
    return phone, shift


def place_of(town: Town, phone: str, shift: Any, volunteer_id: int) -> Any:
    places = town.api(phone).items("assignments", shift_id=shift["id"])
    [hers] = [one for one in places if one["volunteer_id"] == volunteer_id]
    return hers


def call_of(volunteer_id: int, kind: NotificationKind) -> Call:
    with transaction() as session:
        [call] = (
            session.query(Call)
            .join(Notification, Notification.id == Call.notification_id)
            .filter(Call.volunteer_id == volunteer_id, Notification.kind == kind)
            .order_by(Call.id.desc())
            .limit(1)
        )
        return call


def test_the_question_is_on_the_call_list_with_the_words_to_read_out(
    town: Town, week: tuple[str, Any], silent: int
) -> None:
    phone, shift = week
    assert place_of(town, phone, shift, silent)["state"] == "offered"
    call = call_of(silent, NotificationKind.PLACE_OFFERED)
    town.browser(phone).open("/co/calls")
    page = town.browser(phone).send(f"/co/calls/{call.id}")
    assert "您好，这里是建设路社区" in page
    assert KNOCKING in page
    assert "请问您能来吗？" in page
    assert "http" not in call.script


def test_her_yes_at_the_door_shows_on_the_roster(town: Town, week: tuple[str, Any], silent: int) -> None:
    phone, shift = week
    call = call_of(silent, NotificationKind.PLACE_OFFERED)
    browser = town.browser(phone)
    browser.open("/co/calls")
    browser.send(f"/co/calls/{call.id}/outcome", outcome=CallOutcome.YES.value)
    assert browser.status == 200, browser.text
    town.settle()
    assert place_of(town, phone, shift, silent)["state"] == "confirmed"
    day = datetime.fromisoformat(shift["starts_at"]).date()
    with transaction() as session:
        name = session.get_one(Volunteer, silent).name
    roster = browser.open(f"/co/activities/{shift['activity_id']}?on={day}")
    beside = roster[roster.index(name) : roster.index(name) + 600]
    assert "已确认" in beside


def test_she_is_reminded_by_a_call_as_well(town: Town, week: tuple[str, Any], silent: int) -> None:
    _, shift = week
    starts_at = datetime.fromisoformat(shift["starts_at"]).astimezone(UTC)
    town.turn_to(starts_at - timedelta(hours=13, minutes=-10))
    call = call_of(silent, NotificationKind.REMINDER)
    assert KNOCKING in call.script
    assert "您听清楚了吗？" in call.script
