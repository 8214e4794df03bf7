"""Who holds a role in a courtyard, and all of them called at once: asked, and nobody else."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import queries as activities
from service.activities.actions import ActivityRefused
from service.backfill.actions import start
from service.backfill.models import Backfill
from service.courtyards import actions as courtyards
from service.gatherings import actions, queries
from service.gatherings.actions import Called, NotAHead
from service.places import actions as places
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.teams import actions as teams
from service.terms import AreaKind, AssignmentState, BackfillCause, Headship, MemberRole
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

ON = date(2026, 12, 2)


@pytest.fixture
def court(session: Session) -> Area:
    """A courtyard of two buildings."""
    area = factories.community(session)
    made = places.add_area(session, parent=area, kind=AreaKind.COURTYARD, name="1号院")
    for number in (1, 2):
        places.add_area(session, parent=made, kind=AreaKind.BUILDING, name=f"{number}号楼")
    return made


@pytest.fixture
def people(session: Session, court: Area) -> list[Volunteer]:
    """One for each building, a substitute, who leads the council, and somebody who holds nothing."""
    area = session.get_one(Area, court.parent_id)
    found = [factories.volunteer(session, area, name) for name in ("王小满", "李大雪", "何秋分", "陈立春", "赵白露")]
    one, two = session.scalars(select(Area).where(Area.kind == AreaKind.BUILDING).order_by(Area.id))
    term = {"from_on": NOW.date(), "account_id": 1, "now": NOW}
    courtyards.entrust(session, one, volunteer_id=found[0].id, **term)  # type: ignore[arg-type]  # a test's own values
    courtyards.entrust(session, two, volunteer_id=found[1].id, **term)  # type: ignore[arg-type]  # a test's own values
    courtyards.entrust(session, two, volunteer_id=found[2].id, is_substitute=True, **term)  # type: ignore[arg-type]  # a test's own values
    council = teams.found_team(session, area_id=court.id, name="1号院议事会")
    teams.approve_team(session, council, account_id=1, now=NOW)
    for person in (found[0], found[3]):
        teams.join_team(session, team_id=council.id, volunteer_id=person.id, role=MemberRole.LEAD, from_on=NOW.date())
    return found


def called(session: Session, court: Area, ids: list[int], *, on: date = ON, starts: time = time(19)) -> Called:
    return actions.call_together(
        session,
        court,
        title="碰头会",
        role="到会",
        on=on,
        starts=starts,
        ends=time(20),
        summary="",
        volunteer_ids=ids,
        contact=("陈协调", "0371-64350001"),
        account_id=7,
        now=NOW,
    )


def test_each_is_found_once_with_all_she_holds(session: Session, court: Area, people: list[Volunteer]) -> None:
    found = {head.person.name: [one.what for one in head.held] for head in queries.heads(session, court, day=ON)}
    assert found == {
        "王小满": [Headship.LEAD, Headship.HOLDER],
        "陈立春": [Headship.LEAD],
        "李大雪": [Headship.HOLDER],
        "何秋分": [Headship.SUBSTITUTE],
    }
    only = [head.person.name for head in queries.heads(session, court, day=ON) if head.is_substitute_only]
    assert only == ["何秋分"]
    assert queries.heads(session, court, day=NOW.date() - timedelta(days=1)) == [], "their terms begin today"


def test_they_are_asked_and_a_place_given_back_is_nobody_elses(
    session: Session, court: Area, people: list[Volunteer]
) -> None:
    done = called(session, court, [people[0].id, people[1].id])
    assert (done.asked, done.skipped) == (2, [])
    places_of = session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert {one.volunteer_id: one.state for one in places_of} == {
        people[0].id: AssignmentState.OFFERED,
        people[1].id: AssignmentState.OFFERED,
    }
    roster.decline(session, assignment_id=places_of[0].id, now=NOW)
    start(session, shift_role_id=places_of[0].shift_role_id, cause=BackfillCause.FREED, now=NOW)
    assert session.scalars(select(Backfill)).all() == []
    assert activities.published(session, done.activity.id) is None, "it stands on no public page"
    assert ("called_together", "activity", done.activity.id, 7) in audited(session)


def test_who_is_on_duty_then_is_named_and_not_asked(session: Session, court: Area, people: list[Volunteer]) -> None:
    first = called(session, court, [people[0].id])
    second = called(session, court, [people[0].id, people[1].id])
    assert (first.asked, second.asked) == (1, 1)
    assert [volunteer_id for volunteer_id, _why in second.skipped] == [people[0].id]


def test_only_heads_are_called_and_not_into_the_past(session: Session, court: Area, people: list[Volunteer]) -> None:
    for ids in ([], [people[4].id], [people[0].id, people[4].id]):
        with pytest.raises(NotAHead):
            called(session, court, ids)
    with pytest.raises(ActivityRefused):
        called(session, court, [people[0].id], on=NOW.date(), starts=time(8))
