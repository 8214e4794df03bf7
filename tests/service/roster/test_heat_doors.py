"""Every door to a place outdoors asks at that moment whether it is too hot for her, whatever was so when she was asked.

Needs: A17 (elders are not worn out), 38 (docs/decisions/0038-great-heat.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.rules import RolePlan
from service.backfill import answering as stepping_in
from service.calendars import actions as calendars
from service.drafting import actions as drafting
from service.matching import moving
from service.roster import actions as roster
from service.roster.models import Assignment
from service.roster.queries import of_signup
from service.settings import LOCAL_ZONE
from service.signups import actions as signups
from service.signups import following
from service.signups.actions import SignUpRefused
from service.signups.second_thoughts import say, say_each
from service.signups.standing_by import offer_to_stand_by, stand_by
from service.swaps import actions as swaps
from service.swaps import answering as swapping
from service.swaps.models import SwapAsking
from service.terms import AssignmentState, HeatLevel, Mode, ReleaseReason
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.service.backfill.lane import Lane
from tests.service.matching.test_mending import Mornings

WEDNESDAY = date(2026, 11, 25)
NOON = datetime.combine(WEDNESDAY, time(12), LOCAL_ZONE)
OLD, YOUNG, MINOR = date(1954, 3, 1), date(1990, 3, 1), date(2010, 3, 1)
ONE = RolePlan(name="浇水", min_needed=1, max_needed=1, stand_bys=1)
A = AssignmentState
#: What stands in her way may be told in many ways; here it only matters that she does not get in.
SHUT = (roster.OfferClosed, SignUpRefused, drafting.CannotServe, signups.NothingToUndo)
Way = Callable[[], object]


def lane_of(session: Session, **details: object) -> Lane:
    return Lane(session, NOON, roles=(ONE,), details={"is_outdoors": True, **details})


def warn(session: Session, area_id: int, level: HeatLevel, on: date = WEDNESDAY) -> None:
    calendars.warn_of_heat(session, area_id=area_id, level=level, from_on=on, until_on=on, now=NOW, account_id=1)
    session.flush()
    session.expire_all()


def somebody_else(lane: Lane) -> Assignment:
    """A younger neighbour has the place."""
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "孙立夏", birth_on=YOUNG))
    place = of_signup(lane.session, signup.id)
    assert place is not None
    return place


def offered(lane: Lane, person: Volunteer, *, as_stand_by: bool = False) -> int:
    made = roster.offer(lane.session, row=lane.row(), volunteer_id=person.id, now=lane.now, as_stand_by=as_stand_by)
    assert made is not None
    lane.follow()
    return made.id


def signing_up(lane: Lane, person: Volunteer) -> Way:
    return lambda: factories.sign_up(lane.session, person, lane.role, now=lane.now)


def yes_to_an_offer(lane: Lane, person: Volunteer) -> Way:
    one = offered(lane, person)
    return lambda: roster.accept(lane.session, assignment_id=one, now=lane.now)


def yes_to_standing_by(lane: Lane, person: Volunteer) -> Way:
    one = offered(lane, person, as_stand_by=True)
    return lambda: roster.accept(lane.session, assignment_id=one, now=lane.now)


def yes_to_several(lane: Lane, person: Volunteer) -> Way:
    one = offered(lane, person)
    return lambda: say_each(lane.session, {one: True}, now=lane.now)


def yes_after_a_no(lane: Lane, person: Volunteer) -> Way:
    one = offered(lane, person)
    roster.decline(lane.session, assignment_id=one, now=lane.now)
    return lambda: say(lane.session, assignment_id=one, is_yes=True, now=lane.now)


def stepping_in_for_somebody(lane: Lane, person: Volunteer) -> Way:
    roster.decline(lane.session, assignment_id=somebody_else(lane).id, now=lane.now)
    lane.follow()
    lane.pass_time(minutes=2)
    one = lane.invitation(person).id
    return lambda: stepping_in.accept(lane.session, invitation_id=one, now=lane.now)


def being_called_in(lane: Lane, person: Volunteer) -> Way:
    standing_by(lane, person)()
    return stepping_in_for_somebody(lane, person)


def standing_by(lane: Lane, person: Volunteer) -> Way:
    shift_id, role_id = lane.shift.id, lane.role.id
    return lambda: stand_by(
        lane.session, volunteer_id=person.id, shift_id=shift_id, shift_role_id=role_id, now=lane.now
    )


def being_asked_to_stand_by(lane: Lane, person: Volunteer) -> Way:
    shift_id, role_id = lane.shift.id, lane.role.id
    return lambda: offer_to_stand_by(
        lane.session, volunteer_id=person.id, shift_id=shift_id, shift_role_id=role_id, now=lane.now
    )


def taking_over(lane: Lane, person: Volunteer) -> Way:
    swap = swaps.ask(lane.session, assignment_id=somebody_else(lane).id, now=lane.now, to=person.id)
    one = asking_of(lane, swap.id)
    return lambda: swapping.accept(lane.session, swap_asking_id=one, now=lane.now)


def a_swap_agreed_before(lane: Lane, person: Volunteer) -> Way:
    swap = swaps.ask(lane.session, assignment_id=somebody_else(lane).id, now=lane.now, to=person.id)
    swapping.accept(lane.session, swap_asking_id=asking_of(lane, swap.id), now=lane.now)
    return lambda: swaps.approve(lane.session, swap_id=swap.id, account_id=1, now=lane.now)


def getting_it_in_return(lane: Lane, person: Volunteer) -> Way:
    """She gives her evening for somebody's noon: the other one says yes."""
    wanted = somebody_else(lane)
    evening = factories.further_shift(lane.session, lane.shift, NOON + timedelta(hours=8))
    hers = factories.serving(lane.session, evening, person)
    swap = swaps.ask(lane.session, assignment_id=hers.id, now=lane.now, in_return_id=wanted.id)
    one = asking_of(lane, swap.id)
    return lambda: swapping.accept(lane.session, swap_asking_id=one, now=lane.now)


