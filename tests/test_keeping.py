from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service import clock, db
from service.db import transaction
from service.places.models import Area
from service.settings import Settings, settings
from tests import desks, factories, keeping
from tests.conftest import empty_tables


def found() -> int:
    """Something with rows that refer to each other."""
    with transaction() as session:
        area = factories.community(session)
        factories.shift_on(session, area, factories.NOW + timedelta(days=1), title="助餐")
        factories.volunteer(session, area)
        return area.id


def everything() -> dict[str, list[tuple[Any, ...]]]:
    with db.engine().begin() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{name}"'))), key=repr)
            for name in keeping._tables()
        }


def test_what_was_made_once_is_laid_out_again_with_its_numbers(database: Settings, tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(found())
        return {"area": made[-1]}

    assert keeping.lay_out(tmp_path / "street", make) == {"area": made[0]}
    before = everything()
    assert before["shift"]
    empty_tables()
    assert not everything()["shift"]
    assert keeping.lay_out(tmp_path / "street", make) == {"area": made[0]}
    assert len(made) == 1
    assert everything() == before
    with transaction() as session:
        area = session.get_one(Area, made[0])
        highest = max(row[0] for row in before["volunteer"])
        assert factories.volunteer(session, area).id == highest + 1


def test_what_time_it_is_is_not_kept(database: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIRTUAL_CLOCK", "1")
    settings.cache_clear()
    desks.stop_clock()
    keeping.lay_out(tmp_path / "street", found)
    empty_tables()
    later = factories.NOW + timedelta(hours=1)
    with transaction() as session:
        clock.turn_to(session, instant=later)
    keeping.lay_out(tmp_path / "street", found)
    with transaction() as session:
        assert clock.now(session) >= later
    monkeypatch.undo()
    settings.cache_clear()
