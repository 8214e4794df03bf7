"""What a database holds, kept in a folder and laid out again: its rows, and how far it has counted.

The demo neighbourhoods take seconds to load through the real actions, and every journey begins with them. What time it
is on the virtual clock is not kept: by the real one it is later.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import exists, select

from service import db
from service.clock import ClockShift
from service.models import metadata


def lay_out(kept: Path, make: Callable[[], Any]) -> Any:
    """Have in the empty tables what `make` makes: whoever asks first makes and keeps it, everybody else copies it.

    Returns what `make` says of it, in JSON's words. Whoever asks meanwhile, from another process too, waits.
    """
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            _copy_in(kept)
        else:
            _copy_out(kept, said=make())
    return json.loads((kept / "said.json").read_text(encoding="utf-8"))


def _copy_out(kept: Path, *, said: Any) -> None:
    unfinished = kept.with_suffix(".unfinished")
    unfinished.mkdir()
    (unfinished / "said.json").write_text(json.dumps(said), encoding="utf-8")
    with db.engine().begin() as connection:
        driver = cast("psycopg.Connection[tuple[str, int]]", connection.connection.driver_connection)
        for name in _tables():
            if connection.scalar(select(exists(select(metadata.tables[name])))):
                with driver.cursor().copy(_copy("COPY {} TO STDOUT (FORMAT binary)", name)) as rows:
                    (unfinished / name).write_bytes(b"".join(bytes(part) for part in rows))
        counted = driver.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        (unfinished / "counted.json").write_text(json.dumps(dict(counted.fetchall())), encoding="utf-8")
    unfinished.rename(kept)


def _copy_in(kept: Path) -> None:
    with db.engine().begin() as connection:
        driver = cast("psycopg.Connection[tuple[str, int]]", connection.connection.driver_connection)
        driver.execute("SET LOCAL session_replication_role = replica")  # rows refer to each other in both directions
        for name in filter(lambda name: (kept / name).exists(), _tables()):
            with driver.cursor().copy(_copy("COPY {} FROM STDIN (FORMAT binary)", name)) as rows:
                rows.write((kept / name).read_bytes())
        for name, last in json.loads((kept / "counted.json").read_text(encoding="utf-8")).items():
            driver.execute("SELECT setval(%s, %s)", (name, last))


def _tables() -> list[str]:
    return [table.name for table in metadata.sorted_tables if table.name != ClockShift.__tablename__]


def _copy(statement: str, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))
