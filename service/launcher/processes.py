"""Starting and ending child processes so that none outlives the launcher."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from service.launcher.account import Account
from service.launcher.errors import LaunchError

Pause = Callable[[float], None]

#: A free port can be taken between choosing and binding it, so a start is tried this often.
STARTS = 3

_PR_SET_PDEATHSIG = 1
# Loaded here because a forked child must not load libraries before it execs.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Command:
    """A child process to be: what to run, as whom, and where its output goes."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str]
    account: Account | None = None
    stdin: bytes = b""
    pass_fds: Sequence[int] = ()
    #: Another account may not be able to stand in the checkout.
    cwd: Path = Path("/")
    #: What asks it to end, also sent by the kernel (on Linux) if the launcher itself is killed.
    ends_on: signal.Signals = signal.SIGTERM
    #: Seconds it may take over ending before it is killed.
    patience: float = 10

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own, so that Ctrl-C reaches the launcher alone.

        Raises LaunchError when the program cannot be executed.
        """
        with self.log.open("ab") as log:
            try:
                process = subprocess.Popen(
                    self.argv,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=dict(self.env),
                    cwd=self.cwd,
                    pass_fds=self.pass_fds,
                    process_group=0,
                    # Runs after the change of user, which would clear the request.
                    preexec_fn=functools.partial(_die_with_parent, self.ends_on, os.getpid()),  # noqa: PLW1509
                    **(self.account.popen_arguments() if self.account else {}),
                )
            except OSError as error:
                raise LaunchError(f"{self.name} cannot be started: {error.strerror}: {self.argv[0]}") from error
        assert process.stdin is not None  # noqa: S101 (stdin=PIPE makes it so; this tells mypy)
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(self.stdin)
        return process

    def run(self, pause: Pause) -> int:
        """Start it, wait for its end, and return its exit status. Ends it when `pause` raises."""
        process = self.start()
        try:
            while process.poll() is None:
                pause(0.05)
        finally:
            self.end(process)
        return process.returncode

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Ask it to end, wait, then kill what is left of its group."""
        if process.poll() is None:
            process.send_signal(self.ends_on)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.patience)
        sweep_group(process)
        process.wait()

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, indented, for a message about its failure."""
        with contextlib.suppress(OSError):
            text = self.log.read_text(errors="replace").splitlines()[-lines:]
            return "\n".join(f"    {line}" for line in text if line.strip())
        return ""


def sweep_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what remains in the group this process led; nothing else can be in it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _die_with_parent(on_death: signal.Signals, parent: int) -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, on_death, 0, 0, 0)
        if os.getppid() != parent:  # it died before the request was made
            os._exit(1)


@dataclass
class Running:
    """A child of ours that runs: where it answers, and how to end it. A context manager that stops it."""

    command: Command
    process: subprocess.Popen[bytes]
    #: Address with credentials; empty for a child that only works and serves nobody.
    url: str = field(default="", repr=False)
    #: Whether it answers. What serves nobody is ready once it runs.
    is_ready: Callable[[], bool] = lambda: True
    #: What to undo after it has ended.
    afterwards: ExitStack = field(default_factory=ExitStack, repr=False)

    def stop(self) -> None:
        """End it and wait until it has. Stopping twice is harmless."""
        self.command.end(self.process)
        self.afterwards.close()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def start_again(self, pause: Pause = time.sleep) -> None:
        """Start it as before, on the same port over the same data, and wait until it answers. Raises LaunchError."""
        for _ in range(STARTS):
            self.process = self.command.start()
            if self.wait_until_ready(pause):
                return
            pause(0.5)
        raise LaunchError(f"{self.command.name} did not start again:\n{self.command.last_words()}")

    def wait_until_ready(self, pause: Pause) -> bool:
        """Wait until it answers; False as soon as it has ended instead.

        Raises LaunchError when it neither answers nor ends within 120 s.
        """
        deadline = time.monotonic() + 120
        for wait in _growing_waits():
            if self.process.poll() is not None:
                return False
            if self.is_ready():
                return True
            if time.monotonic() > deadline:
                raise LaunchError(f"{self.command.name} runs but did not answer within 120 s; see {self.command.log}")
            pause(wait)
        raise AssertionError("the waits do not end")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _growing_waits() -> Iterator[float]:
    wait = 0.02
    while True:
        yield wait
        wait = min(wait * 1.5, 0.25)


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_environment() -> dict[str, str]:
    """What a server that is not ours to configure sees of the environment: none of our secrets, no locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
