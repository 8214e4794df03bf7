"""A52 急事: a pipe bursts at ten in the evening in 建设路社区.

Whoever lives nearest is asked first, is woken for it, and has to say yes; who does not is waited for five minutes. At
the first yes it stops; without any, the coordinator has the list of whom to call.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from service.activities.models import ShiftRole
from service.backfill.models import Backfill, BackfillStep, Invitation
from service.db import transaction
from service.notifications.models import Notification
from service.places.models import Area
from service.terms import Channel, NotificationKind, NotificationState, Rung, RungOutcome
from service.volunteers.models import Volunteer
from tests.journeys.test_a34_errands import desk_of, errand, members
from tests.journeys.town import Town

pytestmark = pytest.mark.need("A52", missing="a roster of who is on call; where people are at the moment")

#: Wednesday, ten in the evening: people sleep from nine on.
TEN = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
BURST = {
    "title": "水管爆了，帮着关阀门、扫水",
    "summary": "",
    "roles": [{"name": "帮手", "min_needed": 1, "max_needed": 2, "max_age": 75}],
    "dates": [{"on": "2026-11-25", "starts": "22:30", "ends": "23:50"}],
}


@pytest.fixture(scope="module")
def burst(town: Town) -> tuple[str, Any]:
    town.turn_to(TEN)
    phone = desk_of(town)
    return phone, errand(town, phone, **BURST)


def invited(shift: Any) -> list[tuple[int, Rung, datetime]]:
    with transaction() as session:
        rows = session.execute(
            select(Invitation.volunteer_id, Invitation.rung, Invitation.asked_at)
            .join(Backfill, Backfill.id == Invitation.backfill_id)
            .where(Backfill.shift_role_id == shift["roles"][0]["id"])
            .order_by(Invitation.id)
        )
        return [(one, Rung(rung), asked_at) for one, rung, asked_at in rows]


def climbed(shift: Any) -> dict[Rung, RungOutcome]:
    with transaction() as session:
        rows = session.execute(
            select(BackfillStep.rung, BackfillStep.outcome)
            .join(Backfill, Backfill.id == BackfillStep.backfill_id)
            .where(Backfill.shift_role_id == shift["roles"][0]["id"])
        )
        return {Rung(rung): RungOutcome(outcome) for rung, outcome in rows}


def common_areas(people: list[int], place_id: int) -> list[int]:
    """How many areas each one's home shares with the place."""
    with transaction() as session:
        place = set(session.get_one(Area, place_id).lineage)
        homes = {one: set(session.get_one(Area, session.get_one(Volunteer, one).area_id).lineage) for one in people}
        return [len(place & homes[one]) for one in people]


def test_three_people_are_asked_in_the_same_minute_although_it_is_night(burst: tuple[str, Any]) -> None:
    _, shift = burst
    asked = invited(shift)
    assert len(asked) == 3
    with transaction() as session:
        rang = session.scalars(
            select(Notification).where(
                Notification.kind == NotificationKind.SUBSTITUTE_WANTED,
                Notification.state == NotificationState.SENT,
                Notification.volunteer_id.in_([one for one, _, _ in asked]),
            )
        ).all()
    assert rang
    assert all(one.settled_at and one.settled_at < TEN + timedelta(minutes=1) for one in rang)


def test_the_next_are_asked_every_five_minutes_the_nearest_first(town: Town, burst: tuple[str, Any]) -> None:
    phone, shift = burst
    for _ in range(10):
        if Rung.NEIGHBOURS in climbed(shift):
            break
        town.turn_to(town.now() + timedelta(minutes=2, seconds=31))
    asked = invited(shift)
    assert {rung for _, rung, _ in asked} >= {Rung.TEAM, Rung.NEIGHBOURS}
    neighbours = [one for one, rung, _ in asked if rung == Rung.NEIGHBOURS]
    near = common_areas(neighbours, town.api(phone).get(f"shifts/{shift['id']}")["place_id"])
    assert near == sorted(near, reverse=True)
    waits = sorted({asked_at for _, _, asked_at in asked})
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    assert all(timedelta(minutes=5) <= gap <= timedelta(minutes=8) for gap in gaps), gaps


def test_at_the_first_yes_it_stops_and_it_is_seen_who_goes(town: Town, burst: tuple[str, Any]) -> None:
    phone, shift = burst
    numbers = members()
    goer, number = next((one, numbers[one]) for one, _, _ in invited(shift) if numbers.get(one))
    assert number is not None
    mine = town.api(number).items("invitations", mine="true", state="asked")
    [invitation] = [one for one in mine if one["shift_id"] == shift["id"]]
    town.api(number).send("POST", f"invitations/{invitation['id']}/answers", {"reply": "accept"})
    town.settle()
    before = len(invited(shift))
    town.turn_to(town.now() + timedelta(minutes=12))
    assert len(invited(shift)) == before
    places = town.api(phone).items("assignments", shift_id=shift["id"], state="confirmed")
    assert [place["volunteer_id"] for place in places] == [goer]


def test_without_any_yes_the_coordinator_has_the_list_of_whom_to_call(town: Town, burst: tuple[str, Any]) -> None:
    """A second one: nobody answers. Every rung is climbed within the hour, and the last is a person who calls."""
    phone, _ = burst
    town.turn_to(TEN + timedelta(days=1))
    again = {**BURST, "title": "又一处水管爆了", "dates": [{"on": "2026-11-26", "starts": "22:40", "ends": "23:55"}]}
    shift = errand(town, phone, **again)
    for _ in range(12):
        if Rung.CALLS in climbed(shift):
            break
        town.turn_to(town.now() + timedelta(minutes=5, seconds=1))
    assert climbed(shift)[Rung.CALLS] == RungOutcome.CLIMBED
    assert town.now() < TEN + timedelta(days=1, hours=1, minutes=55)
    town.settle()
    with transaction() as session:
        calls = session.scalars(
            select(Notification.channel).where(
                Notification.kind == NotificationKind.SUBSTITUTE_CALL, Notification.state == NotificationState.SENT
            )
        ).all()
        assert set(calls) == {Channel.CALL_LIST}
        asked = session.scalars(
            select(Volunteer.name)
            .join(Invitation, Invitation.volunteer_id == Volunteer.id)
            .join(Backfill, Backfill.id == Invitation.backfill_id)
            .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
            .where(ShiftRole.shift_id == shift["id"])
        ).all()
    listed = town.browser(phone).open("/co/calls")
    assert asked
    assert [name for name in asked if name not in listed] == []
