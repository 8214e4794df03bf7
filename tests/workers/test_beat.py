"""What beat rings, and when; and that it ends when asked."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from celery.beat import Scheduler

from service.launcher import programs
from service.settings import Settings
from tests.chaos.proxy import Connection, SilentProxy


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


class AsksToEnd(SilentProxy):
    """Keeps the first message that comes, unanswered, and asks the process `pid` to end."""

    pid: int | None = None

    def _ask(self, connection: Connection) -> None:
        with contextlib.suppress(OSError):
            while data := connection.inside.recv(65536):
                if b"LPUSH" in data and self.pid:
                    os.kill(self.pid, signal.SIGTERM)
                    self.pid = None
                else:
                    connection.outside.sendall(data)


def test_beat_ends_while_the_broker_owes_it_an_answer(servers: Settings, tmp_path: Path) -> None:
    broker = urlsplit(servers.redis_url)
    proxy = AsksToEnd((broker.hostname or "", broker.port or 0))
    through = broker._replace(netloc=broker.netloc.replace(str(broker.port), str(proxy.port))).geturl()
    environment = programs.environment() | {"REDIS_URL": through}
    log = tmp_path / "log"
    with (
        contextlib.closing(proxy),
        log.open("wb") as output,
        subprocess.Popen(programs.beat(), cwd=programs.CHECKOUT, env=environment, stderr=output) as beat,
    ):
        proxy.pid = beat.pid
        try:
            assert beat.wait(20) == 0, log.read_text()
        finally:
            beat.kill()
