"""kill -9, of each part of the house. What was killed is started again, as a supervisor would."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import psutil

from tests.chaos.stage import Stage, mind
from tests.house import wait_until


def program(name: str) -> Callable[[Stage], None]:
    """The program and all its processes, started again at once."""

    def strike(stage: Stage) -> None:
        stage.house.kill(name)
        stage.house.start(name)

    return strike


def child(name: str) -> Callable[[Stage], None]:
    """One of the processes a program has started; the program itself replaces it."""

    def strike(stage: Stage) -> None:
        family: list[psutil.Process] = []

        def is_there() -> bool:
            mind(stage.house)
            family[:] = stage.processes_of(name)
            return bool(family)

        wait_until(is_there, seconds=120, what=f"children of {name}")
        with contextlib.suppress(psutil.NoSuchProcess):
            stage.chance.choice(family).kill()

    return strike


def worker_alone(stage: Stage) -> None:
    """The worker's main process: its pool is left without a head, and must not go on for long beside the new one."""
    orphans = stage.processes_of("worker")
    process = stage.house.processes.pop("worker")
    process.kill()
    process.wait()
    stage.house.start("worker")
    wait_until(lambda: not _alive(orphans), seconds=60, what="the orphans of the worker to end")


def redis(stage: Stage) -> None:
    stage.house.redis.kill()
    time.sleep(stage.chance.random())
    stage.house.redis.start_again()


def postmaster(stage: Stage) -> None:
    """PostgreSQL's head. Its sessions end by themselves; then it recovers from its log."""
    server = stage.house.postgres
    sessions = psutil.Process(server.process.pid).children()
    server.kill()
    wait_until(lambda: not _alive(sessions), seconds=60, what="PostgreSQL's sessions to end without their head")
    server.start_again()


def postgres_whole(stage: Stage) -> None:
    """Head and sessions at once, as when the machine loses its power."""
    server = stage.house.postgres
    processes = psutil.Process(server.process.pid).children()
    server.process.kill()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    server.process.wait()
    server.start_again()


def session(stage: Stage) -> None:
    """One session of PostgreSQL, in the middle of whatever it does: all others are thrown out, and it recovers."""
    of_clients = [
        child
        for child in psutil.Process(stage.house.postgres.process.pid).children()
        if "127.0.0.1" in " ".join(child.cmdline())
    ]
    if of_clients:
        stage.chance.choice(of_clients).kill()


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
