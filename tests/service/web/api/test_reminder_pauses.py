"""An activity's reminders are paused and taken up again over JSON, by its coordinators."""

from __future__ import annotations

from service.activities.models import Shift
from service.db import transaction
from service.reminders.models import ReminderPause
from tests.service.web.api.conftest import Town


def test_a_coordinator_pauses_and_goes_on_and_nobody_else(town: Town) -> None:
    shift_id, _role_id = town.shift()
    with transaction() as session:
        activity_id = session.get_one(Shift, shift_id).activity_id
    path = f"/activities/{activity_id}/reminder-pause"
    assert (town.volunteer.put(path).status, town.stranger.put(path).status) == (403, 404)
    assert [town.coordinator.put(path).status for _again in range(2)] == [204, 204]
    with transaction() as session:
        assert session.get(ReminderPause, activity_id) is not None
    assert (town.volunteer.delete(path).status, town.stranger.delete(path).status) == (403, 404)
    assert [town.coordinator.delete(path).status for _again in range(2)] == [204, 204]
    with transaction() as session:
        assert session.get(ReminderPause, activity_id) is None
