"""Temporary tables in the place of all real ones, with the rows of one neighbourhood.

PostgreSQL looks for a name among the temporary tables first, so the same code reads and writes the shadows and knows
no difference. They are made in one transaction, from one snapshot; it takes no lock that anybody waits for. They are
gone with their connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, text

from service.db import Base

#: Shifts so far back count as a person's load; so far ahead they are laid out. Messages so old are asked after no more.
BACK, AHEAD, MESSAGES_BACK = timedelta(weeks=12), timedelta(weeks=6), timedelta(days=60)

#: What the play has no use for.
EMPTY = {
    *("api_token", "audit_entry", "idempotency_key", "login_code", "rehearsal", "sheet", "unfinished_activity"),
    *("consultation", "sitting", "appointment"),
}

_NEAR = "(SELECT id FROM public.area WHERE lineage @> ARRAY[CAST(:root AS bigint)])"
_IN_TIME = "starts_at BETWEEN :back AND :ahead"
#: Which rows of a table come along. Of all others: those whose parents did.
_ROWS = {
    "volunteer": f"""area_id IN {_NEAR}
        OR id IN (SELECT m.volunteer_id FROM public.membership m JOIN public.team t ON t.id = m.team_id
                  WHERE t.area_id IN {_NEAR})
        OR id IN (SELECT a.volunteer_id FROM public.assignment a JOIN public.shift s ON s.id = a.shift_id
                  WHERE s.area_id IN {_NEAR} AND s.{_IN_TIME})
        OR id IN (SELECT a.volunteer_id FROM public.signup a JOIN public.shift s ON s.id = a.shift_id
                  WHERE s.area_id IN {_NEAR} AND s.{_IN_TIME})""",
    "occurrence": f"activity_id IN (SELECT id FROM public.activity WHERE area_id IN {_NEAR})",
    "shift": f"""{_IN_TIME} AND (area_id IN {_NEAR} OR id IN (SELECT a.shift_id FROM public.assignment a
                  JOIN pg_temp.volunteer v ON v.id = a.volunteer_id))""",
    "match_run": "id = :match_run_id",
    "match_refusals": "match_run_id = :match_run_id",
    "notification": "send_at > :messages_back",
    # Not what only computes: this very play, and plans that nobody has published.
    "outbox_event": """kind NOT IN ('RehearsalRequested', 'MatchRequested') AND (fanned_out_at IS NULL OR id IN (
                  SELECT event_id FROM public.outbox_reaction WHERE done_at IS NULL AND dead_at IS NULL))""",
    "outbox_reaction": "done_at IS NULL AND dead_at IS NULL",
}
#: Tables of which only some rows come along, so that rows that hang on the others stay away.
_PARENTS = {
    "volunteer",
    "shift",
    "shift_role",
    "signup",
    "assignment",
    "backfill",
    "notification",
    "swap",
    "outbox_event",
}
#: Whole, whoever they hang on: a coordinator may live elsewhere.
_WHOLE = {"account"}


@dataclass(frozen=True, slots=True)
class Around:
    """What the shadows hold: the neighbourhood below the area `root`, as of `now`, with one plan."""

    root: int
    now: datetime
    match_run_id: int | None = None


def cast(connection: Connection, around: Around) -> None:
    """Make and fill a shadow of every table. The caller commits."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE"))
    values = {
        "root": around.root,
        "back": around.now - BACK,
        "ahead": around.now + AHEAD,
        "messages_back": around.now - MESSAGES_BACK,
        "match_run_id": around.match_run_id,
    }
    for table in Base.metadata.sorted_tables:
        connection.execute(text(f"CREATE TEMPORARY TABLE {table.name} (LIKE public.{table.name} INCLUDING ALL)"))
        if table.name not in EMPTY:
            _fill(connection, table, values)
        _count_on(connection, table)


def _fill(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    rows = " AND ".join(f"({condition})" for condition in _conditions(table)) or "true"
    statement = text(f"INSERT INTO pg_temp.{table.name} SELECT * FROM public.{table.name} WHERE {rows}")
    used = {name: value for name, value in values.items() if f":{name}" in rows}
    if connection.execute(statement, used).rowcount:
        connection.execute(text(f"ANALYZE pg_temp.{table.name}"))


def _conditions(table: Table) -> list[str]:
    """The table's own, and that the rows it hangs on are there."""
    own = [_ROWS[table.name]] if table.name in _ROWS else []
    if table.name in _WHOLE:
        return own
    return own + [
        f"{key.parent.name} IS NULL OR {key.parent.name} IN (SELECT id FROM pg_temp.{key.column.table.name})"
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name in _PARENTS
    ]


def _count_on(connection: Connection, table: Table) -> None:
    """New rows get ids that no real row has: the same each time, as long as nothing is added."""
    for column in table.columns:
        if column.identity is not None:
            last = connection.scalar(text(f"SELECT max({column.name}) FROM public.{table.name}"))
            restart = f"ALTER TABLE pg_temp.{table.name} ALTER COLUMN {column.name} RESTART WITH {(last or 0) + 1}"
            connection.execute(text(restart))
