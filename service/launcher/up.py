"""The story of `lunzhi up`, top to bottom.

1. look: is there room, is the port free, does another launcher run here, has a killed one left something behind?
2. servers: PostgreSQL and Valkey from their wheels, unless DATABASE_URL and REDIS_URL name others;
3. migrate, and load the demo neighbourhoods into an empty database;
4. programs, each a process of its own: web alone first, since somebody waits for its first page and the machine may
   have few cores; then worker, beat and relay;
5. say where it answers, and watch over them until Ctrl-C;
6. stop what was started here, and only that.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.launcher import checks, programs, say
from service.launcher.errors import LaunchError, Stopped
from service.launcher.house import House, open_house
from service.launcher.postgres import start_postgres
from service.launcher.processes import Command, Pause, Running
from service.launcher.supervisor import ending, supervise
from service.launcher.valkey import start_redis


@dataclass(frozen=True)
class _Server:
    """A server the house needs: whose address goes under which variable."""

    title: str
    variable: str
    start: Callable[..., Running]
    check: Callable[[str], None]


SERVERS = {
    "postgres": _Server("PostgreSQL", "DATABASE_URL", start_postgres, checks.postgres_answers),
    "redis": _Server("Valkey", "REDIS_URL", start_redis, checks.redis_answers),
}
#: The order of stopping: nothing new comes in, nothing new is rung, what is under way ends, then the servers go.
STOPPING = ("web", "relay", "beat", "worker", "Valkey", "PostgreSQL")
#: Seconds the worker may take to end what it is doing; Celery's own soft shutdown takes 10.
WORKER_PATIENCE = 15.0


def up(only: Collection[str] = ()) -> int:
    """Run the house, or `only` these of its servers, until Ctrl-C. The exit status: 0 stopped as asked, 1 trouble."""
    try:
        with _stop_on_signal() as pause, open_house(programs.CHECKOUT) as house:
            _Start(house, pause).run(only)
    except Stopped:
        say.line("Stopped.")
        return 0
    except LaunchError as error:
        return _give_up(str(error))
    except OSError as error:
        return _give_up(f"{error.strerror or error}: {error.filename or 'no file'}")
    return 0


def _give_up(why: str) -> int:
    say.trouble(f"{why}\nNothing of Lunzhi is left running.")
    return 1


@dataclass
class _Start:
    """One run of the house: what has been started so far, and with which settings."""

    house: House
    pause: Pause
    began: float = field(default_factory=time.monotonic)
    env: dict[str, str] = field(default_factory=programs.environment)
    children: list[Running] = field(default_factory=list)

    def run(self, only: Collection[str]) -> None:
        if not only:
            checks.port_is_free(programs.host(), programs.port())
        if left := self.house.end_leftovers():
            say.line(f"  ended what an earlier start had left running: {', '.join(left)}")
        self.house.remember(self.children)
        try:
            self._start_servers(only or SERVERS)
            if not only:
                self._prepare_database()
                self._start_web()
                for name in ("worker", "beat", "relay"):
                    self._keep(self._program(name))
                self.house.tell_settings(self.env)
            self._welcome(only)
            supervise(self.children, started=lambda: self.house.remember(self.children), pause=self.pause)
        finally:
            self.house.forget_settings()
            self._stop_all()

    def _start_servers(self, wanted: Collection[str]) -> None:
        """Set DATABASE_URL and REDIS_URL, to servers of ours where the environment names none."""
        for name in wanted:
            server, home = SERVERS[name], self.house.home(name)
            if given := self.env.get(server.variable):
                with say.step(f"looking for the server {server.variable} names"):
                    server.check(given)
                continue
            first = not (home / "data").exists()
            with say.step(f"starting {server.title}{' for the first time' if first else ''}"):
                self.env[server.variable] = self._keep(server.start(home, pause=self.pause)).url

    def _prepare_database(self) -> None:
        self._set_defaults()
        command = self._command("migrate", [sys.executable, "-m", "service", "migrate", "--demo"])
        with say.step("bringing the database up to date (the first time with the demo neighbourhoods)"):
            if command.run(self.pause) != 0:
                raise LaunchError(f"The database could not be prepared:\n{command.last_words(12)}")

    def _set_defaults(self) -> None:
        """What a trial on one machine wants; whatever the environment says goes before it."""
        defaults = {
            **self.house.keys(),
            "PUBLIC_URL": self._address(),
            "ENVIRONMENT": "demo",
            "LOG_FORMAT": "text",
            "MESSAGE_DIR": str(self.house.var / "messages"),
            "VIRTUAL_CLOCK": "1",
        }
        self.env = defaults | self.env
        # Where this is set, seven processes would each compile the whole house anew, at every start.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)

    def _start_web(self) -> None:
        with say.step("starting the web server"):
            web = self._keep(self._program("web"))
            web.url = self._address()
            web.is_ready = lambda: checks.page_answers(f"{web.url}/healthz")
            if not web.wait_until_ready(self.pause):
                raise LaunchError(
                    f"The web server {ending(web.process.returncode)} while starting:\n{web.command.last_words(12)}"
                )

    def _program(self, name: str) -> Running:
        command = self._command(name, programs.PROGRAMS[name]())
        return Running(command, command.start())

    def _command(self, name: str, argv: Any) -> Command:
        return Command(
            name=name,
            argv=argv,
            log=self.house.log(name),
            env=self.env | {"PROMETHEUS_MULTIPROC_DIR": str(self.house.metrics())} if name == "web" else self.env,
            cwd=programs.CHECKOUT,
            patience=WORKER_PATIENCE if name == "worker" else 10,
        )

    def _keep(self, child: Running) -> Running:
        """Take charge of a child: it is watched from now on, and stopped at the end."""
        self.children.append(child)
        self.house.remember(self.children)
        return child

    def _stop_all(self) -> None:
        with ExitStack() as stop:  # the last pushed goes first, and a failure does not keep the rest from stopping
            for child in sorted(self.children, key=lambda child: STOPPING.index(child.command.name), reverse=True):
                stop.callback(_stop, child)

    def _address(self) -> str:
        host = programs.host()
        return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{programs.port()}"  # noqa: S104 (compared, not bound)

    def _welcome(self, only: Collection[str]) -> None:
        seconds = time.monotonic() - self.began
        if only:
            say.line(f"Ready after {seconds:.1f} s. Ctrl-C stops it.")
            for name in only:
                say.line(f"export {SERVERS[name].variable}='{self.env[SERVERS[name].variable]}'")
            return
        say.welcome(self._address(), seconds=seconds, logs=_shown(self.house.var / "logs"))


def _stop(child: Running) -> None:
    with say.step(f"stopping {child.command.name}"):
        child.stop()


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@contextmanager
def _stop_on_signal() -> Iterator[Pause]:
    """A pause that raises Stopped once Ctrl-C, SIGTERM or a closed terminal has asked us to stop.

    The handler only sets a flag: work between two pauses, such as noting a child just started, is never cut in half.
    """
    asked = False

    def ask(_signal: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            say.line("Still stopping: waiting for what is under way to end.")
        asked = True

    def pause(seconds: float) -> None:
        time.sleep(seconds)
        if asked:
            raise Stopped

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield pause
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
