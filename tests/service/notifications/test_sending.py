"""Sending in two phases: nothing lost, nothing doubled, each message sent or with its reason."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.accounts.models import LoginCode
from service.activities.models import Activity
from service.calendars.actions import choose_quiet_hours
from service.calendars.quiet import Quiet
from service.db import transaction
from service.notifications import actions, sending
from service.notifications.channels import Message, file
from service.notifications.models import Call, Delivery, Notification
from service.notifications.own_words import Words, choose
from service.notifications.wanted import To, Wanted, notify
from service.notifications.ways import MAX_ATTEMPTS, TRIES_PER_CHANNEL
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.settings import LOCAL_ZONE, settings
from service.signups import actions as signups
from service.terms import (
    Channel,
    Language,
    NotificationKind,
    NotificationState,
    SignUpVia,
    UnsentReason,
)
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.service.notifications.conftest import Postbox, Turn

SENT, UNSENT, PLANNED = NotificationState.SENT, NotificationState.UNSENT, NotificationState.PLANNED


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LOCAL_ZONE)


def remind(session: Session, person: Volunteer, *, at_: datetime = NOW) -> str:
    """A confirmed place on 28 November, and a reminder of it asked for; its key."""
    area = session.get_one(Area, person.area_id)
    shift = factories.shift_on(session, area, at("11-28 09:00"), what_to_bring="水杯")
    role = factories.only_role(session, shift)
    signup = signups.sign_up(
        session, volunteer_id=person.id, shift_id=shift.id, shift_role_id=role.id, now=NOW, via=SignUpVia.WEB
    )
    assignment = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()
    wanted = Wanted(
        kind=NotificationKind.REMINDER,
        key=f"reminder:{person.id}:2026-11-27",
        to=To(volunteer_id=person.id),
        subject_ids={"assignment_ids": [assignment.id]},
        area_id=shift.area_id,
    )
    notify(session, wanted, now=at_)
    return wanted.key


def reminded(**details: object) -> str:
    """Committed: a volunteer with a reminder due now; its key."""
    with transaction() as session:
        person = factories.volunteer(session, factories.community(session), "王秀英", **details)
        return remind(session, person)


def row(key: str) -> Notification:
    with transaction() as session:
        return session.scalars(select(Notification).where(Notification.key == key)).one()


def deliveries(key: str) -> list[tuple[Channel, str | None]]:
    with transaction() as session:
        found = session.execute(
            select(Delivery.channel, Delivery.error)
            .join(Notification, Notification.id == Delivery.notification_id)
            .where(Notification.key == key)
            .order_by(Delivery.id)
        )
        return [(Channel(channel), error) for channel, error in found]


def let_leases_run_out() -> None:
    with transaction() as session:
        session.execute(update(Notification).values(leased_until=func.now() - timedelta(seconds=1)))


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.*"))


def test_a_message_is_sent_marked_and_kept(turn: Turn, tmp_path: Path) -> None:
    key = reminded()
    assert sending.send_batch() == 1
    assert sending.send_batch() == 0

    sent = row(key)
    assert (sent.state, sent.channel, sent.unsent_reason) == (SENT, Channel.FILE, None)
    assert sent.leased_until is None
    assert sent.settled_at is not None
    assert deliveries(key) == [(Channel.FILE, None)]
    (page,) = files(tmp_path)
    assert page.relative_to(tmp_path) == Path("2026-11-23", f"{key.replace(':', '.')}.txt")
    assert page.stat().st_mode & 0o077 == 0
    assert sent.text is not None
    assert page.read_text("utf-8").endswith(f"\n班次提醒\n\n{sent.text}\n")
    assert "（引导员），11月28日（星期六）上午9:00—11:00，在人民路社区。请带：水杯。" in sent.text


def test_the_file_shows_no_full_number(turn: Turn, tmp_path: Path) -> None:
    reminded(phone="+8613812345678")
    sending.send_batch()
    assert files(tmp_path)[0].read_text("utf-8").startswith("王秀英 138****5678\n")


def test_a_crash_between_sending_and_marking_sends_again_under_the_same_key(
    turn: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, sends = reminded(), Counter[str]()
    real = file.send

    def killed_after_sending(message: Message) -> None:
        real(message)
        sends[message.key] += 1
        if sends[message.key] == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(file, "send", killed_after_sending)
    with pytest.raises(KeyboardInterrupt):
        sending.send_batch()
    assert row(key).state == PLANNED
    assert sending.send_batch() == 0, "still leased by the sender that was killed"

    let_leases_run_out()
    assert sending.send_batch() == 1
    assert sends == {key: 2}
    assert len(files(tmp_path)) == 1
    assert row(key).state == SENT
    assert deliveries(key) == [(Channel.FILE, None)]


def test_two_senders_at_once_send_nothing_twice(turn: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        area = factories.community(session)
        keys = {remind(session, factories.volunteer(session, area, f"志愿者{n}")) for n in range(40)}
    sends, real, start = Counter[str](), file.send, threading.Barrier(3)

    def counted(message: Message) -> None:
        sends[message.key] += 1
        real(message)

    monkeypatch.setattr(file, "send", counted)

    def sweep() -> None:
        start.wait()
        while sending.send_batch(limit=7):
            pass

    run_together(sweep, 3)
    assert sends == dict.fromkeys(keys, 1)
    assert {row(key).state for key in keys} == {SENT}
    assert len(files(tmp_path)) == len(keys)


def test_what_no_longer_holds_is_not_sent_and_says_why(turn: Turn, tmp_path: Path) -> None:
    key = reminded()
    with transaction() as session:
        assignment = session.scalars(select(Assignment)).one()
        roster.decline(session, assignment_id=assignment.id, now=NOW)
    sending.send_batch()
    assert (row(key).state, row(key).unsent_reason) == (UNSENT, UnsentReason.NOT_HOLDING)
    assert deliveries(key) == []
    assert files(tmp_path) == []


def test_a_message_shows_the_rows_as_they_are_when_it_is_sent(turn: Turn) -> None:
    key = reminded()
    with transaction() as session:
        factories.shifts(session, session.scalars(select(Activity)).one())[0].starts_at = at("11-28 10:30")
    sending.send_batch()
    assert "上午10:30—11:00" in (row(key).text or "")


def ask_for_code(now: datetime = NOW) -> str:
    with transaction() as session:
        code = accounts.request_code(session, phone="+8613812345678", now=now)
        actions.tell_login_code(session, login_code_id=code.id, now=now)
        return f"login_code:{code.id}"


def test_a_login_code_is_sent_and_never_kept(turn: Turn, tmp_path: Path) -> None:
    key = ask_for_code()
    sending.send_batch()
    with transaction() as session:
        digits = accounts.digits(session.scalars(select(LoginCode)).one())
    assert digits in files(tmp_path)[0].read_text("utf-8")
    assert (row(key).state, row(key).text) == (SENT, None)


def test_a_login_code_is_not_sent_once_it_is_of_no_use(turn: Turn, tmp_path: Path) -> None:
    first = ask_for_code()
    second = ask_for_code(NOW + timedelta(minutes=2))
    turn(NOW + timedelta(minutes=2))
    third = ask_for_code(NOW + timedelta(minutes=4))
    turn(NOW + timedelta(minutes=30))
    sending.send_batch()
    reasons = [row(key).unsent_reason for key in (first, second, third)]
    assert reasons == [UnsentReason.SUPERSEDED, UnsentReason.SUPERSEDED, UnsentReason.TOO_LATE]
    assert files(tmp_path) == []


def test_at_night_only_what_is_urgent_goes_out(turn: Turn) -> None:
    reminder = reminded()
    turn(at("11-27 23:00"))
    code = ask_for_code(at("11-27 23:00"))
    assert sending.send_batch() == 1
    assert (row(code).state, row(reminder).state) == (SENT, PLANNED)
    turn(at("11-28 08:00"))
    assert sending.send_batch() == 1
    assert row(reminder).state == SENT


def test_a_message_goes_out_with_what_its_area_says_around_it(turn: Turn, tmp_path: Path) -> None:
    key = reminded()
    with transaction() as session:
        area = session.get_one(Area, session.scalars(select(Notification.area_id)).one())
        words = Words("各位老邻居", "活动室有热茶")
        choose(session, area, kind=NotificationKind.REMINDER, language=Language.ZH, words=words, account_id=1, now=NOW)
    sending.send_batch()
    text = row(key).text or ""
    assert "各位老邻居\n" in text
    assert text.endswith("\n活动室有热茶")
    assert text in files(tmp_path)[0].read_text("utf-8")


def test_the_night_is_as_long_as_an_administrator_says(turn: Turn) -> None:
    reminder = reminded()
    with transaction() as session:
        choose_quiet_hours(session, Quiet(time(19), time(8, 30)), account_id=1, now=NOW)
    for moment in ("11-27 20:00", "11-28 08:20"):
        turn(at(moment))
        assert sending.send_batch() == 0
    turn(at("11-28 08:30"))
    assert sending.send_batch() == 1
    assert row(reminder).state == SENT


def test_what_was_planned_in_the_last_minutes_of_the_day_still_goes_out(turn: Turn) -> None:
    with transaction() as session:
        person = factories.volunteer(session, factories.community(session))
        key = remind(session, person, at_=at("11-27 20:59"))
    turn(at("11-27 21:05"))
    sending.send_batch()
    assert row(key).state == SENT


def test_urgent_messages_go_before_the_others(turn: Turn) -> None:
    reminder, code = reminded(), ask_for_code()
    assert sending.send_batch(limit=1) == 1
    assert (row(code).state, row(reminder).state) == (SENT, PLANNED)


def test_who_has_no_phone_is_put_on_the_call_list(turn: Turn, tmp_path: Path) -> None:
    key = reminded(phone=None)
    sending.send_batch()
    sent = row(key)
    assert (sent.state, sent.channel) == (SENT, Channel.CALL_LIST)
    with transaction() as session:
        call = session.scalars(select(Call)).one()
    assert (call.notification_id, call.area_id, call.volunteer_id) == (sent.id, sent.area_id, sent.volunteer_id)
    assert call.script.startswith("您好，这里是人民路社区。王秀英您好，提醒您来：")
    assert call.script.endswith("您听清楚了吗？")
    assert "http" not in call.script
    assert files(tmp_path) == []


def test_a_call_sent_twice_stands_on_the_list_once(turn: Turn) -> None:
    key = reminded(phone=None)
    sending.send_batch()
    with transaction() as session:
        session.execute(update(Notification).values(state=PLANNED, channel=None, settled_at=None))
    sending.send_batch()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Call)) == 1
    assert row(key).state == SENT


def test_a_mail_carries_the_key_and_the_text(postbox: Postbox) -> None:
    key = reminded(email="xiuying@example.cn", channel=Channel.EMAIL)
    sending.send_batch()
    (mail,) = postbox.mails
    assert mail["Message-ID"] == f"<{key.replace(':', '.')}@localhost>"
    assert mail["Subject"] == "【人民路社区】班次提醒"
    assert mail["To"].addresses[0].addr_spec == "xiuying@example.cn"
    assert mail["To"].addresses[0].display_name == "王秀英"
    assert mail.get_content().strip() == row(key).text
    assert row(key).channel == Channel.EMAIL


def test_an_address_refused_for_good_goes_to_the_next_channel_at_once(postbox: Postbox) -> None:
    key = reminded(email="gone@example.cn", channel=Channel.EMAIL)
    assert sending.send_batch() == 1
    assert row(key).state == PLANNED
    assert sending.send_batch() == 1
    assert (row(key).state, row(key).channel) == (SENT, Channel.FILE)
    assert deliveries(key) == [(Channel.EMAIL, "550 gone"), (Channel.FILE, None)]


def test_a_passing_failure_is_tried_again_with_longer_waits_then_over_the_next_channel(
    postbox: Postbox, turn: Turn
) -> None:
    key, now, waits = reminded(email="busy@example.cn", channel=Channel.EMAIL), NOW, []
    for _ in range(TRIES_PER_CHANNEL):
        assert sending.send_batch() == 1
        waits.append((row(key).send_at - now).total_seconds())
        now = max(now, row(key).send_at)
        turn(now)
    # Half to one and a half times 30, 60, 120 and 240 seconds, then no wait before the other channel.
    for wait, nominal in zip(waits[:4], (30, 60, 120, 240), strict=True):
        assert 0.5 * nominal <= wait <= 1.5 * nominal + 5
    assert waits[4] <= 5
    assert sending.send_batch() == 1
    assert deliveries(key) == [(Channel.EMAIL, "451 later")] * TRIES_PER_CHANNEL + [(Channel.FILE, None)]


def test_a_mail_server_that_cannot_be_reached_is_a_passing_failure(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()
    key = reminded(email="xiuying@example.cn", channel=Channel.EMAIL)
    sending.send_batch()
    assert row(key).state == PLANNED
    assert row(key).send_at > NOW
    ((channel, error),) = deliveries(key)
    assert channel == Channel.EMAIL
    assert "ConnectionRefusedError" in (error or "")


def test_a_retry_that_would_fall_into_the_night_waits_for_the_morning(postbox: Postbox, turn: Turn) -> None:
    key = reminded(email="busy@example.cn", channel=Channel.EMAIL)
    turn(at("11-27 20:59:59"))
    sending.send_batch()
    assert row(key).send_at == at("11-28 08:00")


def test_at_last_a_coordinator_telephones(turn: Turn, tmp_path: Path) -> None:
    key = reminded()
    (tmp_path / "2026-11-23").write_text("a file where the folder should be")
    now = NOW
    for _ in range(TRIES_PER_CHANNEL + 1):
        sending.send_batch()
        now = max(now, row(key).send_at)
        turn(now)
    assert (row(key).state, row(key).channel) == (SENT, Channel.CALL_LIST)
    assert [channel for channel, _ in deliveries(key)] == [Channel.FILE] * TRIES_PER_CHANNEL + [Channel.CALL_LIST]


def test_what_cannot_be_sent_at_all_ends_with_its_cause(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_CHANNEL", "email")
    settings.cache_clear()
    without_address = ask_for_code()
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900001111", email="a@example.cn")
        code = accounts.request_code(session, phone="+8613900001111", now=NOW)
        actions.tell_login_code(session, login_code_id=code.id, now=NOW)
    sending.send_batch()
    assert row(without_address).unsent_reason == UnsentReason.NO_CHANNEL
    assert row(f"login_code:{code.id}").unsent_reason == UnsentReason.FAILED
    assert deliveries(f"login_code:{code.id}") == [(Channel.EMAIL, "SMTP_URL is not set")]


def test_one_spoilt_message_does_not_hold_up_the_others(turn: Turn) -> None:
    spoilt, unreadable, good = reminded(), ask_for_code(), reminded()
    with transaction() as session:
        session.execute(update(Volunteer).where(Volunteer.id == row(spoilt).volunteer_id).values(phone_sealed=b"x"))
        session.execute(update(Notification).where(Notification.key == unreadable).values(phone_sealed=b"x"))
    assert sending.send_batch() == 3
    assert (row(spoilt).state, row(unreadable).state, row(good).state) == (PLANNED, PLANNED, SENT)
    assert [(channel, (error or "")[:14]) for channel, error in deliveries(spoilt)] == [
        (Channel.FILE, "Undecipherable")
    ]


def test_a_message_that_brings_its_sender_down_each_time_is_given_up(turn: Turn) -> None:
    key = reminded()
    with transaction() as session:
        session.execute(update(Notification).values(attempts=MAX_ATTEMPTS))
    sending.send_batch()
    assert (row(key).state, row(key).unsent_reason) == (UNSENT, UnsentReason.FAILED)


def test_when_its_time_is_up_a_batch_gives_the_rest_back(turn: Turn) -> None:
    key = reminded()
    assert sending.send_batch(seconds=-1) == 1
    given_back = row(key)
    assert (given_back.state, given_back.leased_until, given_back.attempts) == (PLANNED, None, 0)


def test_sweeping_until_nothing_is_due_counts_what_it_dealt_with(turn: Turn) -> None:
    keys = [reminded() for _ in range(3)]
    assert sending.send_due() == 3
    assert {row(key).state for key in keys} == {SENT}


@pytest.mark.parametrize("sweep_with", [1, 3])
def test_sweeps_of_reminders_at_once_make_one_message_a_person_and_day(turn: Turn, sweep_with: int) -> None:
    """Two places each; whoever claims a person has all of her day."""
    from service.reminders import actions as reminders
    from service.reminders import planning
    from service.reminders.models import Reminder
    from service.terms import ReminderState

    with transaction() as session:
        area = factories.community(session)
        people = [factories.volunteer(session, area, f"志愿者{n}") for n in range(20)]
        for person in people:
            for hour in ("09:00", "14:00"):
                shift = factories.shift_on(session, area, at(f"11-28 {hour}"))
                role = factories.only_role(session, shift)
                signup = signups.sign_up(
                    session,
                    volunteer_id=person.id,
                    shift_id=shift.id,
                    shift_role_id=role.id,
                    now=NOW,
                    via=SignUpVia.WEB,
                )
                held = session.scalars(select(Assignment).where(Assignment.signup_id == signup.id)).one()
                planning.plan(session, assignment_ids=[held.id], now=NOW)
    evening, start = at("11-27 20:00"), threading.Barrier(3)

    def sweep() -> None:
        start.wait()
        for _ in range(60):
            with transaction() as session:
                reminders.settle_due(session, now=evening, limit=sweep_with)

    run_together(sweep, 3)
    with transaction() as session:
        told = session.execute(
            select(Notification.volunteer_id, func.count()).group_by(Notification.volunteer_id)
        ).all()
        assert sorted(told) == [(person.id, 1) for person in people]
        states = Counter(session.scalars(select(Reminder.state)))
        # Of six each, the two hours before the afternoon shift are still to come.
        assert states == {ReminderState.SENT: 100, ReminderState.PLANNED: 20}
        assert session.scalar(select(func.count()).where(Reminder.notification_id.is_(None))) == 20


def run_together(work: Callable[[], None], count: int) -> None:
    """Each in a thread and a connection of its own; an error in any of them is an error here."""
    with ThreadPoolExecutor(count) as pool:
        for running in [pool.submit(work) for _ in range(count)]:
            running.result()
