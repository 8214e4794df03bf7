"""What reminders will say in the days ahead, and how they are paused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.places.models import Area
from service.reminders import actions, outlook, planning
from service.reminders.models import Reminder
from service.roster.models import Assignment
from service.terms import ReminderState, UnsentReason
from tests import factories
from tests.factories import NOW
from tests.ledger import audited
from tests.service.reminders.test_actions import at, place

WEEK = timedelta(days=7)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def places(session: Session, area: Area) -> list[Assignment]:
    """Two people in one shift each of their own activity."""
    made = [place(session, factories.volunteer(session, area, name)) for name in ("王小满", "李大寒")]
    for one in made:
        planning.plan(session, assignment_ids=[one.id], now=NOW)
    return made


def activity_of(session: Session, assignment: Assignment) -> Activity:
    return session.get_one(Activity, session.get_one(Shift, assignment.shift_id).activity_id)


def test_what_is_to_come_is_counted_by_hour_and_shift_in_scope(
    session: Session, area: Area, places: list[Assignment]
) -> None:
    rows = outlook.coming(session, scope_ids=[area.id], from_at=NOW, until_at=NOW + WEEK)
    assert {row.Activity.id for row in rows} == {activity_of(session, one).id for one in places}
    assert [people for *_rest, people in rows] == [1] * len(rows)
    assert [row.due_at for row in rows] == [at("11-25T09:00")] * 2 + [at("11-27T20:00")] * 2, "20:30 is of the hour"
    elsewhere = factories.community(session, "石窟路社区")
    assert outlook.coming(session, scope_ids=[elsewhere.id], from_at=NOW, until_at=NOW + WEEK) == []


def test_what_falls_due_in_a_pause_is_left_unsaid_with_the_reason_and_then_it_goes_on(
    session: Session, area: Area, places: list[Assignment]
) -> None:
    paused = activity_of(session, places[0])
    outlook.pause(session, paused, account_id=7, now=NOW)
    outlook.pause(session, paused, account_id=7, now=NOW)
    assert [activity.id for _pause, activity in outlook.paused(session, scope_ids=[area.id])] == [paused.id]
    first = min(session.scalars(select(Reminder.due_at)))
    actions.settle_due(session, now=first)
    states = {one.id: _states(session, one) for one in places}
    assert (ReminderState.UNSENT, UnsentReason.PAUSED) in states[places[0].id]
    assert (ReminderState.SENT, None) in states[places[1].id]
    outlook.go_on(session, paused, account_id=7, now=first)
    outlook.go_on(session, paused, account_id=7, now=first)
    actions.settle_due(session, now=at("11-27T20:45"))
    assert (ReminderState.SENT, None) in _states(session, places[0])
    verbs = [verb for verb, _kind, id_, _account in audited(session) if id_ == paused.id and "remind" in verb]
    assert verbs == ["paused_reminders", "went_on_reminding"]


def _states(session: Session, assignment: Assignment) -> set[tuple[ReminderState, UnsentReason | None]]:
    session.expire_all()
    rows = session.scalars(select(Reminder).where(Reminder.assignment_id == assignment.id))
    return {(ReminderState(one.state), one.unsent_reason) for one in rows}
