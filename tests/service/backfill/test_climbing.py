"""A search climbs by the clock: who is asked, in which order, and when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.backfill import answering, climbing, queries
from service.backfill.models import Backfill
from service.notifications.models import Notification
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import LOCAL_ZONE
from service.teams import actions as teams
from service.teams.models import Membership
from service.terms import (
    BackfillCause,
    BackfillState,
    InvitationState,
    MemberRole,
    Mode,
    NotificationKind,
    Rung,
    RungOutcome,
)
from tests import factories, invariants
from tests.factories import NOW
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)
ASKED, CLIMBED, EMPTY = InvitationState.ASKED, RungOutcome.CLIMBED, RungOutcome.EMPTY


@pytest.fixture
def lane(session: Session) -> Lane:
    return Lane(session, TOMORROW)


def freed(lane: Lane) -> None:
    """The one who was coming is not, and two minutes have passed."""
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈退出"))
    lane.drop_out(signup)
    lane.pass_time(minutes=2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=LOCAL_ZONE)


def test_a_search_begins_two_minutes_after_a_place_came_free(lane: Lane) -> None:
    lane.substitute("李候补")
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area))
    lane.drop_out(signup)
    assert (lane.state(), lane.search().cause) == (BackfillState.CLIMBING, BackfillCause.FREED)
    lane.pass_time(minutes=1)
    assert lane.asked() == {}
    lane.pass_time(minutes=1)
    assert lane.asked() == {"李候补": ASKED}


def test_substitutes_then_the_team_then_the_neighbours_are_asked_then_called(lane: Lane) -> None:
    lane.neighbour("周邻居")
    lane.member("吴队员")
    lane.substitute("李候补")
    freed(lane)
    assert list(lane.asked()) == ["李候补"]
    lane.pass_time(minutes=20)
    assert list(lane.asked()) == ["李候补", "吴队员"]
    lane.pass_time(minutes=30)
    assert list(lane.asked()) == ["李候补", "吴队员", "周邻居"]
    lane.pass_time(minutes=30)
    assert lane.rungs() == [
        (Rung.WAITLIST, EMPTY),
        (Rung.SUBSTITUTES, CLIMBED),
        (Rung.TEAM, CLIMBED),
        (Rung.NEIGHBOURS, CLIMBED),
        (Rung.CALLS, CLIMBED),
    ]
    assert kinds(lane)[NotificationKind.SUBSTITUTE_CALL] == 3
    lane.pass_time(days=2)
    assert lane.state() == BackfillState.OVER


def kinds(lane: Lane) -> dict[NotificationKind, int]:
    counted = select(Notification.kind, func.count()).group_by(Notification.kind)
    return {NotificationKind(kind): count for kind, count in lane.session.execute(counted)}


def test_a_rung_asks_a_few_at_a_time_and_all_of_its_people_before_it_is_left(lane: Lane) -> None:
    for number in range(4):
        lane.substitute(f"候补{number}")
    lane.member("吴队员")
    freed(lane)
    assert list(lane.asked()) == ["候补0", "候补1", "候补2"]
    lane.pass_time(minutes=20)
    assert list(lane.asked())[3:] == ["候补3"]
    lane.pass_time(minutes=20)
    assert list(lane.asked())[4:] == ["吴队员"]


def test_looking_again_before_the_wait_is_over_asks_nobody_else(lane: Lane) -> None:
    for number in range(4):
        lane.substitute(f"候补{number}")
    freed(lane)
    for _ in range(3):
        climbing.climb(lane.session, lane.search(), now=lane.now + timedelta(minutes=5))
    assert len(lane.asked()) == 3


def test_as_many_more_are_asked_as_people_are_missing(session: Session) -> None:
    lane = Lane(session, TOMORROW, least=2, most=2)
    for number in range(9):
        lane.substitute(f"候补{number}")
    one, other = lane.filled(*(factories.volunteer(session, lane.area) for _ in range(2)))
    lane.drop_out(one)
    lane.drop_out(other)
    lane.pass_time(minutes=2)
    assert len(lane.asked()) == 6
    assert session.scalar(select(func.count()).select_from(Backfill)) == 1, "one search for a role"


def test_a_no_from_the_last_one_asked_is_not_waited_upon(lane: Lane) -> None:
    her = lane.substitute("李候补")
    lane.member("吴队员")
    freed(lane)
    answering.decline(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    lane.follow()
    assert lane.asked() == {"李候补": InvitationState.DECLINED, "吴队员": ASKED}


def test_a_no_while_others_have_still_to_answer_changes_nothing(lane: Lane) -> None:
    her, _ = lane.substitute("李候补"), lane.substitute("赵候补")
    lane.member("吴队员")
    freed(lane)
    answering.decline(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    lane.follow()
    assert list(lane.asked()) == ["李候补", "赵候补"]


def test_who_waits_is_offered_the_place_and_nobody_else_is_troubled_meanwhile(lane: Lane) -> None:
    lane.substitute("李候补")
    gone, waiting = lane.filled(*(factories.volunteer(lane.session, lane.area) for _ in range(2)))
    lane.drop_out(gone)
    lane.pass_time(minutes=2)
    offer = lane.session.scalars(select(Assignment).where(Assignment.signup_id == waiting.id)).one()
    assert lane.session.scalar(select(func.count()).select_from(Backfill)) == 0, "the offer came first"
    roster.decline(lane.session, assignment_id=offer.id, now=lane.now)
    lane.follow()
    lane.pass_time(minutes=2)
    assert lane.asked() == {"李候补": ASKED}


def test_a_search_waits_for_the_answer_to_an_offer_and_goes_on_when_it_is_no(lane: Lane) -> None:
    substitute = lane.substitute("李候补")
    freed(lane)
    her = lane.invitation(substitute)
    late = factories.volunteer(lane.session, lane.area, "钱自荐")
    answering.decline(lane.session, invitation_id=her.id, now=lane.now)
    lane.member("吴队员")
    offered = roster.offer(lane.session, row=lane.row(), volunteer_id=late.id, now=lane.now)
    assert offered is not None
    lane.follow()
    lane.pass_time(minutes=30)
    assert list(lane.asked()) == ["李候补"], "the offer may fill it yet"
    roster.decline(lane.session, assignment_id=offered.id, now=lane.now)
    lane.follow()
    lane.pass_time(minutes=2)
    assert list(lane.asked()) == ["李候补", "吴队员"]


def test_a_search_ends_when_somebody_else_signs_up(lane: Lane) -> None:
    lane.substitute("李候补")
    freed(lane)
    lane.filled(factories.volunteer(lane.session, lane.area, "钱自荐"))
    assert lane.state() == BackfillState.FILLED


def test_no_search_while_the_minimum_is_reached(session: Session) -> None:
    lane = Lane(session, TOMORROW, least=1, most=2)
    _, leaving = lane.filled(*(factories.volunteer(session, lane.area) for _ in range(2)))
    lane.drop_out(leaving)
    assert session.scalar(select(func.count()).select_from(Backfill)) == 0


def test_a_place_kept_for_an_undo_starts_nothing_until_it_is_handed_on(lane: Lane) -> None:
    lane.substitute("李候补")
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area))
    lane.withdraw(signup)
    lane.pass_time(minutes=5)
    assert lane.session.scalar(select(func.count()).select_from(Backfill)) == 0
    lane.pass_time(minutes=6)
    lane.pass_time(minutes=2)
    assert lane.asked() == {"李候补": ASKED}


def test_long_before_the_shift_nobody_is_troubled(session: Session) -> None:
    lane = Lane(session, NOW + timedelta(days=10))
    lane.substitute("李候补")
    freed(lane)
    lane.pass_time(days=6, hours=23)
    assert lane.asked() == {}
    lane.pass_time(hours=2)
    assert lane.asked() == {"李候补": ASKED}


def test_people_sleep_until_the_morning_when_that_is_soon_enough(session: Session) -> None:
    lane = Lane(session, at("24 15:00"), now=at("23 22:30"))
    lane.substitute("李候补")
    freed(lane)
    assert lane.asked() == {}
    assert lane.search().next_at == at("24 08:00")
    lane.now = at("24 08:00")
    lane.pass_time(seconds=0)
    assert lane.asked() == {"李候补": ASKED}


def test_a_night_gate_wakes_its_own_people_and_never_the_neighbours(session: Session) -> None:
    lane = Lane(session, at("24 00:30"), now=at("23 23:00"))
    lane.substitute("李候补")
    lane.neighbour("周邻居")
    freed(lane)
    assert lane.asked() == {"李候补": ASKED}
    told = session.scalars(select(Notification).where(Notification.kind == NotificationKind.SUBSTITUTE_WANTED)).one()
    assert (told.is_urgent, told.send_at) == (True, lane.now)
    lane.pass_time(minutes=25)
    assert lane.rungs()[-2:] == [(Rung.NEIGHBOURS, RungOutcome.ASLEEP), (Rung.CALLS, CLIMBED)]
    assert list(lane.asked()) == ["李候补"]


def test_only_who_can_serve_is_asked(session: Session) -> None:
    lane = Lane(session, TOMORROW)
    busy = lane.substitute("孙有事")
    other = factories.shift_on(session, lane.area, TOMORROW + timedelta(hours=1), title="另一处")
    factories.sign_up(session, busy, factories.only_role(session, other))
    lane.substitute("李候补")
    freed(lane)
    assert lane.asked() == {"李候补": ASKED}


def test_who_left_the_shift_is_not_asked_to_come_back(lane: Lane) -> None:
    leaving = lane.substitute("陈退出")
    [signup] = lane.filled(leaving)
    lane.drop_out(signup)
    lane.pass_time(minutes=2)
    assert lane.asked() == {}


def test_who_serves_least_is_asked_first(session: Session) -> None:
    lane = Lane(session, TOMORROW)
    tired = [lane.substitute(f"常来{number}") for number in range(3)]
    for day, person in enumerate(tired):
        busy = factories.shift_on(session, lane.area, TOMORROW + timedelta(days=2 + day), title=f"别的班{day}")
        factories.sign_up(session, person, factories.only_role(session, busy))
    lane.substitute("李少来")
    freed(lane)
    assert next(iter(lane.asked())) == "李少来"
    assert len(lane.asked()) == 3


def test_who_served_in_the_activity_counts_as_of_the_team(session: Session) -> None:
    lane = Lane(session, TOMORROW)
    knows = factories.volunteer(session, lane.area, "何熟手")
    earlier = factories.shifts(
        session,
        factories.activity(session, lane.area, title="从前"),
    )[0]
    earlier.activity_id = lane.shift.activity_id
    earlier.starts_at, earlier.ends_at = NOW - timedelta(days=20), NOW - timedelta(days=20, hours=-1)
    session.flush()
    session.add(
        Assignment(
            area_id=lane.area.id,
            shift_id=earlier.id,
            shift_role_id=factories.only_role(session, earlier).id,
            volunteer_id=knows.id,
            state="completed",
            occupies=roster.occupied(earlier),
            assigned_at=NOW,
        )
    )
    freed(lane)
    assert lane.asked() == {"何熟手": ASKED}


@pytest.mark.parametrize("how", ["substitute", "member", "neighbour"])
def test_who_is_no_longer_or_not_yet_a_member_is_not_asked(lane: Lane, how: str) -> None:
    person = getattr(lane, how)("林已走")
    held = lane.session.scalars(select(Membership).where(Membership.volunteer_id == person.id)).one()
    held.until_on = TOMORROW.date()
    freed(lane)
    lane.pass_time(minutes=20)
    assert lane.asked() == {}


def test_neighbours_of_another_street_and_teams_not_agreed_to_are_not_asked(lane: Lane) -> None:
    far = factories.community(lane.session, "远处社区", street="别的街道")
    lane.member("郑远", of=factories.team(lane.session, far, "远处的队"))
    beside = factories.community(lane.session, "杜甫路社区")
    lane.member("冯未定", of=teams.found_team(lane.session, area_id=beside.id, name="没同意的队"))
    freed(lane)
    assert lane.asked() == {}
    assert lane.rungs()[3] == (Rung.NEIGHBOURS, EMPTY)


def test_a_moved_shift_is_sought_for_anew(lane: Lane) -> None:
    lane.substitute("李候补")
    freed(lane)
    first = lane.search().id
    activities.move_shift(
        lane.session,
        lane.shift,
        starts_at=TOMORROW + timedelta(hours=5),
        ends_at=TOMORROW + timedelta(hours=7),
        now=lane.now,
        account_id=None,
    )
    lane.follow()
    assert lane.session.get_one(Backfill, first).state == BackfillState.OVER
    assert (lane.search().cause, lane.state()) == (BackfillCause.MOVED, BackfillState.CLIMBING)
    lane.pass_time(minutes=0)
    assert lane.asked() == {"李候补": ASKED}


def test_a_shift_called_off_is_sought_for_no_more(lane: Lane) -> None:
    lane.substitute("李候补")
    freed(lane)
    activities.cancel_shift(lane.session, lane.shift.id, reason="下大雪", now=lane.now, account_id=None)
    lane.follow()
    assert lane.state() == BackfillState.OVER


def test_a_fault_in_one_search_does_not_hold_up_the_others(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = Lane(session, TOMORROW), Lane(session, TOMORROW, details={"title": "另一个活动"})
    broken.substitute("甲候补")
    for number, lane in enumerate((broken, sound)):
        [signup] = lane.filled(factories.volunteer(session, lane.area, f"陈退出{number}"))
        lane.drop_out(signup)
    real = queries.opening_of

    def fails(session: Session, shift_role_id: int) -> Any:
        if shift_role_id == broken.role.id:
            raise RuntimeError("a fault")
        return real(session, shift_role_id)

    monkeypatch.setattr(queries, "opening_of", fails)
    sound.pass_time(minutes=2)
    monkeypatch.undo()
    searches = session.scalars(select(Backfill).order_by(Backfill.id).execution_options(populate_existing=True)).all()
    assert [search.position for search in searches] == [0, 1]
    assert searches[0].next_at == sound.now + climbing.TRY_AGAIN


def test_the_promises_hold_after_a_search(lane: Lane) -> None:
    her = lane.substitute("李候补")
    freed(lane)
    answering.accept(lane.session, invitation_id=lane.invitation(her).id, now=lane.now)
    lane.follow()
    assert invariants.check(lane.session, now=lane.now) == []


def test_a_rota_without_sign_ups_is_sought_for_too(session: Session) -> None:
    lane = Lane(session, TOMORROW, details={"mode": Mode.ROTA})
    lane.member("李候补", MemberRole.SUBSTITUTE)
    guard = lane.member("门卫")
    offered = roster.offer(session, row=lane.row(), volunteer_id=guard.id, now=lane.now)
    assert offered is not None
    assert offered.answer_by is not None
    lane.follow()
    lane.now = offered.answer_by
    lane.pass_time(seconds=1)
    lane.pass_time(minutes=2)
    assert lane.asked() == {"李候补": ASKED}, "who did not answer is not asked again, her substitute is"
