"""The tree of areas, and that nobody's scope reaches into the community next door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities import queries as activities
from service.places import actions, queries
from service.places.models import Area
from service.roster import queries as roster
from service.signups import queries as signups
from service.teams import queries as teams
from service.terms import AreaKind
from service.volunteers import queries as volunteers
from tests import factories


def names(areas: Any) -> list[str]:
    return [area.name for area in areas]


def test_the_tree_may_be_of_any_depth(session: Session) -> None:
    community = factories.community(session)
    yard = actions.add_area(session, parent=community, kind=AreaKind.COURTYARD, name="一号院")
    building = actions.add_area(session, parent=yard, kind=AreaKind.BUILDING, name="3号楼")
    room = actions.add_area(session, parent=building, kind=AreaKind.SITE, name="活动室")

    assert names(queries.path(session, room)) == ["巩义市", "杜甫路街道", "人民路社区", "一号院", "3号楼", "活动室"]
    assert names(queries.subtree(session, community.id)) == ["人民路社区", "一号院", "3号楼", "活动室"]
    assert queries.community_of(session, room) is community
    assert queries.community_of(session, community) is community
    line = queries.helpline(session, room)
    assert line is not None
    assert (line.name, line.phone, line.hours) == ("人民路社区", "0371-64350001", "")


def test_a_street_is_its_own_community_and_may_have_no_telephone(session: Session) -> None:
    community = factories.community(session)
    street = queries.path(session, community)[1]

    assert queries.community_of(session, street) is street
    assert queries.helpline(session, street) is None


def test_two_siblings_do_not_share_a_name_but_cousins_may(session: Session) -> None:
    here, there = factories.community(session, "人民路社区"), factories.community(session, "站街社区")
    for parent in (here, there):
        actions.add_area(session, parent=parent, kind=AreaKind.COURTYARD, name="一号院")

    with pytest.raises(IntegrityError):
        actions.add_area(session, parent=here, kind=AreaKind.COURTYARD, name="一号院")


def test_two_roots_do_not_share_a_name(session: Session) -> None:
    actions.add_area(session, parent=None, kind=AreaKind.CITY, name="巩义市")

    with pytest.raises(IntegrityError):
        actions.add_area(session, parent=None, kind=AreaKind.CITY, name="巩义市")


def test_a_scope_reaches_down_and_neither_up_nor_aside(session: Session) -> None:
    here, there = factories.community(session, "人民路社区"), factories.community(session, "站街社区")
    yard = actions.add_area(session, parent=here, kind=AreaKind.COURTYARD, name="一号院")
    city, street, _ = queries.path(session, here)

    def reached(*scopes: Area) -> set[str]:
        inside = select(Area).where(queries.within(Area.id, [area.id for area in scopes]))
        return set(names(session.scalars(inside)))

    assert reached(yard) == {"一号院"}
    assert reached(here) == {"人民路社区", "一号院"}
    assert reached(there) == {"站街社区"}
    assert reached(yard, there) == {"一号院", "站街社区"}
    assert reached(street) == {"杜甫路街道", "人民路社区", "一号院", "站街社区"}
    assert reached(city) == reached(street) | {"巩义市"}
    assert reached() == set()


def test_reach_is_what_the_lineage_says_in_any_tree(session: Session) -> None:
    @settings(max_examples=40)
    @given(st.lists(st.integers(0, 30), max_size=12), st.integers(0, 12))
    def agree(parents: list[int], chosen: int) -> None:
        savepoint = session.begin_nested()
        areas = [actions.add_area(session, parent=None, kind=AreaKind.CITY, name="根")]
        for n, parent in enumerate(parents):
            above = areas[parent % len(areas)]
            areas.append(actions.add_area(session, parent=above, kind=AreaKind.COURTYARD, name=f"院{n}"))
        scope = areas[chosen % len(areas)]
        found = set(session.scalars(select(Area.id).where(queries.within(Area.id, [scope.id]))))
        below = {area.id for area in areas if scope in queries.path(session, area)}
        savepoint.rollback()

        assert found == below

    agree()


# --- every read on behalf of a coordinator ---


@dataclass
class Belongings:
    """One of each thing that belongs to a community."""

    area: Area
    team_id: int
    volunteer_id: int
    activity_id: int
    shift_id: int
    signup_id: int


def belongings(session: Session, name: str) -> Belongings:
    area = factories.community(session, name)
    person = factories.volunteer(session, area)
    activity = factories.activity(session, area)
    shift = factories.shifts(session, activity)[0]
    signup = factories.sign_up(session, person, factories.only_role(session, shift))
    team = factories.team(session, area)
    return Belongings(area, team.id, person.id, activity.id, shift.id, signup.id)


FROM, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
#: Each reads the belongings of `theirs` with the scope of `mine`.
READS: dict[str, Callable[[Session, Belongings, list[int]], Any]] = {
    "team": lambda s, theirs, mine: teams.in_scope(s, theirs.team_id, scope_ids=mine),
    "teams": lambda s, _, mine: teams.listed(s, scope_ids=mine),
    "volunteer": lambda s, theirs, mine: volunteers.in_scope(s, theirs.volunteer_id, scope_ids=mine),
    "volunteers": lambda s, _, mine: volunteers.listed(s, scope_ids=mine),
    "search": lambda s, _, mine: volunteers.search(s, "王", scope_ids=mine),
    "concerned": lambda s, theirs, mine: signups.concerned(s, theirs.volunteer_id, scope_ids=mine),
    "activity": lambda s, theirs, mine: activities.in_scope(s, theirs.activity_id, scope_ids=mine),
    "activities": lambda s, _, mine: activities.listed(s, scope_ids=mine),
    "shift": lambda s, theirs, mine: activities.shift_in_scope(s, theirs.shift_id, scope_ids=mine),
    "sign-up": lambda s, theirs, mine: signups.in_scope(s, theirs.signup_id, scope_ids=mine),
    "roster": lambda s, theirs, mine: roster.roster(s, scope_ids=mine, activity_id=theirs.activity_id),
    "coverage": lambda s, _, mine: roster.coverage(s, scope_ids=mine, from_at=FROM, until_at=UNTIL),
}


@pytest.mark.parametrize("read", READS)
def test_what_belongs_to_the_community_next_door_does_not_exist(session: Session, read: str) -> None:
    theirs = belongings(session, "站街社区")
    mine = factories.community(session, "人民路社区")

    assert READS[read](session, theirs, [theirs.area.id])
    assert not READS[read](session, theirs, [mine.id])
    assert not READS[read](session, theirs, [])
