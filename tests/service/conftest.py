"""For what lives at NOW, whatever the day the tests are run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.settings import Settings, settings
from tests import desks, street
from tests.street import Street


@pytest.fixture
def at_now(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An empty database in which it is NOW."""
    monkeypatch.setenv("VIRTUAL_CLOCK", "1")
    settings.cache_clear()
    desks.stop_clock()
    yield settings()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def laid_out(at_now: Settings, tmp_path_factory: pytest.TempPathFactory) -> Street:
    """The street, in a database in which it is NOW. Kept by each process: `factories` counts telephones in each."""
    return street.laid_out(tmp_path_factory.getbasetemp())
