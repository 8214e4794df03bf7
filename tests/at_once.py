"""Two things at once, with real connections: started in threads, held at the lock they meet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from service import db

T = TypeVar("T")
PATIENCE = 20.0  # seconds, before a test that hangs says so


@contextmanager
def threads() -> Iterator[ThreadPoolExecutor]:
    """Room for a few actions at once."""
    with ThreadPoolExecutor(max_workers=6) as pool:
        yield pool


def committed(action: Callable[[Session], T]) -> T:
    """Run the action in a transaction of its own."""
    with db.transaction() as session:
        return action(session)


def together(*actions: Callable[[Session], T]) -> list[T | BaseException]:
    """Each action in its own committed transaction, all at once: their results or exceptions, in order."""
    with threads() as pool:
        running = [pool.submit(committed, action) for action in actions]
        return [future.exception(PATIENCE) or future.result() for future in running]


def until_it_waits(running: Future[T], *, count: int = 1) -> None:
    """Return once so many connections wait for others' locks. Fails when `running` ends without waiting."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if _waiting() >= count:
            return
        if running.done():
            raise AssertionError(f"did not wait: {running.exception() or running.result()!r}")
        time.sleep(0.01)
    raise AssertionError("nobody waited for a lock")


def _waiting() -> int:
    statement = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with db.engine().connect() as connection:
        return connection.scalar(statement) or 0
