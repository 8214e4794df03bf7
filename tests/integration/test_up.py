"""`lunzhi up`, whole: a copy of the checkout is started, used, crashed, and started again, as a newcomer would."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from service.launcher.programs import CHECKOUT
from service.settings import Settings

FILES = ("lunzhi", "wsgi.py", "celery_app.py", "service", "workers", "schemas")
#: Bounds that only keep a failing test from hanging.
START, STOP = 120, 60

# The tests run in this order: each starts over the data the one before has left.


@dataclass
class Checkout:
    """A copy of the code with a `var` of its own, and the port its web server is told to use."""

    folder: Path
    port: int

    def up(self, *words: str, **variables: str) -> Up:
        """Start `lunzhi up` in it."""
        ours = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        python = Path(sys.executable).parent
        path = f"{python}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        environment = ours | {"PATH": path, "PORT": str(self.port)} | variables
        with (self.folder.parent / "output").open("wb") as output:
            process = subprocess.Popen(
                ["./lunzhi", "up", *words], cwd=self.folder, env=environment, stdout=output, stderr=output
            )
        return Up(self, process, self.folder.parent / "output")

    def pids(self) -> dict[str, int]:
        """The children of the present or last start, by name."""
        kept = self.folder / "var" / "children.json"
        notes = json.loads(kept.read_text()) if kept.exists() else []
        return {note["name"]: note["pid"] for note in notes}

    def alive(self) -> list[str]:
        """Which of them still run."""
        return [name for name, pid in self.pids().items() if _runs(pid)]

    def page(self, path: str = "/healthz") -> int:
        """The status of a page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)


@dataclass
class Up:
    """A running `lunzhi up`."""

    checkout: Checkout
    process: subprocess.Popen[bytes]
    output: Path

    def wait_for(self, words: str) -> str:
        """Wait until it has said these words; all it has said."""
        deadline = time.monotonic() + START
        while words not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)
        return self.output.read_text()

    def end(self, how: signal.Signals = signal.SIGINT) -> str:
        """Ask it to stop, and wait; all it has said."""
        self.process.send_signal(how)
        self.process.wait(STOP)
        return self.output.read_text()

    def ended(self) -> str:
        """Wait until it ends by itself; all it has said."""
        self.process.wait(START)
        return self.output.read_text()

    def __enter__(self) -> Up:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    folder = tmp_path_factory.mktemp("newcomer") / "lunzhi"
    folder.mkdir()
    for name in FILES:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(CHECKOUT / name, folder / name)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return Checkout(folder, port)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _eventually_nothing_runs(checkout: Checkout) -> None:
    deadline = time.monotonic() + STOP
    while checkout.alive():
        assert time.monotonic() < deadline, checkout.alive()
        time.sleep(0.05)


def test_the_first_start_says_its_steps_the_address_the_logins_and_what_to_try(checkout: Checkout) -> None:
    with checkout.up() as house:
        said = house.wait_for("Ctrl-C 停止")
        assert f"http://127.0.0.1:{checkout.port}" in said
        assert "starting PostgreSQL for the first time ... " in said
        assert "13900009000" in said
        assert "先试试" in said
        assert "Try first" in said
        assert checkout.page() == 200
        assert checkout.page("/") == 200
        assert set(checkout.alive()) == {"PostgreSQL", "Valkey", "worker", "beat", "relay", "web"}
        said = house.end(signal.SIGINT)
    assert house.process.returncode == 0, said
    assert checkout.alive() == []
    order = [line.split()[1] for line in said.splitlines() if line.strip().startswith("stopping")]
    assert order == ["web", "relay", "beat", "worker", "Valkey", "PostgreSQL"]


def test_a_second_start_keeps_the_data_and_a_second_launcher_is_refused(checkout: Checkout) -> None:
    with checkout.up() as house:
        assert "for the first time ..." not in house.wait_for("Ctrl-C 停止").replace("(the first time", "")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            other = probe.getsockname()[1]
        with checkout.up(PORT=str(other)) as second:
            assert "already running from this folder" in second.ended()
        assert second.process.returncode == 1
        assert checkout.page() == 200
        house.output.write_text("")
        house.end(signal.SIGTERM)
    assert house.process.returncode == 0
    assert checkout.alive() == []


def test_a_killed_program_is_started_again(checkout: Checkout) -> None:
    with checkout.up() as house:
        house.wait_for("Ctrl-C 停止")
        before = checkout.pids()
        for name in ("web", "worker", "relay", "Valkey"):
            os.kill(before[name], signal.SIGKILL)
        deadline = time.monotonic() + START
        while set(before.items()) & set(checkout.pids().items()) != {
            (name, before[name]) for name in ("PostgreSQL", "beat")
        }:
            assert time.monotonic() < deadline, house.output.read_text()
            assert house.process.poll() is None, house.output.read_text()
            time.sleep(0.05)
        assert "web was killed by signal 9; starting it again" in house.output.read_text()


def test_nothing_outlives_a_launcher_that_is_killed_and_the_next_start_works(checkout: Checkout) -> None:
    with checkout.up() as house:
        house.wait_for("Ctrl-C 停止")
        house.process.kill()
        house.process.wait()
    if sys.platform == "linux":
        _eventually_nothing_runs(checkout)
    with checkout.up() as house:
        house.wait_for("Ctrl-C 停止")
        assert checkout.page() == 200


def test_a_port_in_use_is_one_sentence_and_nothing_is_left_running(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", checkout.port)), checkout.up() as house:
        said = house.ended()
    assert house.process.returncode == 1
    assert f"Port {checkout.port} on 127.0.0.1 cannot be used" in said
    assert f"PORT={checkout.port + 1} make run" in said
    assert "Traceback" not in said
    assert checkout.alive() == []


def test_a_program_that_keeps_ending_stops_everything_with_its_words(checkout: Checkout) -> None:
    relay = checkout.folder / "workers" / "relay.py"
    whole = relay.read_text()
    relay.write_text("raise SystemExit('no relay today')\n")
    try:
        with checkout.up() as house:
            said = house.ended()
    finally:
        relay.write_text(whole)
    assert house.process.returncode == 1
    assert "relay ended with status 1; starting it again in 0.5 s" in said
    assert "relay ended 5 times within 60 s" in said
    assert "no relay today" in said
    assert checkout.alive() == []


def test_servers_of_ones_own_are_used_and_not_stopped(checkout: Checkout, servers: Settings) -> None:
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    with checkout.up("--only", "postgres,redis", **urls) as house:
        said = house.wait_for("Ready after")
        assert "looking for the server DATABASE_URL names" in said
        assert checkout.pids() == {}
        house.end()
    assert house.process.returncode == 0
    with checkout.up("--only", "redis", REDIS_URL="redis://127.0.0.1:1/0") as house:
        assert "REDIS_URL names a server that does not let us in" in house.ended()
    assert house.process.returncode == 1
