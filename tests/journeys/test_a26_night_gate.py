"""A26 “轮流看护‘大家’的门” (文化街社区), A24 夜查: nights are known to stay empty, and people have to sleep.

A guard of the gate says at eleven at night that he cannot come. Whoever belongs to the gate may be woken for the shift
at two; neighbours never are; and for a shift that can wait for the morning nobody is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service.activities.models import Activity, Shift, ShiftRole
from service.backfill.models import Backfill, BackfillStep, Invitation
from service.db import transaction
from service.notifications.models import Notification
from service.teams.models import Membership
from service.terms import Channel, NotificationState, Rung, RungOutcome
from tests.browsing import Person
from tests.journeys.town import Town

pytestmark = [
    pytest.mark.need("A24"),
    pytest.mark.need("A26"),
]

#: Sunday, ten in the morning.
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ELEVEN = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
EIGHT, TEN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NIGHT, DAY = "轮流看护“大家”的门（夜里）", "轮流看护“大家”的门（白天）"
DESK = "13900009104"


def shift_at(town: Town, title: str, starts_at: str) -> Any:
    """The shift of that title that starts then, as the coordinator's program sees it."""
    shifts = town.api(DESK).items("shifts")
    return next(shift for shift in shifts if (shift["title"], shift["starts_at"][:16]) == (title, starts_at))


def fill(town: Town, shift: Any, *, but: Collection[int] = ()) -> list[Any]:
    """The coordinator signs people of the gate up until every place is taken; who holds one now."""
    [role] = shift["roles"]
    for volunteer_id in gate_people():
        if len(holders(town, shift)) == role["max_needed"]:
            break
        if volunteer_id not in but:
            asked = {"volunteer_id": volunteer_id, "asked_by": "本人", "asked_how": "phone"}
            body = {"shift_role_id": role["id"], **asked}
            assert town.api(DESK).ask("POST", f"shifts/{shift['id']}/signups", json=body).status_code in (201, 409)
    town.settle()
    return holders(town, shift)


def holders(town: Town, shift: Any) -> list[Any]:
    return town.api(DESK).items("assignments", shift_id=shift["id"], state="confirmed")


def gate_people() -> Sequence[int]:
    """Whoever belongs to the council that watches the gate."""
    with transaction() as session:
        gate = select(Activity.team_id).where(Activity.title == NIGHT)
        members = select(Membership.volunteer_id).where(Membership.team_id.in_(gate))
        return session.scalars(members.order_by(Membership.volunteer_id)).all()


def say_no(town: Town, place: Any) -> None:
    """He telephones, and the coordinator writes it down."""
    town.api(DESK).send("POST", f"assignments/{place['id']}/answers", {"reply": "decline", "reason": "发烧了"})
    town.settle()


def search_for(shift: Any) -> tuple[dict[Rung, RungOutcome], dict[int, Rung]]:
    """The rungs of the search for the shift, and who was asked from which."""
    with transaction() as session:
        of_shift = select(Backfill.id).where(Backfill.shift_role_id == shift["roles"][0]["id"])
        steps = session.scalars(select(BackfillStep).where(BackfillStep.backfill_id.in_(of_shift)))
        asked = session.scalars(select(Invitation).where(Invitation.backfill_id.in_(of_shift)))
        return {s.rung: s.outcome for s in steps}, {i.volunteer_id: i.rung for i in asked}


def woken(after: datetime, before: datetime) -> list[tuple[Invitation, Shift]]:
    """Every asking to step in by which a telephone rang between those times, for whatever shift."""
    with transaction() as session:
        rows = session.execute(
            select(Invitation, Shift)
            .join(Notification, Notification.key == func.concat("substitute:", Invitation.id))
            .join(Backfill, Backfill.id == Invitation.backfill_id)
            .join(ShiftRole, ShiftRole.id == Backfill.shift_role_id)
            .join(Shift, Shift.id == ShiftRole.shift_id)
            .where(Notification.state == NotificationState.SENT, Notification.channel != Channel.CALL_LIST)
            .where(Notification.settled_at >= after, Notification.settled_at < before)
        )
        return [(invitation, shift) for invitation, shift in rows]


