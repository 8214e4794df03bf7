"""The four programs of the house and how each is started; the container starts them by the same words."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from service.launcher.errors import LaunchError

#: Where the code is; every program runs from here.
CHECKOUT = Path(__file__).resolve().parents[2]


def web() -> list[str]:
    """The web server: WEB_PROCESSES processes of WEB_THREADS threads on HOST:PORT."""
    return [
        *_python("granian"), "wsgi:app", "--interface=wsgi", "--no-ws",
        f"--host={host()}", f"--port={port()}",
        f"--workers={_count('WEB_PROCESSES', 2)}", f"--blocking-threads={_count('WEB_THREADS', 4)}",
        "--respawn-failed-workers", "--workers-kill-timeout=5", "--log-level=warning",
    ]  # fmt: skip


def worker() -> list[str]:
    """The Celery worker: WORKER_PROCESSES processes that carry out reactions."""
    return [
        *_python("celery"), "-A", "celery_app", "worker", f"--concurrency={_count('WORKER_PROCESSES', 2)}",
        "--loglevel=INFO", "--without-gossip", "--without-mingle",
    ]  # fmt: skip


def beat() -> list[str]:
    """Celery's clock: rings the sweeps. Two of them do no harm."""
    return [*_python("celery"), "-A", "celery_app", "beat", "--loglevel=INFO"]


def relay() -> list[str]:
    """The outbox relay: turns recorded events into wake-ups for the worker."""
    return _python("workers.relay")


PROGRAMS: dict[str, Callable[[], list[str]]] = {"web": web, "worker": worker, "beat": beat, "relay": relay}


def host() -> str:
    """Where the web server listens. Loopback unless HOST says otherwise (0.0.0.0 shows it to the network)."""
    return os.environ.get("HOST", "127.0.0.1")


def port() -> int:
    """The web server's port, PORT or 8000."""
    return _count("PORT", 8000)


def environment() -> dict[str, str]:
    """This process's environment, with the checkout on the import path."""
    path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _count(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LaunchError(f"{name}={text}: say a whole number above zero.")
    return int(text)
