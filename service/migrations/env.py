"""Runs inside Alembic: one connection, one transaction, one migrator at a time."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

from service.db import AwareDateTime, engine
from service.models import metadata

_ONE_MIGRATOR = 7_105_001


def _plain_types(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Migrations stand on their own: they name SQLAlchemy's types, not ours, which may change."""
    if kind == "type" and isinstance(thing, AwareDateTime):
        return "sa.DateTime(timezone=True)"
    return False


with engine().connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_MIGRATOR})
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, render_item=_plain_types)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_MIGRATOR})
    connection.commit()
