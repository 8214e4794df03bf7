"""The bell: tells the relay that there is something in the outbox. A hint, never the truth.

A lost ring costs at most one sweep interval; a bell that cannot be rung is not an error.
"""

from __future__ import annotations

import contextlib
from functools import cache

import redis

from service.settings import settings

KEY = "lunzhi:bell"
_PATIENCE = 0.2  # seconds: a sick Redis must not slow a sign-up down


def _client() -> redis.Redis:
    return _connected(settings().redis_url, answers_within=_PATIENCE, connects_within=_PATIENCE)


def _listener() -> redis.Redis:
    return _connected(settings().redis_url, answers_within=5, connects_within=1)


@cache
def _connected(url: str, *, answers_within: float, connects_within: float) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=answers_within, socket_connect_timeout=connects_within)


def ring() -> None:
    """Wake the relay. Many rings before it wakes count as one."""
    with contextlib.suppress(redis.RedisError):
        _client().lpush(KEY, 1)


def wait(seconds: int) -> bool:
    """Sleep until rung, `seconds` at most; whether it rang. Raises redis.RedisError when there is no bell."""
    has_rung = _listener().blpop([KEY], timeout=seconds) is not None
    if has_rung:
        # Whoever rang until now is heard: what they told of was committed before they rang.
        _listener().delete(KEY)
    return has_rung


def waiting(queue: str) -> int:
    """How many messages lie in one of the worker's queues. Raises redis.RedisError when there is no bell."""
    return int(_client().llen(queue))  # type: ignore[arg-type]  # typed for both kinds of client


def is_first(errand: str, *, seconds: int) -> bool:
    """Whether nobody has asked for this errand since it was last begun, nor for so many seconds.

    Many who ask before it is begun count as one. Raises redis.RedisError when there is no bell.
    """
    return bool(_client().set(f"{KEY}:{errand}", 1, nx=True, ex=seconds))


def begin(errand: str) -> None:
    """The errand is begun: whoever asks from now on asks anew."""
    with contextlib.suppress(redis.RedisError):
        _client().delete(f"{KEY}:{errand}")


def answers() -> bool:
    """Whether there is a bell at all."""
    try:
        return bool(_client().ping())
    except redis.RedisError:
        return False
