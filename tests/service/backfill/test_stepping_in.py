"""Who does not want to be asked to step in is not asked, whatever rung she belongs to; what she asked for stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.backfill import candidates, climbing, suggesting
from service.roster import actions as roster
from service.roster.queries import of_signup
from service.swaps import actions as swaps
from service.swaps import queries as swap_queries
from service.swaps.actions import NobodyToAsk
from service.terms import MemberRole, Rung, SignUpState
from service.volunteers.models import Volunteer
from service.watches import actions as watches
from service.watches.queries import to_be_told
from tests import factories
from tests.factories import NOW
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def lane(session: Session) -> Lane:
    return Lane(session, TOMORROW)


def spared(person: Volunteer) -> Volunteer:
    person.steps_in = False
    return person


@pytest.mark.parametrize("rung", [Rung.SUGGESTED, Rung.SUBSTITUTES, Rung.TEAM, Rung.NEIGHBOURS])
def test_no_rung_asks_her(lane: Lane, rung: Rung) -> None:
    people = {
        Rung.SUGGESTED: lambda: lane.member("吴队员"),
        Rung.SUBSTITUTES: lambda: lane.member("李候补", MemberRole.SUBSTITUTE),
        Rung.TEAM: lambda: lane.member("吴队员"),
        Rung.NEIGHBOURS: lambda: lane.neighbour("周邻居"),
    }
    person = people[rung]()
    [signup] = lane.filled(lane.member("陈退出"))
    place = of_signup(lane.session, signup.id)
    assert place is not None
    suggestion = roster.Suggestion(volunteer_id=person.id) if rung == Rung.SUGGESTED else None
    suggesting.decline(lane.session, assignment_id=place.id, now=lane.now, suggestion=suggestion)
    lane.follow()
    row = lane.row()
    asked = candidates.next_ones(lane.session, lane.search(), rung, row=row, limit=5)
    assert asked == [person.id]
    spared(person)
    lane.session.flush()
    assert candidates.next_ones(lane.session, lane.search(), rung, row=row, limit=5) == []


def test_after_the_start_those_on_the_waitlist_are_not_called_out_either(lane: Lane) -> None:
    coming, waits = lane.filled(lane.member("陈退出"), lane.member("吴候补"))
    assert waits.state == SignUpState.WAITLISTED
    spared(lane.session.get_one(Volunteer, waits.volunteer_id))
    lane.now = TOMORROW
    place = of_signup(lane.session, coming.id)
    assert place is not None
    roster.mark_no_show(lane.session, assignment_id=place.id, now=lane.now)
    lane.follow()
    climbing.climb_due(lane.session, now=lane.now)
    assert "吴候补" not in lane.asked()


def test_before_the_start_the_place_she_waits_for_is_offered_her_all_the_same(lane: Lane) -> None:
    coming, waits = lane.filled(lane.member("陈退出"), spared(lane.member("吴候补")))
    lane.drop_out(coming)
    lane.session.refresh(waits)
    assert waits.state == SignUpState.PENDING, "she asked for it herself"


def test_nobody_asks_her_for_a_swap_or_suggests_her(lane: Lane) -> None:
    other = lane.member("吴队员")
    [signup] = lane.filled(lane.member("王小满"))
    later = factories.further_shift(lane.session, lane.shift, TOMORROW + timedelta(days=2))
    factories.sign_up(lane.session, other, later.roles[0])
    lane.follow()
    place = of_signup(lane.session, signup.id)
    assert place is not None
    given = swap_queries.place(lane.session, place.id)
    assert [one.holder.name for one in swap_queries.exchanges(lane.session, given, now=NOW)] == ["吴队员"]
    spared(other)
    lane.session.flush()
    assert swap_queries.exchanges(lane.session, given, now=NOW) == []
    assert suggesting.who_could_come(lane.session, place) == []
    with pytest.raises(NobodyToAsk):
        swaps.ask(lane.session, assignment_id=place.id, to=other.id, now=NOW)


def test_she_is_told_of_free_places_as_she_asked(lane: Lane) -> None:
    her = spared(lane.member("吴队员"))
    watches.watch(lane.session, volunteer_id=her.id, activity_id=lane.shift.activity_id, weekday=None, now=NOW)
    lane.session.flush()
    assert [one.volunteer_id for one in to_be_told(lane.session, lane.role.id)] == [her.id]
