"""Many reactions in one transaction: all or nothing, nobody taken down by another, no two in each other's way."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from service import db, outbox, tracing
from service.activities.models import Activity, ShiftRole
from service.activities.rules import RolePlan
from service.notifications.models import Notification
from service.outbox import OutboxReaction
from service.reactions import NAMES
from service.reminders.models import Reminder
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import Settings
from service.signups import actions as signups
from service.signups.models import SignUp
from service.terms import AssignmentState
from service.volunteers.models import Volunteer
from tests import factories
from tests.at_once import committed, until_it_waits
from tests.invariants import check
from tests.outbox import drain, due

PEOPLE = 12


def openings(session: Session, *days: int, places: int = PEOPLE) -> list[ShiftRole]:
    """Roles of shifts in so many days, each of an activity of its own."""
    roles = [RolePlan(name="志愿者", min_needed=1, max_needed=places)]
    made = []
    for day in days:
        plans = [factories.once_from(datetime.now(UTC), days=day)]
        area = factories.community(session)
        activity = factories.activity(session, area, title=f"第{day}天", plans=plans, roles=roles)
        made.append(factories.only_role(session, factories.shifts(session, activity)[0]))
    return made


def people(session: Session, number: int = PEOPLE) -> list[Volunteer]:
    return [factories.volunteer(session, factories.community(session), "王小满") for _ in range(number)]


def everybody_signs_up(session: Session, *days: int) -> list[SignUp]:
    """Each of the people in each of the shifts, nothing of what follows done yet."""
    crowd, now = people(session), datetime.now(UTC)
    return [factories.sign_up(session, person, role, now=now) for role in openings(session, *days) for person in crowd]


def fanned_out(session: Session) -> list[int]:
    outbox.fan_out(session, reactions=NAMES)
    return [one.id for one in due(session)]


def not_done(session: Session) -> dict[str, int]:
    """Reactions still open, by name."""
    still = select(OutboxReaction.reaction, func.count()).where(OutboxReaction.done_at.is_(None))
    return dict(session.execute(still.group_by(OutboxReaction.reaction)).all())


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tracebacks of what failed while it was run, alone or with others."""
    import workers.outbox as worker

    found: list[str] = []
    real: Callable[..., str | None] = worker._failure_of

    def watched(reaction_ids: Any) -> str | None:
        error = real(reaction_ids)
        found.extend([error] if error else [])
        return error

    monkeypatch.setattr(worker, "_failure_of", watched)
    return found


def test_what_follows_many_sign_ups_takes_effect_in_few_transactions(database: Settings, failures: list[str]) -> None:
    from workers.outbox import run

    committed(lambda s: everybody_signs_up(s, 5))
    run(committed(fanned_out))

    assert failures == []
    assert committed(not_done) == {}
    moments = select(OutboxReaction.reaction, func.count(func.distinct(OutboxReaction.done_at)))
    assert committed(lambda s: dict(s.execute(moments.group_by(OutboxReaction.reaction)).all())) == {
        "acknowledge_sign_up": 1,
        "settle_sign_up": 1,
        "plan_reminders": 1,
        "end_search": 1,
        "tell_goes_ahead": 1,
        "seat_and_rebook": 1,
        "call_out": 1,
        "ask_co_hosts": 1,
    }
    assert committed(lambda s: s.scalar(select(func.count()).select_from(Notification))) == PEOPLE
    assert committed(lambda s: s.scalar(select(func.count()).select_from(Reminder))) == 3 * PEOPLE
    assert committed(check) == []


def test_one_that_cannot_be_done_takes_no_other_with_it(database: Settings, failures: list[str]) -> None:
    """The reminders of one activity cannot be planned; the others' are, in the same round."""
    committed(lambda s: everybody_signs_up(s, 5))
    [spoilt] = committed(lambda s: openings(s, 6))
    committed(lambda s: factories.sign_up(s, people(s, 1)[0], s.get_one(ShiftRole, spoilt.id), now=datetime.now(UTC)))
    committed(lambda s: s.execute(update(Activity).where(Activity.title == "第6天").values(lead_times=["soon"])))
    drain()

    assert committed(not_done) == {"plan_reminders": 1}
    failed = committed(lambda s: s.scalars(select(OutboxReaction).where(OutboxReaction.done_at.is_(None))).one())
    assert (failed.attempts, failed.dead_at) == (1, None)
    assert failed.last_error is not None
    assert "MalformedLeadTime" in failed.last_error
    assert 2 <= len(failures) <= 1 + PEOPLE.bit_length(), "in halves, down to the one"
    assert committed(lambda s: s.scalar(select(func.count()).select_from(Reminder))) == 3 * PEOPLE
    assert committed(check) == []


