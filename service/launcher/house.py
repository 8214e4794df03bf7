"""The folder ./var: data, logs and generated keys of a house that runs on one machine. Nothing of it is in git."""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
import shutil
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from service.launcher.errors import LaunchError
from service.launcher.processes import Running

NEEDED_MB = 300
LOG_LIMIT = 20 * 2**20  # bytes
GENERATED = ("SECRET_KEY", "FIELD_KEY")
RUNNING_SETTINGS = "running.json"
SHARED = (
    "DATABASE_URL",
    "REDIS_URL",
    *GENERATED,
    "PUBLIC_URL",
    "ENVIRONMENT",
    "LOG_FORMAT",
    "MESSAGE_DIR",
    "VIRTUAL_CLOCK",
)


@dataclass(frozen=True)
class House:
    """Paths under ./var, which only its owner can enter."""

    var: Path

    def home(self, server: str) -> Path:
        """The folder of a server: its data, its password, its log."""
        return self.var / server

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.var / "logs" / f"{name}.log"

    def metrics(self) -> Path:
        """An empty folder in which the web server's processes add up their figures."""
        folder = self.var / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def keys(self) -> dict[str, str]:
        """SECRET_KEY and FIELD_KEY: made at the first start, then always the same, or what FIELD_KEY sealed is lost."""
        kept = {}
        for name in GENERATED:
            file = self.var / "keys" / name
            if not file.exists():
                file.parent.mkdir(mode=0o700, exist_ok=True)
                file.touch(mode=0o600)
                file.write_text(secrets.token_urlsafe(48))
            kept[name] = file.read_text()
        return kept

    def tell_settings(self, env: Mapping[str, str]) -> None:
        """Leave the settings of the running house where other commands of this checkout find them."""
        file = self.var / RUNNING_SETTINGS
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps({name: env[name] for name in SHARED if name in env}))

    def forget_settings(self) -> None:
        """The house stops: its servers' addresses are no longer true."""
        (self.var / RUNNING_SETTINGS).unlink(missing_ok=True)

    def remember(self, children: Iterable[Running]) -> None:
        """Note who runs, for the start after a launcher that was killed."""
        notes = [{"name": c.command.name, "pid": c.process.pid, "born": _born(c.process.pid)} for c in children]
        unfinished = self.var / "children.json.part"
        unfinished.write_text(json.dumps(notes))
        unfinished.replace(self.var / "children.json")  # whole or not at all, for whoever reads it meanwhile

    def end_leftovers(self) -> list[str]:
        """End children of a launcher that was killed, and name them. A stranger with an old number is left alone."""
        try:
            notes = json.loads((self.var / "children.json").read_text())
        except (OSError, ValueError):
            return []
        left = {note["name"]: psutil.Process(note["pid"]) for note in notes if _is_same(note)}
        # The kernel has already asked them to end when their launcher died; databases need a moment for it.
        _, still = psutil.wait_procs(left.values(), timeout=5)
        for process in still:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGTERM)
        _, still = psutil.wait_procs(still, timeout=5)
        for process in still:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        return list(left)


@contextmanager
def open_house(checkout: Path) -> Iterator[House]:
    """./var of this checkout, held so that no second launcher works in it. Raises LaunchError."""
    var = checkout / "var"
    free = shutil.disk_usage(checkout).free // 2**20
    if free < NEEDED_MB:
        raise LaunchError(f"Only {free} MB are free where {checkout} lies; Lunzhi needs {NEEDED_MB} MB to start.")
    for folder in (var, var / "logs"):
        folder.mkdir(mode=0o700, exist_ok=True)
    with (var / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError(
                "Lunzhi is already running from this folder. Stop it there with Ctrl-C before starting it again."
            ) from None
        _rotate(var / "logs")
        yield House(var)


def running_settings(checkout: Path) -> dict[str, str]:
    """Settings of the house that runs from this checkout; none when none runs."""
    try:
        told: dict[str, str] = json.loads((checkout / "var" / RUNNING_SETTINGS).read_text())
    except (OSError, ValueError):
        return {}
    return told


def _rotate(logs: Path) -> None:
    """Keep the logs of a long trial small: what has grown past a limit starts anew, the one before is kept."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def _is_same(note: dict[str, Any]) -> bool:
    """Whether the noted process is still there; the clock may have been set by a second since."""
    born = _born(note["pid"])
    return born is not None and note["born"] is not None and abs(born - note["born"]) < 2


def _born(pid: int) -> float | None:
    """When this process started: with its number, it is the same process or it is not."""
    try:
        process = psutil.Process(pid)
        return process.create_time() if process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None
