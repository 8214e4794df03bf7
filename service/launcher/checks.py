"""Is it there, does it answer: questions the launcher asks, each with its answer in words."""

from __future__ import annotations

import contextlib
import socket
import urllib.error
import urllib.request

import psutil
import psycopg
import redis

from service.launcher.errors import LaunchError


def port_is_free(host: str, port: int) -> None:
    """Raise LaunchError when something already listens there, or we may not."""
    try:
        with socket.create_server((host, port)):
            return
    except PermissionError:
        raise LaunchError(
            f"Port {port} is kept for the administrator. Choose one above 1023: PORT=8000 make run"
        ) from None
    except OSError as error:
        raise LaunchError(
            f"Port {port} on {host} cannot be used: {_holder(port) or error.strerror}. "
            f"Stop that program, or choose another port: PORT={port + 1} make run"
        ) from None


def _holder(port: int) -> str:
    """Who listens on the port, as far as we are allowed to know."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,) and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid}) listens there"
    return ""


def postgres_answers(url: str) -> None:
    """Raise LaunchError when no PostgreSQL answers at this DATABASE_URL."""
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=5).close()
    except psycopg.Error as error:
        raise LaunchError(f"DATABASE_URL names a PostgreSQL that does not let us in: {_first_line(error)}") from None


def redis_answers(url: str) -> None:
    """Raise LaunchError when nothing answers at this REDIS_URL."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LaunchError(f"REDIS_URL names a server that does not let us in: {_first_line(error)}") from None


def page_answers(url: str) -> bool:
    """Whether the page answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own http address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
