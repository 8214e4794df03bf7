"""Courtyards: which lack a council or somebody to turn to; one answers at a time; who answers for what lies within."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from service.courtyards import actions, queries
from service.courtyards.actions import AlreadyEntrusted
from service.places import actions as places
from service.places.models import Area
from service.teams import actions as teams
from service.terms import AreaKind
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW

TODAY = date(2026, 11, 23)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def court(session: Session, area: Area) -> Area:
    return places.add_area(session, parent=area, kind=AreaKind.COURTYARD, name="1号院")


@pytest.fixture
def building(session: Session, court: Area) -> Area:
    return places.add_area(session, parent=court, kind=AreaKind.BUILDING, name="3号楼")


@pytest.fixture
def person(session: Session, area: Area) -> Volunteer:
    return factories.volunteer(session, area, "王小满")


def entrust(session: Session, area: Area, person: Volunteer, *, days: int = 0, **term: object) -> None:
    given = {"from_on": TODAY + timedelta(days=days), **term}
    actions.entrust(session, area, volunteer_id=person.id, account_id=1, now=NOW, **given)  # type: ignore[arg-type]


def holder(session: Session, area: Area, day: date = TODAY) -> tuple[str, str | None, str | None] | None:
    """(of which area, who answers, who stands in)."""
    found = queries.answers_for(session, area, day=day)
    if found is None:
        return None
    own, deputy = found.holder, found.substitute
    return found.area.name, own.name if own else None, deputy.name if deputy else None


def test_a_courtyard_without_an_approved_team_of_its_own_lacks_a_council(
    session: Session, area: Area, court: Area
) -> None:
    [row] = queries.report(session, scope_ids=[area.id], day=TODAY)
    assert row.lacks == {"council", "person"}
    draft = teams.found_team(session, area_id=court.id, name="1号院理事会")
    [row] = queries.report(session, scope_ids=[area.id], day=TODAY)
    assert "council" in row.lacks, "before the committee agrees it is none"
    teams.approve_team(session, draft, account_id=1, now=NOW)
    factories.team(session, area, "社区的队")
    [row] = queries.report(session, scope_ids=[area.id], day=TODAY)
    assert (row.lacks, row.council) == ({"person"}, draft)


def test_members_count_on_the_day(session: Session, area: Area, court: Area, person: Volunteer) -> None:
    council = factories.team(session, court, "1号院理事会")
    until = TODAY + timedelta(days=3)
    teams.join_team(session, team_id=council.id, volunteer_id=person.id, from_on=TODAY, until_on=until)
    counts = [queries.report(session, scope_ids=[area.id], day=day)[0].members for day in (TODAY, until)]
    assert counts == [1, 0]


def test_who_answers_for_a_building_is_its_own_or_the_courtyards(
    session: Session, area: Area, court: Area, building: Area, person: Volunteer
) -> None:
    assert holder(session, building) is None
    entrust(session, court, person)
    assert holder(session, building) == ("1号院", "王小满", None)
    entrust(session, building, factories.volunteer(session, area, "李大雪"), is_substitute=True)
    assert holder(session, building) == ("3号楼", None, "李大雪")
    assert holder(session, court) == ("1号院", "王小满", None)


def test_a_successor_ends_the_term_before_and_a_set_term_is_not_overlapped(
    session: Session, area: Area, court: Area, person: Volunteer
) -> None:
    other = factories.volunteer(session, area, "李大雪")
    entrust(session, court, person)
    entrust(session, court, other, days=10, until_on=TODAY + timedelta(days=20))
    assert holder(session, court, TODAY + timedelta(days=9)) == ("1号院", "王小满", None)
    assert holder(session, court, TODAY + timedelta(days=10)) == ("1号院", "李大雪", None)
    assert holder(session, court, TODAY + timedelta(days=20)) is None
    with pytest.raises(AlreadyEntrusted):
        entrust(session, court, person, days=15)
    entrust(session, court, person, days=15, is_substitute=True)
    entrust(session, court, person, days=20)


def test_one_who_left_answers_for_nothing(session: Session, court: Area, person: Volunteer) -> None:
    entrust(session, court, person)
    person.left_at = NOW
    session.flush()
    assert holder(session, court) is None


def test_ended_today_or_before_it_began(session: Session, area: Area, court: Area, person: Volunteer) -> None:
    entrust(session, court, person, days=-5)
    entrust(session, court, factories.volunteer(session, area, "李大雪"), days=5, is_substitute=True)
    for charge, _person in queries.charges_of(session, court.id):
        for _twice in range(1 if charge.is_substitute else 2):
            actions.end(session, charge, on=TODAY, account_id=1, now=NOW)
    assert holder(session, court) is None
    assert [(charge.from_on, charge.until_on) for charge, _person in queries.charges_of(session, court.id)] == [
        (TODAY - timedelta(days=5), TODAY)
    ]


def test_what_it_is_helps_to_find_those_nobody_manages(session: Session, area: Area, court: Area) -> None:
    for is_managed in (None, True, False):
        actions.describe(session, court, changes={"is_managed": is_managed, "built_in": 1994}, account_id=1, now=NOW)
        [row] = queries.report(session, scope_ids=[area.id], day=TODAY)
        assert ("management" in row.lacks) is (is_managed is False)
    assert row.facts is not None
    assert row.facts.built_in == 1994


def test_other_areas_are_not_in_the_report(session: Session, court: Area) -> None:
    elsewhere = factories.community(session, "杜甫路社区")
    assert queries.report(session, scope_ids=[elsewhere.id], day=TODAY) == []
