"""What is due is said at once, and what a dying sweep leaves is said all the same, once, under the same key."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select, text, update

from service.db import transaction
from service.notifications import sending
from service.notifications.channels import Message, file
from service.notifications.models import Delivery, Notification
from service.reminders import planning, queries, sweeping
from service.reminders.models import Reminder
from service.roster.models import Assignment
from service.terms import NotificationState, ReminderState
from tests import factories
from tests.factories import NOW
from tests.service.notifications.conftest import Turn, turn
from tests.service.notifications.test_sending import ask_for_code, at, let_leases_run_out, row

__all__ = ["turn"]

EVENING = at("11-27 20:00")


def due_in_the_evening(people: int, *, hours: tuple[str, ...] = ("09:00",)) -> None:
    """Committed: so many volunteers with places on 28 November, and a reminder of each on the evening before."""
    with transaction() as session:
        area = factories.community(session)
        for number in range(people):
            person = factories.volunteer(session, area, f"志愿者{number}")
            for hour in hours:
                shift = factories.shift_on(session, area, at(f"11-28 {hour}"), lead_times=["eve20:00"])
                signup = factories.sign_up(session, person, factories.only_role(session, shift))
                held = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()
                planning.plan(session, assignment_ids=[held.id], now=NOW)


def counted() -> tuple[Counter[str], Counter[str], int]:
    """Reminders and notifications by state, and how many deliveries there are."""
    with transaction() as session:
        return (
            Counter(session.scalars(select(Reminder.state))),
            Counter(session.scalars(select(Notification.state))),
            session.scalar(select(func.count()).select_from(Delivery)) or 0,
        )


def test_one_sweep_settles_sends_and_marks(turn: Turn) -> None:
    due_in_the_evening(5)
    turn(EVENING)
    assert sweeping.send_due() == 5
    assert counted() == ({ReminderState.SENT: 5}, {NotificationState.SENT: 5}, 5)
    assert sweeping.send_due() == 0


def test_two_sweeps_do_not_hold_what_the_other_is_about_to_mark(turn: Turn) -> None:
    """One has claimed her by her first reminder. The other must not so much as touch the second."""
    due_in_the_evening(1, hours=("09:00", "14:00"))
    with transaction() as one, transaction() as other:
        assert len(queries.claim_people(one, now=EVENING, limit=1)) == 1
        assert queries.claim_people(other, now=EVENING, limit=9) == set()
        one.execute(text("SET LOCAL lock_timeout = '2s'"))
        one.execute(update(Reminder).values(due_at=EVENING))


def test_a_sweep_killed_between_settling_and_marking_is_made_up_for(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_in_the_evening(3)
    turn(EVENING)
    sends, real = Counter[str](), file.send

    def killed_at_the_second(message: Message) -> None:
        if len(sends) == 1:
            raise KeyboardInterrupt
        real(message)
        sends[message.key] += 1

    monkeypatch.setattr(file, "send", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        sweeping.send_due()
    assert counted() == ({ReminderState.SENT: 3}, {NotificationState.PLANNED: 3}, 0)

    def sent_and_counted(message: Message) -> None:
        real(message)
        sends[message.key] += 1

    monkeypatch.setattr(file, "send", sent_and_counted)
    assert sweeping.send_due() == sending.send_due() == 0, "still leased by the sweep that was killed"
    let_leases_run_out()
    assert sending.send_due() == 3
    assert counted() == ({ReminderState.SENT: 3}, {NotificationState.SENT: 3}, 3)
    assert sorted(sends.values()) == [1, 1, 2], "the one that had gone goes again, under its key"


def test_when_its_time_is_up_a_sweep_leaves_the_rest_to_the_next_sender(turn: Turn) -> None:
    due_in_the_evening(2)
    turn(EVENING)
    assert sweeping.send_batch(seconds=-1) == 2
    assert counted() == ({ReminderState.SENT: 2}, {NotificationState.PLANNED: 2}, 0)
    assert sending.send_due() == 2


def test_a_login_code_does_not_wait_behind_the_reminders(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    due_in_the_evening(3)
    turn(EVENING)
    code, order, real = ask_for_code(EVENING), list[str](), file.send

    def sent_and_noted(message: Message) -> None:
        real(message)
        order.append(message.key)

    monkeypatch.setattr(file, "send", sent_and_noted)
    sweeping.send_due()
    assert order[0] == code
    assert len(order) == 4
    assert row(code).state == NotificationState.SENT
