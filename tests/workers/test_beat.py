"""What beat rings, and when."""

from __future__ import annotations

from celery.beat import Scheduler

from service.settings import Settings


def test_every_sweep_is_rung_as_soon_as_beat_starts(servers: Settings) -> None:
    """However often it is restarted: one that waits for its hour first would never be rung."""
    from celery_app import app

    beat = Scheduler(app)
    ours = {name: entry for name, entry in beat.schedule.items() if name in app.conf.beat_schedule}

    assert set(ours) == set(app.conf.beat_schedule)
    assert [name for name, entry in ours.items() if not entry.is_due()[0]] == []
