"""Chaos: the real processes, killed and starved on purpose, then the invariants of the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from service import clock
from service.calendars.rules import instant, local
from service.db import transaction
from tests.house import House

PROGRAMS = ("web", "worker", "relay", "beat")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The whole house at ten in the morning by its virtual clock, whatever the hour of the test."""
    tmp_path.chmod(0o711)
    with House(tmp_path, overrides={"VIRTUAL_CLOCK": "1", "DEFAULT_CHANNEL": "file"}) as built:
        turn_to_morning()
        built.start(*PROGRAMS)
        yield built


def turn_to_morning() -> datetime:
    """Set the clock to ten in the morning of tomorrow, in China."""
    with transaction() as session:
        morning = instant(local(clock.now(session)).date() + timedelta(days=1), time(10))
        clock.turn_to(session, instant=morning)
        return morning
