"""Rings of tests and what they stand on: a real PostgreSQL and a real Redis-protocol server each run.

Every pytest worker starts its own servers on free ports in a folder of its own, so that nothing needs
to run beforehand and nothing is left behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service import db
from service.demo import loading
from service.launcher import start_postgres, start_redis
from service.migrations import upgrade
from service.settings import Settings, settings
from tests import keeping
from tests.house import KEYS

#: Two cores shared with two servers say nothing about how long an example may take.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

#: A Monday morning in Gongyi, 10:00: the time it is in tests that do not say otherwise.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

#: The tables that have pages.
USED = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > 0
"""
#: Every sequence that has been used begins anew.
ANEW = """
    SELECT setval(quote_ident(sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """PostgreSQL, migrated, and a Redis-protocol server; the settings that point at them."""
    home = tmp_path_factory.mktemp("servers")
    with start_postgres(home / "pg", durable=False) as postgres, start_redis(home / "redis", durable=False) as redis:
        os.environ.update(
            DATABASE_URL=postgres.url,
            REDIS_URL=redis.url,
            **KEYS,
            ENVIRONMENT="test",
            LOG_FORMAT="text",
            MESSAGE_DIR=str(home / "messages"),
            RATE_LIMITS="0",
        )
        settings.cache_clear()
        upgrade()
        yield settings()
        db.engine().dispose()


@pytest.fixture
def session(servers: Settings) -> Iterator[Session]:
    """A session whose work is never committed: for what one transaction can show."""
    with Session(db.engine(), expire_on_commit=False) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def database(servers: Settings) -> Iterator[Settings]:
    """The servers, for tests that commit; every table is emptied afterwards."""
    yield servers
    empty_tables()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share: for what `tests.keeping` lays out."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="module")
def neighbourhoods(servers: Settings, kept: Path) -> Iterator[Settings]:
    """The demo neighbourhoods as of NOW, laid out for a module; every table is emptied afterwards."""
    keeping.lay_out(kept / "neighbourhoods", lambda: loading.load(NOW))
    yield servers
    empty_tables()


def empty_tables() -> None:
    """Leave nothing behind: what was committed is gone, and ids start anew.

    TRUNCATE would make the files of every table anew, in a tenth of a second; few have anything in them. Vacuumed,
    these have no pages left with room in between: as after TRUNCATE, rows lie as they come.
    """
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if used := connection.scalars(text(USED)).all():
            deletions = "; ".join(f"DELETE FROM {table}" for table in used)
            # Without triggers: rows refer to each other in both directions.
            connection.exec_driver_sql(f"BEGIN; SET LOCAL session_replication_role = replica; {deletions}; COMMIT")
            connection.exec_driver_sql(f"VACUUM {', '.join(used)}")
        connection.execute(text(ANEW))


@pytest.fixture
def now() -> datetime:
    """The time it is."""
    return NOW
