"""A program that takes long asks, now and then, whether anybody still wants it.

Within `asking`, every solver made here asks from inside its search. What is asked may raise: then the search ends, and
`run` raises it. A program that is not ended so has the answer it would have had unasked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

#: Seconds between two questions: the solver looks in thousands of times a second.
ASK_EVERY = 1.0

_asked: ContextVar[Callable[[], None] | None] = ContextVar("asked", default=None)


@contextmanager
def asking(ask: Callable[[], None]) -> Iterator[None]:
    """Here programs ask this."""
    token = _asked.set(ask)
    try:
        yield
    finally:
        _asked.reset(token)


def asked() -> Callable[[], None] | None:
    """What programs ask here, if anything."""
    return _asked.get()


class Question:
    """Asked by one solver whenever it looks in. An exception must not cross the solver: it is kept until it has
    stopped."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self.ask = ask
        self.asked_at = time.monotonic()
        self.raised: Exception | None = None

    def __call__(self, event: Any) -> None:
        """The solver looks in."""
        now = time.monotonic()
        if self.raised is None and now - self.asked_at >= ASK_EVERY:
            self.asked_at = now
            try:
                self.ask()
            except Exception as raised:
                self.raised = raised
        if self.raised is not None:
            event.interrupt()
