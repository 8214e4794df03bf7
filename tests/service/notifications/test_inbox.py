"""The inbox always can: whom nothing else reaches finds it there; and the ledger knows when it was seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.db import transaction
from service.notifications import habits, queries, sending
from service.notifications.channels import ChannelError, file
from service.notifications.habits import Owner
from service.notifications.subjects import SHIFT_ROLES
from service.notifications.wanted import To, Wanted, notify
from service.terms import Channel, NotificationKind, NotificationState, Topic, UnsentReason
from tests import factories
from tests.factories import NOW
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import ask_for_code, at, deliveries, reminded, row


def gap_for_a_coordinator() -> tuple[str, int]:
    """Committed: word of a gap for a coordinator, due now; its key, and her account."""
    with transaction() as session:
        area = factories.community(session)
        shift = factories.shift_on(session, area, at("11-28 09:00"))
        account = factories.coordinator(session, area)
        wanted = Wanted(
            kind=NotificationKind.GAP_OPENED,
            key=f"gap:{account.id}",
            to=To(account_id=account.id),
            subject_ids={SHIFT_ROLES: [factories.only_role(session, shift).id]},
            area_id=area.id,
        )
        notify(session, wanted, now=NOW)
        return wanted.key, account.id


def break_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_message: object) -> None:
        raise ChannelError("no such number", permanent=True)

    monkeypatch.setattr(file, "send", broken)


def test_a_coordinator_whom_nothing_reaches_finds_it_in_her_inbox(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    break_files(monkeypatch)
    key, account_id = gap_for_a_coordinator()
    sending.send_due()
    assert (row(key).state, row(key).channel) == (NotificationState.SENT, Channel.INBOX)
    assert deliveries(key) == [(Channel.FILE, "no such number"), (Channel.INBOX, None)]
    with transaction() as session:
        assert [one.key for one in queries.of_account(session, account_id)] == [key]


def test_digits_are_never_left_there(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    break_files(monkeypatch)
    key = ask_for_code()
    sending.send_due()
    assert row(key).unsent_reason == UnsentReason.FAILED


def test_who_wants_to_look_by_herself_gets_nothing_else(turn: Turn) -> None:
    key = reminded()
    with transaction() as session:
        owner = Owner(volunteer_id=row(key).volunteer_id)
        habits.choose(session, owner, topic=Topic.REMINDERS, channel=Channel.INBOX, now=NOW)
    sending.send_due()
    assert deliveries(key) == [(Channel.INBOX, None)]
    assert (row(key).text or "").startswith("【人民路社区】王秀英您好")


def test_what_was_sent_is_new_until_it_is_seen_and_what_was_not_is_never_new(turn: Turn) -> None:
    first, second = reminded(), reminded()
    her = row(first).volunteer_id
    sending.send_due()
    with transaction() as session:
        assert queries.unseen(session, volunteer_id=her, account_id=0) == 1
        assert queries.mark_seen(session, volunteer_id=her, account_id=0, now=NOW) == 1
        assert queries.mark_seen(session, volunteer_id=her, account_id=0, now=NOW + timedelta(hours=1)) == 0
        assert queries.unseen(session, volunteer_id=her, account_id=0) == 0
    assert (row(first).seen_at, row(second).seen_at) == (NOW, None)
