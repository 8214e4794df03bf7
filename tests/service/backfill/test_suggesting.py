"""Whoever says no may say who could come instead: that person is asked before all others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from service.backfill import answering, suggesting
from service.backfill.rules import LADDER, SUGGESTED, LadderRefused, in_order, with_suggested
from service.backfill.suggesting import NotToBeSuggested
from service.roster.actions import Suggestion
from service.roster.models import Assignment
from service.roster.queries import of_signup
from service.terms import AssignmentState, BackfillState, InvitationState, Rung, RungOutcome
from service.volunteers.models import Volunteer
from tests import factories, invariants
from tests.factories import NOW
from tests.service.backfill.lane import Lane

TOMORROW = NOW + timedelta(days=1)
ASKED, CLIMBED = InvitationState.ASKED, RungOutcome.CLIMBED


@pytest.fixture
def lane(session: Session) -> Lane:
    made = Lane(session, TOMORROW)
    made.substitute("李候补")
    return made


def held(lane: Lane, name: str = "陈退出") -> Assignment:
    """The place of somebody who comes."""
    [signup] = lane.filled(lane.member(name))
    place = of_signup(lane.session, signup.id)
    assert place is not None
    return place


def say_no(lane: Lane, place: Assignment, whom: Volunteer | None = None, name: str = "") -> None:
    suggestion = Suggestion(volunteer_id=whom.id if whom is not None else None, name=name)
    suggesting.decline(lane.session, assignment_id=place.id, now=lane.now, suggestion=suggestion)
    lane.follow()


def test_who_was_suggested_is_asked_alone_before_the_ladder(lane: Lane) -> None:
    friend, place = lane.member("吴好友"), held(lane)
    say_no(lane, place, friend)
    lane.pass_time(minutes=2)
    assert lane.asked() == {"吴好友": ASKED}
    assert lane.rungs() == [(Rung.SUGGESTED, CLIMBED)]
    lane.pass_time(minutes=10)
    assert list(lane.asked()) == ["吴好友", "李候补"]


def test_her_yes_has_the_place_and_her_no_turns_to_the_ladder_at_once(lane: Lane) -> None:
    friend, place = lane.member("吴好友"), held(lane)
    say_no(lane, place, friend)
    lane.pass_time(minutes=2)
    answering.decline(lane.session, invitation_id=lane.invitation(friend).id, now=lane.now)
    lane.follow()
    assert list(lane.asked()) == ["吴好友", "李候补"]
    answering.accept(lane.session, invitation_id=lane.invitation(friend).id, now=lane.now)
    lane.follow()
    assert lane.state() == BackfillState.FILLED
    assert invariants.check(lane.session, now=lane.now) == []


def test_who_is_suggested_while_a_search_is_under_way_is_asked_next(session: Session) -> None:
    lane = Lane(session, TOMORROW, least=2, most=2)
    lane.substitute("李候补")
    lane.neighbour("周邻居")
    friend, first, second = lane.member("吴好友"), held(lane, "陈甲"), held(lane, "陈乙")
    say_no(lane, first)
    lane.pass_time(minutes=2)
    assert list(lane.asked()) == ["李候补"]
    say_no(lane, second, friend)
    lane.pass_time(minutes=20)
    assert list(lane.asked()) == ["李候补", "吴好友"]
    assert [rung for rung, _outcome in lane.rungs()] == [Rung.WAITLIST, Rung.SUBSTITUTES, Rung.SUGGESTED]


def test_nobody_from_outside_the_team_or_who_cannot_come_is_suggested(lane: Lane) -> None:
    place = held(lane)
    stranger, neighbour = factories.volunteer(lane.session, lane.area, "郑生人"), lane.neighbour("周邻居")
    for person in (stranger, neighbour, lane.session.get_one(Volunteer, place.volunteer_id)):
        with pytest.raises(NotToBeSuggested):
            say_no(lane, place, person)
    lane.session.refresh(place)
    assert place.state == AssignmentState.CONFIRMED


def test_a_name_in_words_is_kept_for_the_coordinator_and_asks_nobody(lane: Lane) -> None:
    say_no(lane, held(lane), name="楼下的李大爷")
    lane.pass_time(minutes=2)
    assert list(lane.asked()) == ["李候补"]
    assert [tuple(row) for row in suggesting.suggestions(lane.session, lane.role.id)] == [("陈退出", "楼下的李大爷")]


def test_a_ladder_holds_the_suggested_only_where_a_search_adds_them() -> None:
    with pytest.raises(LadderRefused):
        in_order([*LADDER, SUGGESTED])
    assert with_suggested(LADDER, position=0) == [SUGGESTED, *LADDER]
    asked = [LADDER[0], SUGGESTED, *LADDER[1:]]
    assert with_suggested(LADDER, position=1) == asked
    assert with_suggested(asked, position=1) == asked
    assert with_suggested(asked, position=2) == asked, "the search stands on it: it asks whoever else was suggested"
    assert with_suggested(asked, position=3) == [*asked[:3], SUGGESTED, *asked[3:]], "it is over: once more"
