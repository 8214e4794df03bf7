"""Each way a message can end has its sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.notifications.fates import Answer, Fate
from service.notifications.models import Call, Notification
from service.reminders.models import Reminder
from service.terms import CallOutcome, Channel, NotificationKind, NotificationState, ReminderState, UnsentReason
from service.web import told

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def message(state: NotificationState, **details: object) -> Notification:
    return Notification(kind=NotificationKind.PLACE_OFFERED, state=state, send_at=NOW, **details)


def test_every_kind_channel_reason_and_outcome_has_its_words() -> None:
    assert set(told.KINDS) == set(NotificationKind)
    assert set(told.CHANNELS) == set(Channel)
    assert set(told.REASONS) == set(UnsentReason)
    assert set(told.CALLED) == set(CallOutcome)


def test_sent_says_when_and_how() -> None:
    line = told.of_message(message(NotificationState.SENT, settled_at=NOW, channel=Channel.EMAIL), Fate())
    assert (line.sentence, line.tone) == ("11月23日（星期一）上午10:00用电子邮件发了。", "good")


def test_planned_says_when_it_will_go() -> None:
    line = told.of_message(message(NotificationState.PLANNED), Fate())
    assert (line.sentence, line.tone) == ("还没有发，11月23日（星期一）上午10:00发。", "wait")


@pytest.mark.parametrize("reason", UnsentReason)
def test_unsent_says_why(reason: UnsentReason) -> None:
    line = told.of_message(message(NotificationState.UNSENT, unsent_reason=reason, settled_at=NOW), Fate())
    assert line.sentence == f"没有发：{told.REASONS[reason]}。"


def test_a_call_says_what_came_of_it() -> None:
    sent = message(NotificationState.SENT, settled_at=NOW, channel=Channel.CALL_LIST)
    waiting = told.of_message(sent, Fate(call=Call(outcome=CallOutcome.OPEN)))
    answered = told.of_message(sent, Fate(call=Call(outcome=CallOutcome.YES, called_by=1)))
    assert [(line.sentence, line.tone) for line in (waiting, answered)] == [
        ("在电话名单上，还没有打。", "wait"),
        ("打了电话，说能来。", "good"),
    ]


def test_a_reminder_says_when_or_why_not() -> None:
    coming = told.of_reminder(Reminder(state=ReminderState.PLANNED, due_at=NOW))
    unsaid = told.of_reminder(Reminder(state=ReminderState.UNSENT, unsent_reason=UnsentReason.QUIET_HOURS, due_at=NOW))
    assert coming.sentence == "11月23日（星期一）上午10:00提醒。"
    assert unsaid.sentence == "没有提醒：夜里不打扰，等到早上又来不及了。"


@pytest.mark.parametrize(("is_yes", "said"), [(True, "答复能来。"), (False, "答复来不了。")])
def test_what_was_seen_and_answered_is_said_in_that_order(is_yes: bool, said: str) -> None:
    sent = message(NotificationState.SENT, settled_at=NOW, channel=Channel.SMS, seen_at=NOW + timedelta(minutes=5))
    line = told.of_message(sent, Fate(answer=Answer(at=NOW + timedelta(minutes=7), is_yes=is_yes)))
    assert line.sentence == (
        f"11月23日（星期一）上午10:00用短信发了。11月23日（星期一）上午10:05看过。11月23日（星期一）上午10:07{said}"
    )


def test_who_answered_by_her_link_before_anybody_called_has_answered() -> None:
    sent = message(NotificationState.SENT, settled_at=NOW, channel=Channel.CALL_LIST)
    fate = Fate(call=Call(outcome=CallOutcome.NOT_NEEDED), answer=Answer(at=NOW, is_yes=True))
    line = told.of_message(sent, fate)
    assert (line.sentence, line.tone) == ("不用再打电话了。11月23日（星期一）上午10:00答复能来。", "good")
