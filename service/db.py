"""The database: base class, engine, and the only place that commits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache, partial
from time import monotonic
from typing import Annotated, Any, TypeVar, cast

import psycopg
from psycopg.rows import BaseRowFactory, args_row, namedtuple_row
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Identity,
    MetaData,
    any_,
    create_engine,
    event,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from service.settings import settings

log = logging.getLogger(__name__)

R = TypeVar("R")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class AwareDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive values, gives back UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: every instant carries its zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


class Base(DeclarativeBase):
    """Base of all tables: constraint names by convention, instants aware."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: AwareDateTime()}  # noqa: RUF012 (SQLAlchemy reads it from the class)


#: Primary keys are bigint identities: see docs/decisions/0001-identity-keys.md.
Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


#: A database that vanished without hanging up is noticed within twenty seconds, not after the system's quarter of an
#: hour: while nothing is under way by probes, else by what is not acknowledged (milliseconds).
HALF_OPEN = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}

#: Seconds within which a connection is not asked anew whether it is alive.
FRESH = 1.0


#: What every session is told. A page out of turn costs hardly more than the next one: what is used lies in memory, or
#: on a disk without a head. By PostgreSQL's own guess, four times as much, a batch of reminders read every assignment
#: there is, and cost half as much again (bench/reminders.py).
OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c random_page_cost=1.1"
)

_CONNECTING: dict[str, Any] = {"connect_timeout": 5, **HALF_OPEN, "options": OPTIONS}


@cache
def engine() -> Engine:
    """This process's connection pool. Made at first use, so that a forked child has its own."""
    made = create_engine(
        settings().database_url,
        pool_size=settings().pool_size,
        max_overflow=2,
        connect_args=_CONNECTING,
    )
    event.listen(made, "checkin", _note_use)
    event.listen(made, "checkout", partial(_check_unless_fresh, made.dialect))
    return made


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = monotonic()


def _check_unless_fresh(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Ask a connection that lay idle whether it is alive; the pool replaces one that is not.

    One used a moment ago is taken to be: to ask it each time would cost every request a round trip.
    """
    if monotonic() - record.info.get("used_at", monotonic()) < FRESH:
        return
    try:
        dialect.do_ping(connection)
    except psycopg.Error as error:
        raise DisconnectionError("the connection is gone") from error


@cache
def _sessions() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


#: Where this thread's transactions go instead of the pool: see `aside`.
_aside: ContextVar[sessionmaker[Session] | None] = ContextVar("aside", default=None)


@contextmanager
def aside() -> Iterator[Engine]:
    """One connection apart from the pool, where PostgreSQL refuses to write anything but temporary tables.

    Until the block ends, every `transaction` of this thread is on it, and nobody is rung for what it commits. Read-only
    from the moment of connecting, so that a connection lost and made anew can do no harm either.
    """
    options = f"{OPTIONS} -c default_transaction_read_only=on"
    made = create_engine(
        settings().database_url, connect_args=_CONNECTING | {"options": options}, pool_size=1, max_overflow=0
    )
    token = _aside.set(sessionmaker(made, expire_on_commit=False))
    try:
        yield made
    finally:
        _aside.reset(token)
        made.dispose()


@contextmanager
def beside() -> Iterator[Session]:
    """A transaction of the house itself, also while this thread is aside."""
    token = _aside.set(None)
    try:
        with transaction() as session:
            yield session
    finally:
        _aside.reset(token)


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work commits when the block ends well, and is undone when it raises.

    Calls registered with `after_commit` run once the commit has succeeded.
    """
    is_aside = _aside.get()
    with (is_aside or _sessions())() as session:
        with session.begin():
            yield session
        if is_aside:
            return
        for call in session.info.get("after_commit", ()):
            _call_quietly(call)


@contextmanager
def refusing(session: Session, constraint: str, refusal: Exception) -> Iterator[None]:
    """What is added and changed within is written at its end; where that breaks this constraint, `refusal` is raised.

    In a savepoint: nothing of it is left then, and the transaction goes on. What was changed before is written outside.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if constraint not in str(error.orig):
            raise
        raise refusal from error


def fetch(session: Session, sql: str, values: Mapping[str, Any]) -> Any | None:
    """The first row of one statement in the session's transaction, columns by name; None where there is none.

    For the handful of statements that each sign-up of a rush sends: `sql` is psycopg's own (`%(name)s`) and goes
    straight to the driver, which costs a third of the CPU of a statement that SQLAlchemy reads first
    (docs/benchmarks.md). Raises what SQLAlchemy raises: IntegrityError, OperationalError and their kin.
    """
    with _cursor(session, sql, values, row_factory=namedtuple_row) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def fetch_all(session: Session, sql: str, values: Mapping[str, Any], *, of: Callable[..., R]) -> list[R]:
    """All rows of one statement that deals with a whole batch, each made by `of` from its columns in order.

    Straight to the driver like `fetch`, and for the same reason: here it is the rows that are many. Arrays are
    cheapest in binary (`%(name)b`). Without rows (`INSERT` without `RETURNING`) the list is empty.
    """
    with _cursor(session, sql, values, row_factory=args_row(of)) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def _cursor(
    session: Session, sql: str, values: Mapping[str, Any], *, row_factory: BaseRowFactory[Any]
) -> Iterator[psycopg.Cursor[Any]]:
    """A cursor in the session's transaction; what fails inside is told as SQLAlchemy would tell it."""
    session.flush()
    connection = session.connection()
    driver = cast(psycopg.Connection[Any], connection.connection.driver_connection)
    try:
        with driver.cursor(row_factory=row_factory) as cursor:
            yield cursor
    except psycopg.Error as error:
        if is_gone := driver.closed:
            connection.invalidate(error)
        raise _as_sqlalchemy(error, sql, values, is_gone=is_gone) from error


def _as_sqlalchemy(error: psycopg.Error, sql: str, values: Mapping[str, Any], *, is_gone: bool) -> BaseException:
    return DBAPIError.instance(
        sql, dict(values), error, psycopg.Error, hide_parameters=True, connection_invalidated=is_gone
    )


def one_of(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """Whether the column is one of these, told as one array: a long list would be read anew by the driver each time."""
    return column == any_(literal(sorted(set(ids)), ARRAY(BigInteger)))


def forget_engine() -> None:
    """Close the pool, so that the next use reads the settings anew: for tests and tools that change them."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    _sessions.cache_clear()


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run `call` once after this transaction commits; the same function asked twice runs once.

    Only for hints that may be lost: the process can die between commit and call.
    """
    session.info.setdefault("after_commit", dict[Callable[[], None], Any]())[call] = None


def _call_quietly(call: Callable[[], None]) -> None:
    """A hint that fails must not turn committed work into an error; the sweep makes up for it."""
    try:
        call()
    except Exception:
        log.warning("after-commit call failed", exc_info=True)
