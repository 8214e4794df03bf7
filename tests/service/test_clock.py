"""What time it is, and that only a demo may turn it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import clock
from service.settings import settings

TOLERANCE = timedelta(minutes=1)


@pytest.fixture
def virtual(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """An installation whose clock may be turned."""
    monkeypatch.setenv("VIRTUAL_CLOCK", "1")
    settings.cache_clear()
    yield session
    settings.cache_clear()


def is_now(moment: datetime, expected: datetime) -> bool:
    return abs(moment - expected) < TOLERANCE and moment.tzinfo is UTC


def test_real_time_is_real_whatever_the_table_says(session: Session) -> None:
    session.execute(text("INSERT INTO clock_shift VALUES (1, interval '30 days')"))

    assert is_now(clock.now(session), datetime.now(UTC))


def test_real_time_is_not_turned(session: Session) -> None:
    with pytest.raises(PermissionError):
        clock.turn_to(session, instant=datetime(2027, 1, 1, tzinfo=UTC))


def test_the_virtual_clock_starts_with_the_real_one(virtual: Session) -> None:
    assert is_now(clock.now(virtual), datetime.now(UTC))


@pytest.mark.parametrize("year", [2020, 2027, 2100])
def test_the_virtual_clock_is_turned_any_way_and_goes_on_from_there(virtual: Session, year: int) -> None:
    there = datetime(year, 1, 1, tzinfo=UTC)
    clock.turn_to(virtual, instant=datetime(2050, 5, 5, tzinfo=UTC))
    clock.turn_to(virtual, instant=there)
    first = clock.now(virtual)

    assert is_now(first, there)
    assert first <= clock.now(virtual)


def test_there_is_one_clock(session: Session) -> None:
    with pytest.raises(IntegrityError):
        session.execute(text("INSERT INTO clock_shift VALUES (2, interval '1 day')"))
