"""The request id: set at a door, carried by the event, set again in the worker that reacts to it."""

from __future__ import annotations

from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """The id of the request this work belongs to, if any."""
    return _current.get()


def follow(value: str | None) -> None:
    """From here on, in this thread, work belongs to request `value`."""
    _current.set(value)
