"""The request id: set at a door, carried by the event, set again in the worker that reacts to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("request_id", default=None)
#: Where many things are worked on together: the request of each, by its id.
_of_each: ContextVar[Mapping[int, str | None]] = ContextVar("request_ids", default={})  # noqa: B039 (never written to)


def request_id(about: int | None = None) -> str | None:
    """The id of the request this work, or what is done in it about the thing with this id, belongs to, if any."""
    return _of_each.get().get(about, _current.get()) if about is not None else _current.get()


def follow(value: str | None) -> None:
    """From here on, in this thread, work belongs to request `value`."""
    _current.set(value)
    _of_each.set({})


def follow_each(values: Mapping[int, str | None]) -> None:
    """From here on, in this thread, work about each of these things belongs to its own request."""
    follow(next(iter(values.values())) if len(set(values.values())) == 1 else None)
    _of_each.set(values)
