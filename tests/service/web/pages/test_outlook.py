"""/co/messages: the week ahead, pausing and going on; of one's own areas only."""

from __future__ import annotations

import pytest

from service.db import transaction
from service.reminders.models import ReminderPause
from tests import desks
from tests.outbox import drain

pytestmark = pytest.mark.usefixtures("at_now")


def test_the_week_ahead_is_read_and_an_activity_paused_and_taken_up_again() -> None:
    desk, area = desks.coordinator()
    activity, [shift] = desks.published(area)
    assert "往后七天没有要发的提醒" in desk.open("/co/messages")
    with transaction() as session:
        desks.signed_up(session, area, shift, "王小满")
    drain()
    text = desk.open("/co/messages")
    assert ("1人：" in text, activity.title in text) == (True, True)
    assert "王小满" in text.split("看样子")[1], "the sample's reader"
    desk.send(f"/co/activities/{activity.id}/reminders/pause")
    assert ("提醒暂停了" in desk.text, "撤销" in desk.text) == (True, True)
    desk.send(f"/co/activities/{activity.id}/reminders/resume")
    assert "接着发" in desk.text
    with transaction() as session:
        assert session.get(ReminderPause, activity.id) is None


def test_nobody_pauses_what_is_elsewhere() -> None:
    _desk, area = desks.coordinator()
    activity, _shifts = desks.published(area)
    stranger, _elsewhere = desks.coordinator("石窟路社区")
    stranger.open("/co/habits")
    stranger.send(f"/co/activities/{activity.id}/reminders/pause")
    assert stranger.status == 404
    with transaction() as session:
        assert session.get(ReminderPause, activity.id) is None