def asking_of(lane: Lane, swap_id: int) -> int:
    return lane.session.scalars(select(SwapAsking.id).where(SwapAsking.swap_id == swap_id)).one()


def being_pencilled_in(lane: Lane, person: Volunteer) -> Way:
    return lambda: drafting.pencil_in(lane.session, row=lane.row(), volunteer_id=person.id, account_id=1, now=lane.now)


def a_draft_of_before(lane: Lane, person: Volunteer) -> Way:
    being_pencilled_in(lane, person)()
    until_at = NOON + timedelta(days=1)
    return lambda: drafting.publish(
        lane.session,
        activity_id=lane.shift.activity_id,
        from_at=lane.now,
        until_at=until_at,
        account_id=1,
        now=lane.now,
    )


def coming_up_the_waitlist(lane: Lane, person: Volunteer) -> Way:
    place = somebody_else(lane)
    factories.sign_up(lane.session, person, lane.role, now=lane.now)
    roster.release(lane.session, place, reason=ReleaseReason.COORDINATOR)
    return lambda: following.promote(lane.session, shift_role_id=lane.role.id, now=lane.now)


def taking_back_a_withdrawal(lane: Lane, person: Volunteer) -> Way:
    signup = factories.sign_up(lane.session, person, lane.role, now=lane.now)
    signups.withdraw(lane.session, signup_id=signup.id, now=lane.now)
    return lambda: signups.undo_withdrawal(lane.session, signup_id=signup.id, now=lane.now)


@dataclass(frozen=True)
class Door:
    """How she comes in, and as what, in the role's places or beside them."""

    before: Callable[[Lane, Volunteer], Way]
    leads_to: AssignmentState = A.CONFIRMED
    as_stand_by: bool = False


