"""Founding and approving teams; who belongs to one from when to when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.settings import Settings
from service.teams import actions, queries
from service.teams.models import Membership, Team
from service.terms import MemberRole, TeamState
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, together
from tests.ledger import audited, facts

DAY = timedelta(days=1)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def team(session: Session) -> Team:
    return actions.found_team(session, area_id=factories.community(session).id, name="红色管家")


@pytest.fixture
def person(session: Session) -> Volunteer:
    return factories.volunteer(session, factories.community(session))


def join(session: Session, team: Team, person: Volunteer, *term: date | None, **details: Any) -> Membership:
    from_on, until_on = (*term, None)[:2]
    assert from_on is not None
    return actions.join_team(
        session, team_id=team.id, volunteer_id=person.id, from_on=from_on, until_on=until_on, **details
    )


def test_a_team_is_a_draft_until_the_committee_agrees_once(session: Session, team: Team, now: datetime) -> None:
    assert (team.state, facts(session)) == (TeamState.DRAFT, [])
    actions.approve_team(session, team, account_id=7, now=now)
    actions.approve_team(session, team, account_id=8, now=now + DAY)

    assert (team.state, team.approved_by, team.approved_at) == (TeamState.ACTIVE, 7, now)
    assert facts(session) == [("TeamApproved", team.id)]
    assert audited(session) == [("approved_team", "team", team.id, 7)]


def test_a_closed_team_is_not_approved_again(session: Session, team: Team, now: datetime) -> None:
    team.state = TeamState.CLOSED
    actions.approve_team(session, team, account_id=7, now=now)

    assert team.state == TeamState.CLOSED


def test_a_community_has_one_team_of_a_name(session: Session, team: Team) -> None:
    elsewhere = factories.community(session, "站街社区")
    assert actions.found_team(session, area_id=elsewhere.id, name=team.name).id

    with pytest.raises(IntegrityError):
        actions.found_team(session, area_id=team.area_id, name=team.name)


@pytest.mark.parametrize(
    ("first", "second", "is_taken"),
    [
        ((MAY, JUNE), (JUNE, JULY), False),  # the last day is not in the term
        ((MAY, JUNE), (JUNE - DAY, JULY), True),
        ((MAY, None), (JUNE, None), True),
        ((JUNE, None), (MAY, JUNE), False),
        ((JUNE, JULY), (MAY, None), True),
        ((MAY, JULY), (MAY, JULY), True),
    ],
)
def test_terms_of_one_person_in_one_team_do_not_overlap(
    session: Session,
    team: Team,
    person: Volunteer,
    first: tuple[date, date | None],
    second: tuple[date, date | None],
    is_taken: bool,
) -> None:
    join(session, team, person, *first)
    try:
        join(session, team, person, *second)
        refused = False
    except actions.AlreadyMember:
        refused = True

    assert refused == is_taken


def test_one_may_be_in_two_teams_and_a_team_has_many(session: Session, team: Team, person: Volunteer) -> None:
    other = actions.found_team(session, area_id=team.area_id, name="爱心托")
    friend = factories.volunteer(session, factories.community(session), "李冬至")

    assert {m.id for m in (join(session, t, p, MAY) for t in (team, other) for p in (person, friend))}


def test_a_term_that_ends_before_it_begins_is_not_told_as_a_membership(
    session: Session, team: Team, person: Volunteer
) -> None:
    with pytest.raises(IntegrityError):
        join(session, team, person, MAY, MAY)


@pytest.mark.parametrize(
    ("day", "is_in"),
    [(MAY - DAY, False), (MAY, True), (JUNE - DAY, True), (JUNE, False)],
)
def test_members_on_a_day(session: Session, team: Team, person: Volunteer, day: date, is_in: bool) -> None:
    join(session, team, person, MAY, JUNE, role=MemberRole.LEAD)

    assert queries.members_on(session, team.id, day=day) == ([person] if is_in else [])
    assert [name for _, name in queries.memberships_on(session, team.id, day=day)] == [person.name] * is_in


def test_who_has_left_the_service_is_no_member(session: Session, team: Team, person: Volunteer, now: datetime) -> None:
    join(session, team, person, MAY)
    person.left_at = now
    session.flush()

    assert queries.members_on(session, team.id, day=JUNE) == []


def test_leaving_ends_the_term_and_one_may_come_back(session: Session, team: Team, person: Volunteer) -> None:
    join(session, team, person, MAY)
    assert actions.leave_team(session, team_id=team.id, volunteer_id=person.id, on=JUNE)
    assert not actions.leave_team(session, team_id=team.id, volunteer_id=person.id, on=JUNE)
    join(session, team, person, JULY)

    assert [len(queries.members_on(session, team.id, day=day)) for day in (MAY, JUNE, JULY)] == [1, 0, 1]


def test_leaving_on_the_first_day_leaves_no_trace(session: Session, team: Team, person: Volunteer) -> None:
    join(session, team, person, MAY)
    actions.leave_team(session, team_id=team.id, volunteer_id=person.id, on=MAY)

    join(session, team, person, MAY)
    assert len(queries.members_on(session, team.id, day=MAY)) == 1


def test_a_term_planned_for_later_is_not_ended_today(session: Session, team: Team, person: Volunteer) -> None:
    join(session, team, person, JULY)

    assert not actions.leave_team(session, team_id=team.id, volunteer_id=person.id, on=JUNE)


def test_joining_twice_at_once_makes_one_term(database: Settings) -> None:
    def prepare(session: Session) -> tuple[Team, Volunteer]:
        area = factories.community(session)
        return factories.team(session, area), factories.volunteer(session, area)

    team, person = committed(prepare)
    made = together(*[lambda s: join(s, team, person, MAY).id] * 4)
    assert [type(outcome).__name__ for outcome in made].count("AlreadyMember") == 3


days = st.integers(0, 60).map(lambda n: MAY + n * DAY)
terms = st.tuples(days, st.none() | days)


def test_whatever_terms_are_asked_for_nobody_is_twice_in_a_team_on_a_day(
    session: Session, team: Team, person: Volunteer
) -> None:
    @settings(max_examples=40)
    @given(st.lists(terms, max_size=6))
    def hold(asked: list[tuple[date, date | None]]) -> None:
        savepoint = session.begin_nested()
        for from_on, until_on in asked:
            if until_on is None or until_on > from_on:
                try:
                    join(session, team, person, from_on, until_on)
                except actions.AlreadyMember:
                    continue
        often = max(len(queries.memberships_on(session, team.id, day=MAY + n * DAY)) for n in range(62))
        savepoint.rollback()

        assert often <= 1

    hold()
