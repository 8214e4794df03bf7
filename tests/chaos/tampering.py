"""Faults without a death: the broker forgets, doubles, turns round or falls silent; one too many; the clock jumps."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import psutil
import redis

from service import clock
from service.db import transaction
from tests.chaos.stage import Stage

QUEUES = ("reactions", "sweeps", "long")


def flush(stage: Stage) -> None:
    """Redis loses all it knows."""
    _broker(stage).flushall()


def double(stage: Stage) -> int:
    """The worker stands still until messages have piled up; each is put there twice, in the wrong order."""
    return _tamper(stage, copies=2)


def reorder(stage: Stage) -> int:
    """The same, each once: what came first is worked on last."""
    return _tamper(stage, copies=1)


def _tamper(stage: Stage, *, copies: int) -> int:
    family = [psutil.Process(stage.house.processes["worker"].pid), *stage.processes_of("worker")]
    broker = _broker(stage)
    for process in family:
        _signal(process, signal.SIGSTOP)
    try:
        deadline = time.monotonic() + 5
        while _length(broker) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        turned = broker.register_script(_TURN)
        return sum(int(turned(keys=[queue], args=[copies])) for queue in QUEUES)
    finally:
        for process in reversed(family):
            _signal(process, signal.SIGCONT)


def _length(broker: redis.Redis) -> int:
    return len(broker.lrange("reactions", 0, -1))  # type: ignore[arg-type]  # typed for both kinds of client


def _signal(process: psutil.Process, what: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(what)


#: Turns a queue round, each message put back as often as asked for; how many there were.
_TURN = """
local waiting = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
for copy = 1, tonumber(ARGV[1]) do
  for position = #waiting, 1, -1 do redis.call('RPUSH', KEYS[1], waiting[position]) end
end
return #waiting
"""


def silence(stage: Stage) -> int:
    """Every connection to Redis is half-open from now on: nobody hangs up, nobody answers."""
    return stage.proxy.fall_silent()


def _broker(stage: Stage) -> redis.Redis:
    return redis.Redis.from_url(stage.house.redis.url, socket_timeout=10)


def second(name: str) -> Callable[[Stage], None]:
    """A second one of a kind comes, or goes."""

    def strike(stage: Stage) -> None:
        if name in stage.house.processes:
            stage.house.kill(name, signal.SIGTERM)
        else:
            stage.house.start(name)

    return strike


def jump(by: timedelta) -> Callable[[Stage], None]:
    def strike(_stage: Stage) -> None:
        with transaction() as session:
            clock.turn_to(session, instant=clock.now(session) + by)

    return strike


def lose_receipts(stage: Stage) -> None:
    """The mail server takes three mails and hangs up before it says so."""
    stage.postbox.hang_up_after(3)