@pytest.fixture(scope="module")
def night(town: Town) -> tuple[Any, Any]:
    """(the gate at two in the morning, its watch at two in the afternoon), both full, and at eleven both lose one."""
    gate, watch = shift_at(town, NIGHT, "2026-11-23T02:00"), shift_at(town, DAY, "2026-11-23T14:00")
    guards = fill(town, gate)
    watchers = fill(town, watch, but=[guard["volunteer_id"] for guard in guards])
    town.turn_to(ELEVEN)
    say_no(town, guards[0])
    for watcher in watchers:
        say_no(town, watcher)
    for _ in range(36):
        town.turn_to(town.now() + timedelta(minutes=5))
    return gate, watch


def test_the_gate_at_two_is_too_near_to_wait_so_its_own_people_are_woken_and_nobody_else(
    night: tuple[Any, Any],
) -> None:
    gate, _ = night
    rungs, asked = search_for(gate)
    assert rungs[Rung.TEAM] == RungOutcome.CLIMBED
    assert rungs[Rung.NEIGHBOURS] == RungOutcome.ASLEEP
    assert set(asked.values()) == {Rung.TEAM}
    rang = woken(ELEVEN, EIGHT)
    assert {invitation.volunteer_id for invitation, shift in rang if shift.id == gate["id"]} <= set(asked)
    assert gate["id"] in {shift.id for _invitation, shift in rang}
    for invitation, shift in rang:
        assert invitation.rung in (Rung.SUBSTITUTES, Rung.TEAM), "neighbours sleep"
        assert shift.starts_at < TEN or shift.starts_at - invitation.asked_at <= timedelta(hours=3)


def test_who_does_not_wake_up_is_on_the_call_list_of_who_is_awake(town: Town, night: tuple[Any, Any]) -> None:
    gate, _ = night
    rungs, _asked = search_for(gate)
    assert rungs[Rung.CALLS] == RungOutcome.CLIMBED
    assert "问能不能顶班" in town.browser(DESK).open("/co/calls")


def test_the_watch_in_the_afternoon_can_wait_so_everybody_sleeps_until_eight(
    town: Town, night: tuple[Any, Any]
) -> None:
    _, watch = night
    _rungs, asked = search_for(watch)
    assert asked == {}
    town.turn_to(EIGHT)
    town.turn_to(EIGHT + timedelta(minutes=1))
    _rungs, asked = search_for(watch)
    assert asked
    rang = woken(EIGHT, EIGHT + timedelta(minutes=2))
    assert watch["id"] in {shift.id for _invitation, shift in rang}


def test_a_guard_who_cannot_come_changes_with_another_and_the_gate_is_never_without_him(town: Town) -> None:
    """A26, swap: he asks the others, answers for it meanwhile, and is told as soon as one of them has taken it."""
    later = (town.now() + timedelta(days=2)).isoformat()
    watch = next(one for one in town.api(DESK).items("shifts") if one["title"] == DAY and one["starts_at"] > later)
    guard = fill(town, watch)[0]
    before = {place["volunteer_id"] for place in holders(town, watch)}
    swap = town.api(DESK).send("POST", "swaps", {"assignment_id": guard["id"]})
    town.settle()
    assert {place["volunteer_id"] for place in holders(town, watch)} == before, "the gate stays his"

    asked = town.api(DESK).items("swap-askings", state="asked")
    asked = [one for one in asked if one["swap_id"] == swap["id"]]
    with transaction() as session:
        told = session.scalars(select(Notification).where(Notification.key == f"swap:{asked[0]['id']}")).one()
        link = re.search(r"http://localhost(/swaps/[^\s。，]+)", told.text or "")
    assert link is not None
    stranger = Person()
    assert "我能来" in stranger.open(link[1])
    assert "已经记下您能来" in stranger.send(link[1], answer="yes")
    town.settle()

    after = {place["volunteer_id"] for place in holders(town, watch)}
    assert after == before - {guard["volunteer_id"]} | {asked[0]["volunteer_id"]}
    with transaction() as session:
        kinds = select(Notification.kind).where(
            Notification.volunteer_id == guard["volunteer_id"], Notification.state == NotificationState.SENT
        )
        assert "place_released" in session.scalars(kinds.order_by(Notification.id)).all()
