"""The shift has begun and somebody is not there: who can come at once is asked at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.backfill import answering
from service.backfill.models import Backfill
from service.notifications.models import Notification
from service.roster import actions as roster
from service.roster.models import Assignment
from service.roster.queries import of_signup
from service.signups.models import SignUp
from service.terms import AssignmentState, BackfillCause, BackfillState, InvitationState, Rung, RungOutcome, SignUpState
from tests import factories, invariants
from tests.factories import NOW
from tests.service.backfill.lane import Lane

START = NOW + timedelta(hours=3)
ASKED, CLIMBED, EMPTY = InvitationState.ASKED, RungOutcome.CLIMBED, RungOutcome.EMPTY


@pytest.fixture
def lane(session: Session) -> Lane:
    """A clinic that wants one person, and somebody who said that she comes."""
    return Lane(session, START)


def missed(lane: Lane) -> Assignment:
    """She is not there: five minutes after the start, the coordinator says so."""
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈没来"))
    lane.now = START + timedelta(minutes=5)
    return mark(lane, signup)


def mark(lane: Lane, signup: SignUp) -> Assignment:
    place = of_signup(lane.session, signup.id)
    assert place is not None
    roster.mark_no_show(lane.session, assignment_id=place.id, now=lane.now)
    lane.follow()
    lane.pass_time()
    return place


def test_substitutes_are_asked_at_once(lane: Lane) -> None:
    lane.substitute("李候补")
    missed(lane)
    assert (lane.search().cause, lane.asked()) == (BackfillCause.NO_SHOW, {"李候补": ASKED})
    assert lane.rungs() == [(Rung.WAITLIST, EMPTY), (Rung.SUBSTITUTES, CLIMBED)]


def test_a_rung_waits_five_minutes_when_time_has_run_out(lane: Lane) -> None:
    lane.substitute("李候补")
    lane.member("吴队员")
    missed(lane)
    lane.pass_time(minutes=4)
    assert list(lane.asked()) == ["李候补"]
    lane.pass_time(minutes=1)
    assert list(lane.asked()) == ["李候补", "吴队员"]


def test_those_on_the_waitlist_are_asked_first_in_their_order(lane: Lane) -> None:
    lane.substitute("李候补")
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈没来"))
    waiting = [factories.volunteer(lane.session, lane.area, f"等{n}") for n in range(4)]
    asked = lane.filled(*waiting)
    lane.now = START + timedelta(minutes=5)
    mark(lane, signup)
    assert list(lane.asked()) == ["等0", "等1", "等2"], "three at once"

    yes = answering.accept(lane.session, invitation_id=lane.invitation(waiting[1]).id, now=lane.now)
    lane.follow()

    assert (yes.state, lane.state()) == (InvitationState.ACCEPTED, BackfillState.FILLED)
    lane.session.expire_all()
    assert [signup.state for signup in asked[:2]] == [SignUpState.WAITLISTED, SignUpState.CONFIRMED]
    assert invariants.check(lane.session, now=lane.now) == []


def test_who_said_no_before_is_not_troubled_again(lane: Lane) -> None:
    person = lane.substitute("李候补")
    [first] = lane.filled(factories.volunteer(lane.session, lane.area, "陈退出"))
    lane.drop_out(first)
    lane.pass_time(minutes=2)
    answering.decline(lane.session, invitation_id=lane.invitation(person).id, now=lane.now)
    lane.follow()
    missed(lane)
    assert "李候补" not in lane.asked()


def test_the_search_ends_when_she_comes_after_all(lane: Lane) -> None:
    person = lane.substitute("李候补")
    place = missed(lane)
    roster.came_after_all(lane.session, assignment_id=place.id)
    lane.follow()
    assert lane.state() == BackfillState.FILLED

    late = answering.accept(lane.session, invitation_id=lane.invitation(person).id, now=lane.now)
    assert late.state == InvitationState.THANKED


def test_who_comes_before_the_worker_looks_starts_no_search(lane: Lane) -> None:
    lane.substitute("李候补")
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈没来"))
    place = of_signup(lane.session, signup.id)
    assert place is not None
    lane.now = START
    roster.mark_no_show(lane.session, assignment_id=place.id, now=lane.now)
    roster.came_after_all(lane.session, assignment_id=place.id)
    lane.follow()
    assert lane.session.scalars(select(Backfill)).all() == []


def test_nobody_is_sought_for_a_shift_that_is_over(lane: Lane) -> None:
    lane.substitute("李候补")
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈没来"))
    lane.now = lane.shift.ends_at
    place = mark(lane, signup)
    assert place.state == AssignmentState.NO_SHOW
    assert lane.session.scalars(select(Backfill)).all() == []
    assert invariants.check(lane.session, now=lane.now) == []


def test_she_herself_is_told_nothing(lane: Lane) -> None:
    """What is said to somebody who did not come is said by a person, not by a machine."""
    place = missed(lane)
    told = select(Notification).where(Notification.volunteer_id == place.volunteer_id, Notification.send_at >= START)
    assert lane.session.scalars(told).all() == []
