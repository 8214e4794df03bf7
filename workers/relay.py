"""The relay: from the outbox to Celery. Run as `python -m workers.relay`; two at once do no harm.

1. Sleep until the bell rings, or for a sweep interval, so that a lost ring costs little.
2. Fan new events out to their reactions, and lease the reactions that are due.
3. Ring Celery with the leased ids. What is lost on the way is leased again when the lease runs out.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import redis
import structlog
from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from celery_app import LONG_QUEUE, app
from service import bell, logs, outbox
from service.db import transaction
from service.reactions import LONG, NAMES
from service.settings import settings

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2
#: Seconds from one round to the next, at least. The first event after a pause is passed on at once; in a rush, what
#: comes meanwhile is passed on together, and costs a fraction of what each alone would cost.
GATHER_SECONDS = 0.05
TASK_SIZE = 200
#: While so many wake-ups wait in the worker's queue, none is added. Leases run out by the clock: a worker slower than
#: that would find the same reactions rung for again and again, and at last do nothing but find them done.
QUEUE, MOST_WAITING = "reactions", 100
#: How a task is sent that may take minutes, in seconds.
LONG_OPTIONS = {"queue": LONG_QUEUE, "soft_time_limit": 3540, "time_limit": 3600}


class Relay:
    """A loop that can be asked to stop."""

    def __init__(self) -> None:
        self.is_stopping = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def run(self) -> None:
        """Pass the outbox on until stopped; a sick database or broker is waited for, never fatal."""
        while not self.is_stopping:
            try:
                while pass_on() and not self.is_stopping:
                    time.sleep(GATHER_SECONDS)
                bell.wait(SWEEP_SECONDS)
            except (SQLAlchemyError, redis.RedisError, OperationalError) as error:
                log.warning("relay waits", error=str(error).splitlines()[0])
                time.sleep(SWEEP_SECONDS)


def pass_on() -> int:
    """One round: how many events were fanned out and reactions rung for."""
    with transaction() as session:
        new = outbox.fan_out(session, reactions=NAMES)
        leased = outbox.lease(session) if bell.waiting(QUEUE) < MOST_WAITING else []
    ring_for(leased)
    return new + len(leased)


def ring_for(leased: Sequence[outbox.Leased]) -> None:
    """Ring the worker. Gives back what was not rung for."""
    tasks = tasks_for(leased)
    while tasks:
        try:
            app.send_task("workers.outbox.run", args=[tasks[0].reaction_ids], retry=False, **tasks[0].options)
        except Exception:
            with transaction() as session:
                outbox.give_back(session, [reaction_id for task in tasks for reaction_id in task.reaction_ids])
            raise
        tasks.pop(0)


@dataclass(frozen=True, slots=True)
class Task:
    """Reactions to run together, and whether they may take long."""

    reaction_ids: list[int]
    is_long: bool = False

    @property
    def options(self) -> dict[str, Any]:
        return LONG_OPTIONS if self.is_long else {}


def tasks_for(leased: Sequence[outbox.Leased]) -> list[Task]:
    """Many fresh reactions in one task; each tried one, and each that may take long, in a task of its own."""
    fresh = [one.id for one in leased if not one.attempts and one.reaction not in LONG]
    tasks = [Task(fresh[start : start + TASK_SIZE]) for start in range(0, len(fresh), TASK_SIZE)]
    alone = [one for one in leased if one.attempts or one.reaction in LONG]
    return tasks + [Task([one.id], is_long=one.reaction in LONG) for one in alone]


def main() -> None:
    """Run the relay until SIGTERM or SIGINT."""
    logs.configure(settings().log_format)
    relay = Relay()
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    log.info("relay started")
    relay.run()


if __name__ == "__main__":
    main()
