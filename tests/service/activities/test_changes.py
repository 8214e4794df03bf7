"""Moving and calling off: what is allowed, what is told, and what races with a sign-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from service import db
from service.activities import actions
from service.activities.models import Activity, Shift
from service.activities.rules import DAY_REST, NIGHT_REST
from service.settings import Settings
from service.terms import ActivityState, ShiftState
from tests import factories
from tests.at_once import committed
from tests.ledger import audited, facts

START = datetime(2026, 11, 28, 1, tzinfo=UTC)  # 9:00 in Gongyi
HOUR = timedelta(hours=1)


@pytest.fixture
def shift(session: Session) -> Shift:
    return factories.shift_on(session, factories.community(session), START)


def move(session: Session, shift: Shift, starts_at: datetime, ends_at: datetime, now: datetime) -> Shift:
    return actions.move_shift(session, shift, starts_at=starts_at, ends_at=ends_at, now=now, account_id=7)


def test_a_moved_shift_owes_the_rest_of_its_new_hours(session: Session, shift: Shift, now: datetime) -> None:
    assert shift.rest_after == DAY_REST
    move(session, shift, START + 12 * HOUR, START + 14 * HOUR, now)

    assert (shift.starts_at, shift.ends_at, shift.rest_after) == (START + 12 * HOUR, START + 14 * HOUR, NIGHT_REST)
    assert facts(session, "ShiftMoved") == [("ShiftMoved", shift.id)]
    assert audited(session)[-1] == ("moved_shift", "shift", shift.id, 7)


@pytest.mark.parametrize(
    ("starts", "ends", "at", "problems"),
    [
        (timedelta(), HOUR, -HOUR, []),
        (timedelta(), 24 * HOUR, -HOUR, []),
        (timedelta(), timedelta(), -HOUR, ["ends_before_start"]),
        (HOUR, timedelta(), -HOUR, ["ends_before_start"]),
        (timedelta(), 24 * HOUR + timedelta(minutes=1), -HOUR, ["longer_than_a_day"]),
        (-2 * HOUR, HOUR, -HOUR, ["past"]),
        (-HOUR, HOUR, -HOUR, ["past"]),  # starting this very moment
        (24 * HOUR, 25 * HOUR, timedelta(), ["past"]),  # it begins right now: nothing to move any more
        (24 * HOUR, 23 * HOUR, HOUR, ["past", "ends_before_start"]),
    ],
)
def test_moves(
    session: Session, shift: Shift, starts: timedelta, ends: timedelta, at: timedelta, problems: list[str]
) -> None:
    try:
        move(session, shift, START + starts, START + ends, START + at)
        found = []
    except actions.ActivityRefused as refused:
        found = refused.problems["shift"]

    assert found == problems


def test_a_cancelled_shift_is_not_moved(session: Session, shift: Shift, now: datetime) -> None:
    actions.cancel_shift(session, shift.id, reason="下雨", now=now, account_id=None)

    with pytest.raises(actions.ActivityRefused) as refused:
        move(session, shift, START + HOUR, START + 2 * HOUR, now)
    assert refused.value.problems == {"shift": ["cancelled"]}


def test_cancelling_twice_tells_once_and_keeps_the_first_reason(session: Session, shift: Shift, now: datetime) -> None:
    actions.cancel_shift(session, shift.id, reason="下雨", now=now, account_id=7)
    again = actions.cancel_shift(session, shift.id, reason="没人", now=now, account_id=8)

    assert (again.state, again.cancel_reason) == (ShiftState.CANCELLED, "下雨")
    assert facts(session, "ShiftCancelled") == [("ShiftCancelled", shift.id)]
    assert [line for line in audited(session) if line[0] == "cancelled_shift"] == [
        ("cancelled_shift", "shift", shift.id, 7)
    ]


def test_cancelling_an_activity_calls_off_what_has_not_begun(session: Session, now: datetime) -> None:
    area = factories.community(session)
    made = factories.activity(session, area, plans=None)
    [begun] = factories.shifts(session, made)
    later = Shift(
        area_id=area.id,
        activity_id=made.id,
        occurrence_id=begun.occurrence_id,
        place_id=area.id,
        starts_at=begun.starts_at + 3 * HOUR,
        ends_at=begun.starts_at + 4 * HOUR,
    )
    session.add(later)
    session.flush()
    actions.cancel_activity(session, made, reason="停水", now=begun.starts_at, account_id=7)
    actions.cancel_activity(session, made, reason="又停水", now=begun.starts_at, account_id=7)

    assert (made.state, made.cancel_reason) == (ActivityState.CANCELLED, "停水")
    assert (begun.state, later.state) == (ShiftState.OPEN, ShiftState.CANCELLED)
    assert facts(session, "ShiftCancelled") == [("ShiftCancelled", later.id)]


# --- two people at one thing, with real commits ---


def test_of_two_changes_from_the_same_reading_the_second_is_refused(database: Settings, now: datetime) -> None:
    shift_id = committed(lambda s: factories.shift_on(s, factories.community(s), START).id)

    def move_it_too(session: Session) -> None:
        mine = session.get_one(Shift, shift_id)
        committed(lambda s: move(s, s.get_one(Shift, shift_id), START + HOUR, START + 2 * HOUR, now))
        move(session, mine, START + 3 * HOUR, START + 4 * HOUR, now)

    with pytest.raises(StaleDataError):
        committed(move_it_too)
    assert committed(lambda s: s.get_one(Shift, shift_id).starts_at) == START + HOUR
    assert committed(lambda s: facts(s, "ShiftMoved")) == [("ShiftMoved", shift_id)]


def test_an_activity_edited_by_two_keeps_the_first_edit(database: Settings) -> None:
    activity_id = committed(lambda s: factories.activity(s, factories.community(s)).id)

    def name(title: str, after: str | None = None) -> Callable[[Session], None]:
        def change(session: Session) -> None:
            mine = session.get_one(Activity, activity_id)
            if after:
                committed(name(after))
            mine.title = title

        return change

    with pytest.raises(StaleDataError):
        committed(name("后改的", after="先改的"))
    assert committed(lambda s: s.get_one(Activity, activity_id).title) == "先改的"


def test_cancelling_reads_the_shift_anew_after_it_waited(database: Settings, now: datetime) -> None:
    """A shift in the session's memory is not what counts: the row under the lock is."""
    shift_id = committed(lambda s: factories.shift_on(s, factories.community(s), START).id)
    with db.transaction() as session:
        remembered = session.get_one(Shift, shift_id)
        committed(lambda s: s.execute(update(Shift).values(state=ShiftState.CANCELLED, cancel_reason="下雨")))
        actions.cancel_shift(session, shift_id, reason="没人", now=now, account_id=None)

        assert (remembered.cancel_reason, facts(session, "ShiftCancelled")) == ("下雨", [])
