"""What beat rings, and when."""

from __future__ import annotations

from celery.beat import Scheduler

from service.settings import Settings


def test_a_sweep_outlasts_a_worker_that_is_busy_for_a_while(servers: Settings) -> None:
    """Dropped when the next one is rung, the sweep of every five seconds would never come to its turn then."""
    from celery_app import app

    assert [name for name, rung in app.conf.beat_schedule.items() if rung["options"]["expires"] < 60] == []


def test_every_sweep_is_rung_as_soon_as_beat_starts(servers: Settings) -> None:
    """However often it is restarted: one that waits for its hour first would never be rung."""
    from celery_app import app

    beat = Scheduler(app)
    ours = {name: entry for name, entry in beat.schedule.items() if name in app.conf.beat_schedule}

    assert set(ours) == set(app.conf.beat_schedule)
    assert [name for name, entry in ours.items() if not entry.is_due()[0]] == []