DOORS = (
    Door(signing_up),
    Door(yes_to_an_offer),
    Door(yes_to_standing_by, as_stand_by=True),
    Door(yes_to_several),
    Door(yes_after_a_no),
    Door(stepping_in_for_somebody),
    Door(being_called_in),
    Door(standing_by, as_stand_by=True),
    Door(being_asked_to_stand_by, A.OFFERED, as_stand_by=True),
    Door(taking_over),
    Door(a_swap_agreed_before),
    Door(getting_it_in_return),
    Door(being_pencilled_in, A.DRAFTED),
    Door(a_draft_of_before, A.OFFERED),
    Door(coming_up_the_waitlist, A.OFFERED),
    Door(taking_back_a_withdrawal),
)


def is_in(lane: Lane, person: Volunteer, door: Door) -> bool:
    """Whether she is now what the door leads to."""
    found = lane.session.execute(
        select(Assignment.state, Assignment.is_stand_by).where(
            Assignment.shift_id == lane.shift.id, Assignment.volunteer_id == person.id
        )
    ).all()
    return (door.leads_to, door.as_stand_by) in [tuple(one) for one in found]


def through(session: Session, door: Door, born: date, level: HeatLevel | None) -> bool:
    """Whether somebody born then gets in, warned of that heat after all was prepared."""
    lane = lane_of(session, swaps_need_approval=door.before is a_swap_agreed_before)
    person = lane.substitute("钱重阳")
    person.birth_on = born
    way = door.before(lane, person)
    if level is not None:
        warn(session, lane.area.id, level)
    try:
        with session.begin_nested():
            way()
    except SHUT:
        pass
    session.flush()
    return is_in(lane, person, door)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.before.__name__)
@pytest.mark.parametrize(
    ("born", "level", "may"),
    [
        (OLD, None, True),
        (OLD, HeatLevel.YELLOW, False),
        (YOUNG, HeatLevel.YELLOW, True),
        (YOUNG, HeatLevel.ORANGE, False),
    ],
    ids=["old-warm", "old-yellow", "young-yellow", "young-orange-noon"],
)
def test_nobody_gets_in_for_whom_it_is_too_hot(
    session: Session, door: Door, born: date, level: HeatLevel | None, may: bool
) -> None:
    assert through(session, door, born, level) is may


def test_a_yes_says_how_hot_it_is_and_leaves_the_offer_open(session: Session) -> None:
    lane = lane_of(session)
    person = factories.volunteer(session, lane.area, "李小暑", birth_on=MINOR)
    one = offered(lane, person)
    warn(session, lane.area.id, HeatLevel.YELLOW)
    with pytest.raises(roster.TooHot) as hot:
        roster.accept(session, assignment_id=one, now=lane.now)
    assert (hot.value.heat.level, hot.value.heat.is_for_all) == (HeatLevel.YELLOW, False)
    assert session.get_one(Assignment, one).state == A.OFFERED


def test_what_cannot_wait_is_said_yes_to_in_any_heat(session: Session) -> None:
    lane = lane_of(session, mode=Mode.CALL_OUT)
    one = offered(lane, factories.volunteer(session, lane.area, "钱重阳", birth_on=OLD))
    warn(session, lane.area.id, HeatLevel.RED)
    assert roster.accept(session, assignment_id=one, now=lane.now).state == A.CONFIRMED


@pytest.mark.parametrize("level", [None, HeatLevel.YELLOW])
def test_nobody_comes_over_from_another_place_into_the_heat(
    session: Session, now: datetime, level: HeatLevel | None
) -> None:
    town = Mornings(session, now)
    town.activity.is_outdoors = True
    elder, place = town.people[1], town.holders[1]
    elder.birth_on = OLD
    town.waits(elder, town.short)
    if level is None:
        made = moving.move_over(session, town.row(town.short), assignment_id=place.id, account_id=7, now=now)
        assert made.shift_role_id == town.short.id
        return
    warn(session, town.area.id, level, date(2026, 11, 28))
    with pytest.raises(moving.CannotMove):
        moving.move_over(session, town.row(town.short), assignment_id=place.id, account_id=7, now=now)
