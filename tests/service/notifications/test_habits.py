"""What people chose is kept to: over the channel they named, or not at all, and one statement for a whole batch."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from service import db
from service.db import transaction
from service.notifications import habits, sending
from service.notifications.habits import HabitRefused, Owner
from service.notifications.leasing import lease
from service.notifications.models import Habit
from service.notifications.recipients import recipients
from service.notifications.subjects import SHIFT_ROLES
from service.notifications.wanted import To, Wanted, notify
from service.terms import Channel, NotificationKind, NotificationState, Topic, UnsentReason
from tests import factories
from tests.factories import NOW
from tests.service.notifications.conftest import Postbox, Turn
from tests.service.notifications.test_sending import at, deliveries, remind, reminded, row


def choose(key: str, topic: Topic, channel: Channel | None) -> None:
    """The recipient of this message chooses."""
    with transaction() as session:
        owner = Owner(volunteer_id=row(key).volunteer_id)
        habits.choose(session, owner, topic=topic, channel=channel, now=NOW)


def test_an_elder_who_wants_the_telephone_is_called(turn: Turn) -> None:
    key = reminded()
    choose(key, Topic.REMINDERS, Channel.CALL_LIST)
    sending.send_batch()
    assert (row(key).state, row(key).channel) == (NotificationState.SENT, Channel.CALL_LIST)


def test_a_choice_for_another_topic_changes_nothing(turn: Turn) -> None:
    key = reminded()
    choose(key, Topic.OFFERS, Channel.CALL_LIST)
    sending.send_batch()
    assert row(key).channel == Channel.FILE


def test_what_was_chosen_fails_and_the_next_takes_over(postbox: Postbox) -> None:
    key = reminded(email="gone@example.cn")
    choose(key, Topic.REMINDERS, Channel.EMAIL)
    sending.send_due()
    assert (row(key).state, row(key).channel) == (NotificationState.SENT, Channel.FILE)
    assert deliveries(key) == [(Channel.EMAIL, "550 gone"), (Channel.FILE, None)]


def test_before_anybody_must_telephone_the_other_ways_are_tried(
    postbox: Postbox, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her files cannot be written; she has an address; a mail goes out, and nobody is on the call list."""
    from service.notifications.channels import ChannelError, file

    def broken(_message: object) -> None:
        raise ChannelError("no such number", permanent=True)

    monkeypatch.setattr(file, "send", broken)
    key = reminded(email="xiuying@example.cn")
    sending.send_due()
    assert deliveries(key) == [(Channel.FILE, "no such number"), (Channel.EMAIL, None)]
    assert len(postbox.mails) == 1


def free_place(session: Session) -> str:
    """Word of a place that fell free, for somebody who watched for it; its key."""
    area = factories.community(session)
    person = factories.volunteer(session, area)
    shift = factories.shift_on(session, area, at("11-28 09:00"))
    wanted = Wanted(
        kind=NotificationKind.PLACE_FREE,
        key=f"place_free:{shift.id}:{person.id}",
        to=To(volunteer_id=person.id),
        subject_ids={SHIFT_ROLES: [factories.only_role(session, shift).id]},
        area_id=area.id,
    )
    notify(session, wanted, now=NOW)
    return wanted.key


def test_who_does_not_want_to_hear_of_it_is_left_alone_and_the_row_says_why(turn: Turn) -> None:
    with transaction() as session:
        key = free_place(session)
    choose(key, Topic.FREE_PLACES, None)
    sending.send_batch()
    assert (row(key).state, row(key).unsent_reason) == (NotificationState.UNSENT, UnsentReason.UNWANTED)
    assert deliveries(key) == []


def test_a_coordinator_who_wants_no_news_of_gaps_gets_none(turn: Turn) -> None:
    with transaction() as session:
        area = factories.community(session)
        shift = factories.shift_on(session, area, at("11-28 09:00"))
        she, other = (factories.coordinator(session, area, name) for name in ("陈协调", "林协调"))
        for account in (she, other):
            wanted = Wanted(
                kind=NotificationKind.GAP_OPENED,
                key=f"gap:{account.id}",
                to=To(account_id=account.id),
                subject_ids={SHIFT_ROLES: [factories.only_role(session, shift).id]},
                area_id=area.id,
            )
            notify(session, wanted, now=NOW)
        habits.choose(session, Owner(account_id=she.id), topic=Topic.DESK, channel=None, now=NOW)
    sending.send_batch()
    assert row(f"gap:{she.id}").unsent_reason == UnsentReason.UNWANTED
    assert row(f"gap:{other.id}").state == NotificationState.SENT


@pytest.mark.parametrize("topic", [Topic.REMINDERS, Topic.OFFERS, Topic.CHANGES, Topic.ASKINGS])
def test_the_service_itself_cannot_be_turned_off(session: Session, topic: Topic) -> None:
    person = factories.volunteer(session, factories.community(session))
    with pytest.raises(HabitRefused):
        habits.choose(session, Owner(volunteer_id=person.id), topic=topic, channel=None, now=NOW)


def test_the_last_choice_counts_and_can_be_taken_back(session: Session) -> None:
    owner = Owner(volunteer_id=factories.volunteer(session, factories.community(session)).id)
    for channel in (Channel.EMAIL, Channel.CALL_LIST):
        habits.choose(session, owner, topic=Topic.FREE_PLACES, channel=channel, now=NOW)
    habits.choose(session, owner, topic=Topic.FREE_PLACES, channel=None, now=NOW)
    assert [(one.channel, one.is_off) for one in habits.listed(session, owner)] == [(None, True)]
    habits.forget(session, owner, topic=Topic.FREE_PLACES)
    habits.forget(session, owner, topic=Topic.FREE_PLACES)
    assert session.scalars(select(Habit)).all() == []


def test_the_choices_of_a_whole_batch_are_one_statement(database: object) -> None:
    with transaction() as session:
        area = factories.community(session)
        people = [factories.volunteer(session, area, f"志愿者{n}") for n in range(30)]
        for person in people:
            remind(session, person)
            owner = Owner(volunteer_id=person.id)
            habits.choose(session, owner, topic=Topic.REMINDERS, channel=Channel.EMAIL, now=NOW)
    said: list[str] = []
    with transaction() as session:
        notifications = lease(session, now=NOW, limit=30)
        event.listen(db.engine(), "before_cursor_execute", lambda _c, _cu, sql, *_more: said.append(sql))
        found = recipients(session, notifications)
    assert len([sql for sql in said if "FROM habit" in sql]) == 1
    assert {one.choices.channel(NotificationKind.REMINDER) for one in found.values()} == {Channel.EMAIL}