def test_what_is_done_elsewhere_meanwhile_is_not_done_again(database: Settings, failures: list[str]) -> None:
    """A batch and one of its reactions rung for alone: whoever has the row has the work."""
    from workers.outbox import run_together

    committed(lambda s: everybody_signs_up(s, 5))
    committed(fanned_out)
    ids = committed(
        lambda s: s.scalars(select(OutboxReaction.id).where(OutboxReaction.reaction == "plan_reminders")).all()
    )
    with db.transaction() as elsewhere:
        assert len(outbox.take(elsewhere, ids[:1])) == 1
        run_together(ids)
        assert committed(lambda s: s.scalar(select(func.count()).select_from(Reminder))) == 3 * (PEOPLE - 1)
        elsewhere.rollback()
    run_together(ids)

    assert failures == []
    assert committed(lambda s: s.scalar(select(func.count()).select_from(Reminder))) == 3 * PEOPLE


def test_each_message_keeps_the_request_that_led_to_it(database: Settings) -> None:
    def ask(session: Session) -> list[int]:
        [role], asked = openings(session, 5), []
        for number, person in enumerate(people(session)):
            tracing.follow(f"request-{number}")
            asked.append(factories.sign_up(session, person, role, now=datetime.now(UTC)).id)
        tracing.follow(None)
        return asked

    asked = committed(ask)
    drain()

    assert tracing.request_id() is None
    kept = select(Notification.request_id).order_by(Notification.subject_ids["signup_ids"][0].as_integer())
    assert committed(lambda s: s.scalars(kept).all()) == [f"request-{number}" for number in range(len(asked))]


def test_a_batch_waits_for_a_person_and_sees_what_was_done_meanwhile(database: Settings, failures: list[str]) -> None:
    """She declines while her reminders are about to be planned with the others': none are planned for her."""
    from workers.outbox import run

    committed(lambda s: everybody_signs_up(s, 5))
    drained = committed(fanned_out)
    place = committed(lambda s: s.scalars(select(Assignment).order_by(Assignment.id.desc()).limit(1)).one())
    with ThreadPoolExecutor(1) as pool, db.transaction() as session:
        roster.decline(session, assignment_id=place.id, now=datetime.now(UTC))
        session.flush()
        running = pool.submit(run, drained)
        until_it_waits(running)
        session.commit()
        running.result(20)

    assert failures == []
    planned = select(func.count()).where(Reminder.assignment_id == place.id)
    assert committed(lambda s: s.scalar(planned)) == 0
    drain()
    assert committed(check) == []


def test_batches_that_meet_the_same_people_do_not_block_each_other_for_good(
    database: Settings, failures: list[str]
) -> None:
    """Everybody has places in four shifts; six workers have the reactions, torn apart and shuffled, while people
    decline, withdraw and undo it. No deadlock, no failure, and all that was promised holds."""
    from workers.outbox import run

    committed(lambda s: everybody_signs_up(s, 5, 6, 7, 8))
    ids = committed(fanned_out)
    dice = random.Random(7)
    dice.shuffle(ids)
    parts = [ids[start::12] for start in range(12)]
    places = list(committed(lambda s: s.scalars(select(Assignment).order_by(Assignment.id)).all()))
    dice.shuffle(places)

    def change_mind(place: Assignment) -> None:
        committed(lambda s: roster.decline(s, assignment_id=place.id, now=datetime.now(UTC)))

    def slip(place: Assignment) -> None:
        assert place.signup_id is not None
        signup_id = place.signup_id
        committed(lambda s: signups.withdraw(s, signup_id=signup_id, now=datetime.now(UTC)))
        committed(lambda s: signups.undo_withdrawal(s, signup_id=signup_id, now=datetime.now(UTC)))

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(run, part) for part in parts]
        running += [pool.submit(change_mind, place) for place in places[:10]]
        running += [pool.submit(slip, place) for place in places[10:20]]
        for one in running:
            one.result(60)
    drain()

    assert failures == []
    assert committed(not_done) == {}
    assert committed(check) == []
    confirmed = select(func.count()).where(Assignment.state == AssignmentState.CONFIRMED)
    assert committed(lambda s: s.scalar(confirmed)) == 4 * PEOPLE - 10
    unplanned = text("""
        SELECT count(*) FROM assignment a WHERE state = 'confirmed'
        AND NOT EXISTS (SELECT FROM reminder r WHERE r.assignment_id = a.id AND r.state = 'planned')""")
    assert committed(lambda s: s.scalar(unplanned)) == 0
