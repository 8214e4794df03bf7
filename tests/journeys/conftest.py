"""What every journey begins with: the demo neighbourhoods at an instant, on the virtual clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from service.demo import loading
from service.settings import Settings, settings
from tests import keeping
from tests.conftest import NOW, empty_tables
from tests.journeys.town import Town


@pytest.fixture(scope="module")
def town(servers: Settings, kept: Path, request: pytest.FixtureRequest) -> Iterator[Town]:
    """The demo as of the module's NOW, with nothing left to react to."""
    now = getattr(request.module, "NOW", NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIRTUAL_CLOCK", "1")
        patch.setenv("PUBLIC_URL", "http://localhost")
        settings.cache_clear()
        town = Town()
        keeping.lay_out(kept / f"town-{now:%Y%m%dT%H%M}", lambda: _founded(town, now))
        town.turn_to(now)
        yield town
        empty_tables()
    settings.cache_clear()


def _founded(town: Town, now: datetime) -> None:
    loading.load(now)
    town.turn_to(now)
