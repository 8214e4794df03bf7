"""The whole house as real processes, for chaos tests and benches: start, kill by pid, measure, stop.

Only processes started here are ever touched, each in a process group of its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from service import db
from service.launcher import Running, programs, start_postgres, start_redis
from service.migrations import upgrade
from service.settings import settings

#: The same for every test of a process: what is derived from them is kept for its lifetime.
KEYS = {"SECRET_KEY": "tests only: signs nothing of value", "FIELD_KEY": "tests only: seals nothing of value"}


@dataclass
class House:
    """PostgreSQL, a Redis-protocol server, and any of web, worker, beat and relay. Use as a context manager."""

    home: Path
    is_durable: bool = False
    overrides: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    postgres: Running = field(init=False)
    redis: Running = field(init=False)
    environment: dict[str, str] = field(init=False)
    _before: dict[str, str] = field(init=False)
    _stack: contextlib.ExitStack = field(init=False, default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        self.postgres = self._stack.enter_context(start_postgres(self.home / "pg", durable=self.is_durable))
        self.redis = self._stack.enter_context(start_redis(self.home / "redis", durable=self.is_durable))
        ours = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            **KEYS,
            "ENVIRONMENT": "test",
            "RATE_LIMITS": "0",
            "MESSAGE_DIR": str(self.home / "messages"),
            "PORT": str(_free_port()),
            **self.overrides,
        }
        ours["PUBLIC_URL"] = f"http://127.0.0.1:{ours['PORT']}"
        self._before = dict(os.environ)
        os.environ.update(ours)
        settings.cache_clear()
        db.forget_engine()
        self.environment = programs.environment()
        upgrade()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for name in list(self.processes):
            self.kill(name)  # with all that they hold: it is thrown away
        db.forget_engine()
        os.environ.clear()
        os.environ.update(self._before)
        settings.cache_clear()
        self._stack.close()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.environment["PORT"])

    def start(self, *names: str) -> None:
        """Start programs by their names (`web`, `worker`, `beat`, `relay`; a second one as `relay-2`)."""
        for name in names:
            with (self.home / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    programs.PROGRAMS[name.split("-")[0]](),
                    env=self.environment,
                    cwd=programs.CHECKOUT,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        if any(name.startswith("web") for name in names):
            wait_until(self.answers, seconds=120, what="the web server to answer")

    def answers(self) -> bool:
        """Whether the web server is ready, database and all."""
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{settings().public_url}/healthz", timeout=2) as page,
        ):
            return bool(page.status == 200)
        return False

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a program and every process it started."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def children(self, name: str) -> list[psutil.Process]:
        """The processes a program has started: a web server's workers, a Celery worker's pool."""
        found: list[psutil.Process] = psutil.Process(self.processes[name].pid).children(recursive=True)
        return found

    def cpu_seconds(self) -> float:
        """CPU used so far by every process of the house, ended ones included where their parent counted them."""
        return sum(self.cpu_of_each().values())

    def cpu_of_each(self) -> dict[str, float]:
        """The same by program."""
        roots = {name: process.pid for name, process in self.processes.items()}
        roots |= {"postgres": self.postgres.process.pid, "redis": self.redis.process.pid}
        return {name: _tree_cpu(pid) for name, pid in roots.items()}


def wait_until(is_true: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait for a condition. Raises AssertionError naming `what` when it does not come true in time."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


def _tree_cpu(pid: int) -> float:
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in _tree(root):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _tree(root: psutil.Process) -> Iterator[psutil.Process]:
    yield root
    yield from root.children(recursive=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
