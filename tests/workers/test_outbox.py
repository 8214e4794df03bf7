"""Running reactions: each in its own transaction, effect and mark together, failures written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service import events, outbox, tracing
from service.activities import actions as activities
from service.activities.models import Activity, Shift
from service.outbox import MAX_ATTEMPTS, OutboxEvent, OutboxReaction
from service.reactions import NAMES, react
from service.reminders.models import Reminder
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.models import SignUp
from service.terms import SignUpState
from tests import factories
from tests.at_once import committed, together
from tests.invariants import check
from tests.outbox import drain, due

START = datetime(2026, 11, 28, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def signed_up(database: Settings) -> Iterator[SignUp]:
    """Somebody with a place, nothing of what follows done yet. Works in real time, as the worker does."""

    def prepare(session: Session) -> SignUp:
        area = factories.community(session)
        plan = factories.once_from(datetime.now(UTC))
        role = factories.only_role(
            session, factories.shifts(session, factories.activity(session, area, plans=[plan]))[0]
        )
        return factories.sign_up(session, factories.volunteer(session, area), role, now=datetime.now(UTC))

    yield committed(prepare)
    tracing.follow(None)


def spoil(session: Session) -> None:
    """An activity whose lead times nobody can read: planning reminders fails."""
    session.execute(update(Activity).values(lead_times=["soon"]))


def mend(session: Session) -> None:
    session.execute(update(Activity).values(lead_times=["P3D"]))


def reactions(session: Session) -> dict[str, OutboxReaction]:
    return {one.reaction: one for one in session.scalars(select(OutboxReaction))}


def test_all_that_follows_is_done_once(signed_up: SignUp) -> None:
    assert drain() > 0
    assert drain() == 0

    assert {name: one.attempts for name, one in committed(reactions).items() if one.done_at is None} == {}
    assert committed(check) == []


def test_one_that_fails_takes_no_other_with_it(signed_up: SignUp) -> None:
    committed(spoil)
    drain()
    failed = committed(reactions)["plan_reminders"]

    assert (failed.done_at, failed.dead_at, failed.attempts) == (None, None, 1)
    assert failed.last_error is not None
    assert "MalformedLeadTime" in failed.last_error
    assert failed.due_at > datetime.now(UTC)
    assert [name for name, one in committed(reactions).items() if one.done_at is None] == ["plan_reminders"]
    assert committed(check) == []


def test_what_fails_half_way_leaves_nothing_behind(signed_up: SignUp) -> None:
    """The roster is refitted, then the reminders cannot be planned anew: the roster stays as it was."""
    drain()
    before = committed(lambda s: s.scalars(select(Assignment.occupies)).one())

    def move(session: Session) -> None:
        shift = session.scalars(select(Shift)).one()
        moved = {"starts_at": shift.starts_at + HOUR, "ends_at": shift.ends_at + HOUR}
        activities.move_shift(session, shift, **moved, now=datetime.now(UTC), account_id=None)

    committed(move)
    committed(spoil)
    drain()
    assert committed(lambda s: s.scalars(select(Assignment.occupies)).one()) == before

    committed(mend)
    committed(lambda s: s.execute(update(OutboxReaction).values(due_at=datetime.now(UTC) - HOUR)))
    drain()
    assert committed(lambda s: s.scalars(select(Assignment.occupies)).one()) != before
    assert committed(check) == []


def test_after_its_last_attempt_it_is_dead_and_visible_and_can_be_revived(signed_up: SignUp) -> None:
    committed(spoil)
    for _ in range(MAX_ATTEMPTS):
        drain()
        committed(lambda s: s.execute(update(OutboxReaction).values(due_at=datetime.now(UTC) - HOUR)))
    [dead] = committed(lambda s: list(outbox.dead(s)))
    assert (dead.reaction, dead.attempts) == ("plan_reminders", MAX_ATTEMPTS)
    assert drain() == 0

    committed(mend)
    assert committed(lambda s: outbox.retry(s, reaction_ids=[dead.id])) == 1
    assert drain() == 1
    assert committed(lambda s: [r.lead_time for r in s.scalars(select(Reminder))]) == ["P3D"]


def test_the_same_reaction_rung_for_twice_at_once_is_done_once(signed_up: SignUp) -> None:
    from workers.outbox import run

    committed(lambda s: outbox.fan_out(s, reactions=NAMES))
    ids = [one.id for one in committed(due)]
    assert together(*[lambda _s: run(ids)] * 4) == [None] * 4

    drain()
    assert committed(check) == []


def test_the_request_id_travels_with_what_follows(signed_up: SignUp) -> None:
    drain()
    tracing.follow("req-rain")
    now = datetime.now(UTC)
    committed(lambda s: activities.cancel_shift(s, signed_up.shift_id, reason="下雨", now=now, account_id=None).id)
    tracing.follow("something-else")
    drain()
    assert tracing.request_id() is None

    told = select(OutboxEvent.request_id).where(OutboxEvent.kind == "AssignmentReleased")
    assert committed(lambda s: s.scalars(told).all()) == ["req-rain"]
    assert committed(lambda s: s.get_one(SignUp, signed_up.id).state) == SignUpState.DECLINED


def test_a_fact_or_reaction_nobody_knows_any_more_is_written_down_as_failed(database: Settings) -> None:
    def prepare(session: Session) -> None:
        session.add(OutboxEvent(kind="Forgotten", payload={}))
        outbox.record(session, events.PlaceFreed(1))
        session.flush()
        outbox.fan_out(session, reactions={"Forgotten": ("old_one",), "PlaceFreed": ("removed_one",)})

    committed(prepare)
    drain()
    errors = {name: one.last_error or "" for name, one in committed(reactions).items()}
    assert "KeyError: 'Forgotten'" in errors["old_one"]
    assert "PlaceFreed has no reaction 'removed_one'" in errors["removed_one"]


def test_react_refuses_what_is_not_on_the_page(session: Session, now: datetime) -> None:
    with pytest.raises(LookupError):
        react(session, "send_login_code", [events.PlaceFreed(1)], now=now)
    with pytest.raises(LookupError):
        react(session, "nothing", [events.VolunteerRegistered(1)], now=now)
