"""Hours from the roster: who was seen, in what; drills never in the hours of service; in one's own areas."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.db import transaction
from service.hours import queries
from service.hours.queries import Tally
from service.places.models import Area
from service.roster.actions import occupied
from service.roster.models import Assignment
from service.terms import AssignmentState, ShiftState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.factories import NOW
from tests.ledger import audited

A = AssignmentState
DAY = date(2026, 11, 20)
YEAR: dict[str, Any] = {"from_on": date(2026, 1, 1), "until_on": date(2026, 12, 31), "now": NOW}


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def placed(
    session: Session, person: Volunteer, area: Area, *, state: A = A.CHECKED_IN, days: int = 3, is_drill: bool = False
) -> Shift:
    """She has a place in a shift of two hours, so many days ago."""
    coming = factories.shift_on(session, area, NOW + timedelta(days=days))
    shift = factories.further_shift(session, coming, NOW - timedelta(days=days))
    session.get_one(Activity, shift.activity_id).is_drill = is_drill
    session.add(
        Assignment(
            area_id=shift.area_id,
            shift_id=shift.id,
            shift_role_id=shift.roles[0].id,
            volunteer_id=person.id,
            state=state,
            occupies=occupied(shift),
            assigned_at=shift.starts_at,
        )
    )
    session.flush()
    return shift


@pytest.mark.parametrize(
    ("state", "is_drill", "expected"),
    [
        (A.CHECKED_IN, False, Tally(120, 0, 0)),
        (A.COMPLETED, False, Tally(120, 0, 0)),
        (A.CHECKED_IN, True, Tally(0, 120, 0)),
        (A.CONFIRMED, False, Tally(0, 0, 120)),
        (A.CONFIRMED, True, Tally(0, 0, 120)),
        (A.NO_SHOW, False, Tally(0, 0, 0)),
        (A.RELEASED, False, Tally(0, 0, 0)),
        (A.DRAFTED, False, Tally(0, 0, 0)),
    ],
)
def test_what_counts_as_what(session: Session, area: Area, state: A, is_drill: bool, expected: Tally) -> None:
    person = factories.volunteer(session, area)
    placed(session, person, area, state=state, is_drill=is_drill)
    assert queries.of_person(session, person.id, **YEAR) == expected
    listed = [one.tally for one in queries.ledger(session, scope_ids=[area.id], **YEAR)]
    assert listed == ([expected] if any(vars_of(expected)) else [])


def vars_of(tally: Tally) -> tuple[int, int, int]:
    return (tally.service, tally.drills, tally.unmarked)


def test_only_what_is_over_on_these_days_and_was_held(session: Session, area: Area) -> None:
    person = factories.volunteer(session, area)
    shift = placed(session, person, area, days=3)
    day = (NOW - timedelta(days=3)).date()

    def tally(from_on: date, until_on: date, now: datetime = NOW) -> int:
        return queries.of_person(session, person.id, from_on=from_on, until_on=until_on, now=now).service

    assert tally(day, day) == 120
    assert tally(day + timedelta(days=1), day + timedelta(days=9)) == 0
    assert tally(day - timedelta(days=9), day - timedelta(days=1)) == 0
    assert tally(day, day, shift.ends_at - timedelta(minutes=1)) == 0, "it is still going on"
    shift.state = ShiftState.CANCELLED
    session.flush()
    assert tally(day, day) == 0


def test_the_ledger_is_of_ones_own_areas_and_the_longest_served_stands_first(session: Session, area: Area) -> None:
    elsewhere = factories.community(session, "石窟路社区")
    often, seldom, far = (factories.volunteer(session, area, name) for name in ("王小满", "安立春", "李远方"))
    for days in (2, 4):
        placed(session, often, area, days=days)
    placed(session, seldom, area, days=2)
    placed(session, far, elsewhere, days=2)
    rows = queries.ledger(session, scope_ids=[area.id], **YEAR)
    assert [(one.person.name, one.tally.service) for one in rows] == [("王小满", 240), ("安立春", 120)]
    assert queries.of_person(session, far.id, **YEAR).service == 120, "her own, wherever it was"
    assert [row.Activity.is_drill for row in queries.served(session, often.id, **YEAR)] == [False, False]


@pytest.mark.usefixtures("at_now")
def test_a_look_at_the_ledger_is_written_down_and_broken_days_are_no_days() -> None:
    desk, area = desks.coordinator()
    with transaction() as session:
        placed(session, factories.volunteer(session, area), area)
    page = desk.open("/co/hours?from_on=2026-12-01&until_on=2026-01-01&x=y")
    assert "这几天没有人服务过" in page, "from new year of the last day on"
    assert "王小满" in desk.open("/co/hours?from_on=nonsense")
    assert "2小时" in desk.text
    with transaction() as session:
        assert [verb for verb, *_ in audited(session)].count("looked_at_hours") == 2
    stranger = desks.volunteer_account()
    stranger.open("/co/hours")
    assert stranger.status == 403
